// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A node of the graph. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = TaskSpec.Job.class, name = "job"),
  @JsonSubTypes.Type(value = TaskSpec.Operator.class, name = "operator")
})
public sealed interface TaskSpec {

  /** The id within the workflow. */
  String id();

  /** What tasks of all kinds have. */
  Settings settings();

  /** Whether the project's image has Java code that does the task, too. */
  boolean isJob();

  /** The ids of the tasks that must have ended before. */
  default List<String> upstream() {
    return settings().upstream();
  }

  /**
   * What tasks of all kinds have, with the workflow's defaults filled in.
   *
   * @param upstream the ids of the tasks that must have ended before
   * @param triggerRule how they must have ended, in Airflow's words
   * @param documentation Markdown, if any
   * @param retry how often a failed try is repeated
   * @param timeout the limit of one try
   * @param impersonation the service account as which the task acts, last, after its delegates;
   *     absent if nobody names one, empty if the task or its workflow is to act as the account that
   *     Airflow gives it
   * @param group the box in which Airflow draws it, if any
   * @param pool whose slots it takes, if it is not Airflow's default pool
   * @param poolSlots how many of them
   * @param priority the weight among waiting tasks, if stated
   */
  record Settings(
      List<String> upstream,
      String triggerRule,
      @Nullable String documentation,
      WorkflowSpec.Retry retry,
      Duration timeout,
      @Nullable List<String> impersonation,
      @Nullable String group,
      @Nullable String pool,
      int poolSlots,
      @Nullable Integer priority) {

    /** The rule that Airflow has by itself. */
    public static final String ALL_SUCCESS = "all_success";

    /** Copies the lists. */
    public Settings {
      upstream = List.copyOf(upstream);
      impersonation = impersonation == null ? null : List.copyOf(impersonation);
    }

    /** Nothing but what every task has. */
    public static Settings of(
        List<String> upstream,
        @Nullable String documentation,
        WorkflowSpec.Retry retry,
        Duration timeout,
        @Nullable List<String> impersonation) {
      return new Settings(
          upstream, ALL_SUCCESS, documentation, retry, timeout, impersonation, null, null, 1, null);
    }
  }

  /**
   * User code in a pod with the project's image.
   *
   * @param id the id within the workflow
   * @param settings what tasks of all kinds have
   * @param resources what the pod gets; absent leaves it to Composer
   * @param secrets the workflow's secrets, then the task's own
   * @param streaming the pipeline that goes on when the task has ended; absent if there is none
   */
  record Job(
      String id,
      Settings settings,
      @Nullable ResourcesSpec resources,
      List<SecretSpec> secrets,
      @Nullable Streaming streaming)
      implements TaskSpec {

    /** Copies the list. */
    public Job {
      Objects.requireNonNull(settings, "A task has no settings");
      secrets = List.copyOf(secrets);
    }

    /** A job that leaves nothing running. */
    public Job(
        String id, Settings settings, @Nullable ResourcesSpec resources, List<SecretSpec> secrets) {
      this(id, settings, resources, secrets, null);
    }

    @Override
    @JsonIgnore
    public boolean isJob() {
      return true;
    }
  }

  /**
   * One of Airflow's own operators.
   *
   * @param id the id within the workflow
   * @param settings what tasks of all kinds have
   * @param isJob whether the project's image has Java code that does the task, too
   * @param className the Python class with its module
   * @param arguments by keyword, in their order
   */
  record Operator(
      String id,
      Settings settings,
      boolean isJob,
      String className,
      Map<String, ArgumentSpec> arguments)
      implements TaskSpec {

    /** Copies the map. */
    public Operator {
      Objects.requireNonNull(settings, "A task has no settings");
      arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
    }
  }

  /**
   * Resources of a pod, as request and limit.
   *
   * @param cpu a Kubernetes quantity of processors
   * @param memory a Kubernetes quantity of bytes
   */
  record ResourcesSpec(String cpu, String memory) {}

  /**
   * A pipeline without an end on Dataflow.
   *
   * @param jobName the name of the Dataflow job
   * @param project the project; absent if it is not known before a run
   * @param region the region; absent if it is not known before a run
   */
  record Streaming(String jobName, @Nullable String project, @Nullable String region) {}

  /**
   * A Kubernetes secret as environment variables.
   *
   * @param name the secret's name
   * @param key one entry, or absent for all
   * @param variable the variable for that entry, or absent if each entry has its own
   */
  record SecretSpec(String name, @Nullable String key, @Nullable String variable) {}
}
