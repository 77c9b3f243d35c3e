// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A node of the graph. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes(@JsonSubTypes.Type(value = TaskSpec.Job.class, name = "job"))
public sealed interface TaskSpec {

  /** The id within the workflow. */
  String id();

  /** The ids of the tasks that must have succeeded before. */
  List<String> upstream();

  /** Markdown, if any. */
  @Nullable String documentation();

  /**
   * User code in the project's image.
   *
   * @param id the id within the workflow
   * @param upstream the ids of the tasks that must have succeeded before
   * @param documentation Markdown, if any
   * @param retry how often a failed try is repeated
   * @param timeout the limit of one try
   * @param resources what the pod gets; absent leaves it to Composer
   * @param secrets the workflow's secrets, then the task's own
   * @param impersonation the service account as which the job acts, last, after its delegates;
   *     absent if nobody names one, empty if the job or its workflow is to act as the account that
   *     the pod has
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
