// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the checks ask Google Cloud. Every answer may be refused. */
public interface Cloud {

  /** What a role's name ends with if the grant holds under a condition only. */
  String CONDITIONAL = " with a condition";

  /** The services of a project that are enabled, of the given ones. */
  Answer<Set<String>> enabledServices(String project, List<String> services);

  /** The permissions that the caller has on a bucket, of the given ones. */
  Answer<Set<String>> bucketPermissions(String bucket, List<String> permissions);

  /** The permissions that the caller has on a repository of Artifact Registry. */
  Answer<Set<String>> repositoryPermissions(RepositoryName repository, List<String> permissions);

  /** Who has which role on a repository: role to members. */
  Answer<Map<String, Set<String>>> repositoryRoles(RepositoryName repository);

  /** Who has which role on a project: role to members. */
  Answer<Map<String, Set<String>>> projectRoles(String project);

  /** Who has which role on a service account: role to members. */
  Answer<Map<String, Set<String>>> serviceAccountRoles(String email);

  /**
   * An answer, or why there is none.
   *
   * @param value the answer; empty if there is none
   * @param status the status of HTTP, or 0 if the server cannot be reached
   * @param text what the server says; empty if there is an answer
   */
  record Answer<T>(Optional<T> value, int status, String text) {

    /** An answer. */
    public static <T> Answer<T> of(T value) {
      return new Answer<>(Optional.of(value), 200, "");
    }

    /** No answer. */
    public static <T> Answer<T> refused(int status, String text) {
      return new Answer<>(Optional.empty(), status, text);
    }

    /** How messages say that there is none. */
    public String reason() {
      return status == 0 ? text : text.isEmpty() ? "status " + status : text + " (" + status + ")";
    }
  }
}
