// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.dag.PythonNames;
import io.bigflow.dag.UploadNames;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.TaskSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Finds what would make the DAG file of an operator unreadable to Python or to Airflow. */
final class OperatorCheck {

  /** What BigFlow itself passes to every operator, and where the user says it instead. */
  private static final Map<String, String> OURS =
      Map.ofEntries(
          Map.entry("dag", "Workflow.builder(…).task(…)"),
          Map.entry("task_id", "Task.operator(\"the_id\", …)"),
          Map.entry("doc_md", "documentation(…)"),
          Map.entry("execution_timeout", "timeout(…)"),
          Map.entry("retries", "retry(…)"),
          Map.entry("retry_delay", "retry(…)"),
          Map.entry("trigger_rule", "triggerRule(…)"),
          Map.entry("pool", "pool(…)"),
          Map.entry("pool_slots", "pool(…)"),
          Map.entry("priority_weight", "priority(…)"),
          Map.entry("task_group", "group(…)"));

  private static final Pattern CLASS =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*\\.)+[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern KEYWORD = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  private static final Pattern TEMPLATE = Pattern.compile("\\{[{%#]");

  // Python's timedelta holds 999,999,999 days.
  private static final Duration LONGEST = Duration.ofDays(999_999_999);

  private final List<Finding> findings = new ArrayList<>();

  private OperatorCheck() {}

  /** A problem and its solution. */
  record Finding(String what, String fix) {}

  static List<Finding> problems(TaskSpec.Operator task) {
    OperatorCheck check = new OperatorCheck();
    if (!CLASS.matcher(task.className()).matches()
        || Stream.of(task.className().split("\\.")).anyMatch(PythonNames::isKeyword)) {
      check.add(
          "'" + task.className() + "' is not the name of a Python class with its module",
          "Write it as the documentation of the operator does, for example"
              + " airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor");
    }
    task.arguments().forEach(check::argument);
    return check.findings;
  }

  /** The tasks whose results an operator reads, with the place of the argument. */
  static Map<String, String> reads(TaskSpec.Operator task) {
    return reads(task, part -> part instanceof ArgumentSpec.XcomPart xcom ? xcom.task() : null);
  }

  /** The parameters of the workflow that an operator reads, with the place of the argument. */
  static Map<String, String> parameters(TaskSpec.Operator task) {
    return reads(
        task,
        part -> part instanceof ArgumentSpec.ParameterPart parameter ? parameter.name() : null);
  }

  /** The workflows whose DAG ids an operator has, with the place of the argument. */
  static Map<String, String> workflows(TaskSpec.Operator task) {
    return reads(task, part -> part instanceof ArgumentSpec.DagIdPart dag ? dag.workflow() : null);
  }

  private static Map<String, String> reads(
      TaskSpec.Operator task, Function<ArgumentSpec.Part, @Nullable String> wanted) {
    Map<String, String> reads = new LinkedHashMap<>();
    task.arguments().forEach((name, value) -> reads(name, value, wanted, reads));
    return reads;
  }

  private static void reads(
      String place,
      ArgumentSpec value,
      Function<ArgumentSpec.Part, @Nullable String> wanted,
      Map<String, String> reads) {
    if (value instanceof ArgumentSpec.Template template) {
      for (ArgumentSpec.Part part : template.parts()) {
        @Nullable String read = wanted.apply(part);
        if (read != null) {
          reads.putIfAbsent(read, place);
        }
      }
    } else if (value instanceof ArgumentSpec.Items items) {
      for (int i = 0; i < items.items().size(); i++) {
        reads(place + "[" + i + "]", items.items().get(i), wanted, reads);
      }
    } else if (value instanceof ArgumentSpec.Entries entries) {
      entries.entries().forEach((key, item) -> reads(place + "." + key, item, wanted, reads));
    }
  }

  private void add(String what, String fix) {
    findings.add(new Finding(what, fix));
  }

  private void argument(String name, ArgumentSpec value) {
    if (!KEYWORD.matcher(name).matches() || PythonNames.isKeyword(name)) {
      add(
          "'" + name + "' cannot be the keyword of an operator's argument",
          "Write it as the documentation of the operator does, for example bucket");
    } else if (OURS.containsKey(name)) {
      add(
          "The argument '" + name + "' of an operator is set by BigFlow",
          "Say it by " + OURS.get(name));
    }
    value(name, value);
  }

  private void value(String place, ArgumentSpec value) {
    if (value instanceof ArgumentSpec.Text text) {
      text(place, text.value());
      if (TEMPLATE.matcher(text.value()).find()) {
        add(
            "The argument '" + place + "' of an operator looks like a template of Airflow",
            "Write Template.jinja(…) if it is one, or Template.text(…) if the operator renders this"
                + " argument but is to get the text as it is");
      }
    } else if (value instanceof ArgumentSpec.Template template) {
      template.parts().forEach(part -> part(place, part));
    } else if (value instanceof ArgumentSpec.Span span
        && span.value().abs().compareTo(LONGEST) > 0) {
      add(
          "The argument '" + place + "' of an operator is the duration " + span.value(),
          "State one of at most 999,999,999 days, which is all that Python has");
    } else if (value instanceof ArgumentSpec.Time time
        && (time.value().getYear() < 2 || time.value().getYear() > 9998)) {
      add(
          "The argument '" + place + "' of an operator is the time " + time.value(),
          "State one in the years 2 to 9998, which are all that Airflow knows in every time zone");
    } else if (value instanceof ArgumentSpec.Items items) {
      for (int i = 0; i < items.items().size(); i++) {
        value(place + "[" + i + "]", items.items().get(i));
      }
    } else if (value instanceof ArgumentSpec.Entries entries) {
      entries
          .entries()
          .forEach(
              (key, item) -> {
                text(place, key);
                value(place + "." + key, item);
              });
    }
  }

  private void part(String place, ArgumentSpec.Part part) {
    if (!(part instanceof ArgumentSpec.UploadPart upload)) {
      text(place, text(part));
      return;
    }
    @Nullable String resource = upload.resource();
    if (resource != null && !UploadNames.isResource(resource)) {
      add(
          "The argument '" + place + "' of an operator names the resource '" + resource + "'",
          "Write its path below src/main/resources with letters, digits, '.', '_', '-' and '/', for"
              + " example queries/lookup.csv");
    }
  }

  private static String text(ArgumentSpec.Part part) {
    if (part instanceof ArgumentSpec.LiteralPart literal) {
      return literal.text();
    }
    if (part instanceof ArgumentSpec.XcomPart xcom) {
      return xcom.key();
    }
    if (part instanceof ArgumentSpec.ParameterPart parameter) {
      return parameter.name();
    }
    if (part instanceof ArgumentSpec.DagIdPart dag) {
      return dag.workflow();
    }
    if (part instanceof ArgumentSpec.PipelineTemplatePart template) {
      return template.folder();
    }
    if (part instanceof ArgumentSpec.ImagePart) {
      return "";
    }
    return part instanceof ArgumentSpec.JinjaPart jinja
        ? jinja.text()
        : ((ArgumentSpec.RuntimePart) part).format();
  }

  private void text(String place, String text) {
    if (!SpecValidator.isStorable(text)) {
      add(
          SpecValidator.unstorable("The argument '" + place + "' of an operator"),
          "Remove that character");
    }
  }
}
