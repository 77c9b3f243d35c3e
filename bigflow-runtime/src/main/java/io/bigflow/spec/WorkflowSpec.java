// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A workflow as the user declared it, with the defaults filled in. Nothing is checked here: ids may
 * be invalid, upstream tasks may be missing.
 *
 * @param id the workflow's id
 * @param definition the binary name of the class that declares it
 * @param description one line, if any
 * @param documentation Markdown, if any
 * @param owner who owns it, if stated
 * @param schedule when runs start
 * @param start where the first interval starts
 * @param startStated whether the user chose the start
 * @param catchup whether past intervals are run
 * @param dependsOnPast whether a task waits for its success in the run before
 * @param maxActiveRuns how many runs may be active at a time
 * @param tags in the order of declaration
 * @param tasks in the order of declaration
 * @param parameters what runs are triggered with, in the order of declaration
 * @param runTimeout the limit of a whole run, if there is one
 */
public record WorkflowSpec(
    String id,
    String definition,
    @Nullable String description,
    @Nullable String documentation,
    @Nullable String owner,
    ScheduleSpec schedule,
    ZonedDateTime start,
    boolean startStated,
    boolean catchup,
    boolean dependsOnPast,
    int maxActiveRuns,
    List<String> tags,
    List<TaskSpec> tasks,
    List<ParameterSpec> parameters,
    @Nullable Duration runTimeout) {

  /** Copies the lists. */
  @SuppressWarnings("NullAway") // Jackson gives null for what an older version did not write.
  public WorkflowSpec {
    tags = List.copyOf(tags);
    tasks = List.copyOf(tasks);
    parameters = parameters == null ? List.of() : List.copyOf(parameters);
  }

  /** A workflow without parameters and without a limit of its runs. */
  public WorkflowSpec(
      String id,
      String definition,
      @Nullable String description,
      @Nullable String documentation,
      @Nullable String owner,
      ScheduleSpec schedule,
      ZonedDateTime start,
      boolean startStated,
      boolean catchup,
      boolean dependsOnPast,
      int maxActiveRuns,
      List<String> tags,
      List<TaskSpec> tasks) {
    this(
        id,
        definition,
        description,
        documentation,
        owner,
        schedule,
        start,
        startStated,
        catchup,
        dependsOnPast,
        maxActiveRuns,
        tags,
        tasks,
        List.of(),
        null);
  }

  /** The tasks that the image has Java code for, in the order of declaration. */
  public List<TaskSpec> jobs() {
    return tasks.stream().filter(TaskSpec::isJob).toList();
  }

  /** The tasks that become pods, in the order of declaration. */
  public List<TaskSpec.Job> pods() {
    return tasks.stream()
        .filter(TaskSpec.Job.class::isInstance)
        .map(TaskSpec.Job.class::cast)
        .toList();
  }

  /** How often a failed try is repeated. */
  public record Retry(int retries, Duration pause) {}
}
