// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A Kubernetes secret that reaches the job as environment variables. Only names are stated here;
 * the value never leaves the cluster.
 */
public final class Secret {
  private final String name;
  private final @Nullable String key;
  private final @Nullable String variable;

  private Secret(String name, @Nullable String key, @Nullable String variable) {
    this.name = name;
    this.key = key;
    this.variable = variable;
  }

  /**
   * One entry of a secret as one variable.
   *
   * @param variable the environment variable, in upper case
   * @param name the name of the Kubernetes secret
   * @param key the entry within it
   */
  public static Secret variable(String variable, String name, String key) {
    Objects.requireNonNull(variable, "The variable of a secret is null");
    Objects.requireNonNull(name, "The name of a secret is null");
    Objects.requireNonNull(key, "The key of a secret is null");
    return new Secret(name, key, variable);
  }

  /** Every entry of a secret, each as the variable of its own key. */
  public static Secret all(String name) {
    Objects.requireNonNull(name, "The name of a secret is null");
    return new Secret(name, null, null);
  }

  /** The name of the Kubernetes secret. */
  public String name() {
    return name;
  }

  /** The entry within the secret, or empty for all. */
  public Optional<String> key() {
    return Optional.ofNullable(key);
  }

  /** The environment variable, or empty if each entry has its own. */
  public Optional<String> variable() {
    return Optional.ofNullable(variable);
  }
}
