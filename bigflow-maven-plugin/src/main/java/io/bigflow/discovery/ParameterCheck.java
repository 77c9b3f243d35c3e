// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.spec.NearestName;
import io.bigflow.spec.ParameterSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the parameters of a workflow, and with what reads them. */
final class ParameterCheck {
  private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]{0,99}");

  private final WorkflowSpec workflow;
  private final List<Finding> findings = new ArrayList<>();

  private ParameterCheck(WorkflowSpec workflow) {
    this.workflow = workflow;
  }

  /**
   * A problem.
   *
   * @param tasks the ids of the tasks that it is about, if any
   */
  record Finding(List<String> tasks, String what, String fix) {}

  static List<Finding> problems(WorkflowSpec workflow) {
    ParameterCheck check = new ParameterCheck(workflow);
    Set<String> names = new LinkedHashSet<>();
    for (ParameterSpec parameter : workflow.parameters()) {
      check.name(parameter, names);
      check.values(parameter);
      check.schedule(parameter);
    }
    check.reads(names);
    return check.findings;
  }

  private void add(String what, String fix) {
    findings.add(new Finding(List.of(), what, fix));
  }

  private void name(ParameterSpec parameter, Set<String> names) {
    if (!NAME.matcher(parameter.name()).matches()) {
      add(
          "'" + parameter.name() + "' cannot be the name of a parameter",
          "Use ASCII letters, digits and '_', starting with a letter, at most 100 characters");
    }
    if (!names.add(parameter.name())) {
      add(
          "Parameter '" + parameter.name() + "' is declared more than once",
          "Declare it once: .parameters(…)");
    }
  }

  private void values(ParameterSpec parameter) {
    @Nullable String description = parameter.description();
    if (description != null && !SpecValidator.isStorable(description)) {
      add(
          SpecValidator.unstorable("The description of parameter '" + parameter.name() + "'"),
          "Remove that character");
    }
    List<String> legal = new ArrayList<>();
    for (String value : parameter.allowed()) {
      if (isLegal(parameter, value, "The allowed value")) {
        legal.add(value);
      }
    }
    if (legal.stream().distinct().count() < legal.size()) {
      add(
          "Parameter '" + parameter.name() + "' has an allowed value twice",
          "Name each once in oneOf(…)");
    }
    @Nullable String value = parameter.defaultValue();
    if (value != null
        && isLegal(parameter, value, "The default")
        && legal.size() == parameter.allowed().size()
        && !parameter.isAllowed(value)) {
      add(
          "The default '"
              + value
              + "' of parameter '"
              + parameter.name()
              + "' is not one of its allowed values",
          "Add it to oneOf(…), or choose one of: " + quoted(parameter.allowed()));
    }
  }

  private boolean isLegal(ParameterSpec parameter, String value, String what) {
    if (!SpecValidator.isStorable(value)) {
      add(
          SpecValidator.unstorable(what + " of parameter '" + parameter.name() + "'"),
          "Remove that character");
      return false;
    }
    if (parameter.parsed(value) == null) {
      add(
          what
              + " '"
              + value
              + "' of parameter '"
              + parameter.name()
              + "' is not "
              + parameter.type().words()
              + " that Airflow can hold",
          "Write for example " + parameter.type().example());
      return false;
    }
    return true;
  }

  /** Airflow refuses to import such a DAG: nobody could say what a scheduled run gets. */
  private void schedule(ParameterSpec parameter) {
    if (parameter.isRequired() && !(workflow.schedule() instanceof ScheduleSpec.Manual)) {
      add(
          "Parameter '"
              + parameter.name()
              + "' has no default, but the workflow has a schedule, whose runs nobody gives it",
          "Write defaultsTo(…), or schedule(Schedule.manual())");
    }
  }

  private void reads(Set<String> names) {
    for (TaskSpec task : workflow.tasks()) {
      if (task instanceof TaskSpec.Operator operator) {
        OperatorCheck.parameters(operator)
            .forEach(
                (read, argument) -> {
                  if (!names.contains(read)) {
                    findings.add(
                        new Finding(
                            List.of(task.id()),
                            "The argument '"
                                + argument
                                + "' reads parameter '"
                                + read
                                + "', which the workflow does not declare",
                            NearestName.of(read, names)
                                .map(name -> "Did you mean '" + name + "'?")
                                .orElse("Declare it: .parameters(…)")));
                  }
                });
      }
    }
  }

  private static String quoted(List<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }
}
