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

  /** The ids of the tasks that must have succeeded before. */
  List<String> upstream();

  /** Markdown, if any. */
  @Nullable String documentation();

  /** How often a failed try is repeated. */
  WorkflowSpec.Retry retry();

  /** The limit of one try. */
  Duration timeout();

  /**
   * The service account as which the task acts, last, after its delegates; absent if nobody names
   * one, empty if the task or its workflow is to act as the account that Airflow gives it.
   */
  @Nullable List<String> impersonation();

  /** Whether the project's image has Java code that does the task, too. */
  boolean isJob();

  /**
   * User code in a pod with the project's image.
   *
   * @param id the id within the workflow
   * @param upstream the ids of the tasks that must have succeeded before
   * @param documentation Markdown, if any
   * @param retry how often a failed try is repeated
   * @param timeout the limit of one try
   * @param resources what the pod gets; absent leaves it to Composer
   * @param secrets the workflow's secrets, then the task's own
   * @param impersonation see {@link TaskSpec#impersonation()}
   */
  record Job(
      String id,
      List<String> upstream,
      @Nullable String documentation,
      WorkflowSpec.Retry retry,
      Duration timeout,
      @Nullable ResourcesSpec resources,
      List<SecretSpec> secrets,
      @Nullable List<String> impersonation)
      implements TaskSpec {

    /** Copies the lists. */
    public Job {
      upstream = List.copyOf(upstream);
      secrets = List.copyOf(secrets);
      impersonation = impersonation == null ? null : List.copyOf(impersonation);
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
   * @param upstream the ids of the tasks that must have succeeded before
   * @param documentation Markdown, if any
   * @param retry how often a failed try is repeated
   * @param timeout the limit of one try
   * @param impersonation see {@link TaskSpec#impersonation()}
   * @param isJob whether the project's image has Java code that does the task, too
   * @param className the Python class with its module
   * @param arguments by keyword, in their order
   */
  record Operator(
      String id,
      List<String> upstream,
      @Nullable String documentation,
      WorkflowSpec.Retry retry,
      Duration timeout,
      @Nullable List<String> impersonation,
      boolean isJob,
      String className,
      Map<String, ArgumentSpec> arguments)
      implements TaskSpec {

    /** Copies the lists. */
    public Operator {
      upstream = List.copyOf(upstream);
      impersonation = impersonation == null ? null : List.copyOf(impersonation);
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
   * A Kubernetes secret as environment variables.
   *
   * @param name the secret's name
   * @param key one entry, or absent for all
   * @param variable the variable for that entry, or absent if each entry has its own
   */
  record SecretSpec(String name, @Nullable String key, @Nullable String variable) {}
}
