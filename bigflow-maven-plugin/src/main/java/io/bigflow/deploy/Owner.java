// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.BucketObject;
import io.bigflow.dag.BuiltDags;
import java.util.Optional;

/**
 * To whom an object in a shared bucket belongs: one project in one environment.
 *
 * @param project {@code groupId:artifactId}
 * @param env the environment
 */
public record Owner(String project, String env) {

  /** The name of the object metadata that holds {@link #mark()}. */
  public static final String METADATA = "bigflow-owner";

  /** The owner of what was built. */
  public static Owner of(BuiltDags built) {
    return new Owner(built.project(), built.env());
  }

  /** The owner's mark on an object, {@code groupId:artifactId/env}. */
  public String mark() {
    return project + "/" + env;
  }

  /** Where the owner's DAG files lie, with a slash at the end. */
  public String dagFolder() {
    return "dags/" + name();
  }

  /**
   * Where the owner's records lie, with a slash at the end. It is not below {@code dags/}, which is
   * copied to every worker.
   */
  public String recordFolder() {
    return "bigflow/" + name();
  }

  /** Where the owner's files beside the DAGs lie, with a slash at the end. */
  public String uploadFolder() {
    return recordFolder() + "uploads/";
  }

  private String name() {
    return project.replace(':', '.') + "/" + env + "/";
  }

  /** Whether an object carries this owner's mark. */
  public boolean owns(BucketObject object) {
    return markOn(object).equals(Optional.of(mark()));
  }

  /** The mark that an object carries, whoever's it is. */
  static Optional<String> markOn(BucketObject object) {
    return Optional.ofNullable(object.metadata().get(METADATA));
  }

  @Override
  public String toString() {
    return mark();
  }
}
