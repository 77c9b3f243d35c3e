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

  /** What a bucket is. */
  Answer<Bucket> bucket(String name);

  /** Who has which role on a bucket: role to members. */
  Answer<Map<String, Set<String>>> bucketRoles(String name);

  /** The permissions that the caller has on a repository of Artifact Registry. */
  Answer<Set<String>> repositoryPermissions(RepositoryName repository, List<String> permissions);

  /** Who has which role on a repository: role to members. */
  Answer<Map<String, Set<String>>> repositoryRoles(RepositoryName repository);

  /**
   * Who has which role on a project: role to members.
   *
   * @param project its id or its number
   */
  Answer<Map<String, Set<String>>> projectRoles(String project);

  /** Who has which role on a service account: role to members. */
  Answer<Map<String, Set<String>>> serviceAccountRoles(String email);

  /** The e-mail address of whoever the caller's token was given to; no answer if it has none. */
  Answer<String> tokenEmail();

  /**
   * A bucket of Cloud Storage.
   *
   * @param location in lower case, for example {@code europe-west1}, {@code eur4}, {@code eu};
   *     empty if the answer does not say
   * @param kind what the location is
   * @param regions the regions that it is in, in lower case; empty for a multi-region, and if it is
   *     not known which these are
   * @param projectNumber the number of its project
   * @param isUniform whether policies alone decide who may use its objects, and no access control
   *     lists
   */
  record Bucket(
      String location,
      LocationKind kind,
      Set<String> regions,
      String projectNumber,
      boolean isUniform) {

    /** Copies the set. */
    public Bucket {
      regions = Set.copyOf(regions);
    }
  }

  /** What the location of a bucket may be. */
  enum LocationKind {
    REGION,
    DUAL_REGION,
    MULTI_REGION
  }

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
