// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import java.util.Map;
import java.util.Optional;

/**
 * The configuration of jobs in one environment: {@code application.properties} holds what all
 * environments share, {@code application-<env>.properties} what differs, and variables of the
 * operating system win over both ({@code wordcount.output} is overridden by {@code
 * WORDCOUNT_OUTPUT}).
 */
public interface JobConfig {

  /**
   * The value of a key.
   *
   * @throws ConfigurationException if no source has the key; the message names the key, the
   *     environment and the sources that were searched
   */
  String get(String key);

  /**
   * The value of a key, converted.
   *
   * @param type any type SmallRye Config converts to: boxed primitives, enums, {@code Duration}
   *     (ISO-8601), {@code URI}, arrays of these …
   * @throws ConfigurationException if no source has the key or its value does not convert
   */
  <T> T get(String key, Class<T> type);

  /** The value of a key, or empty if no source has it. */
  Optional<String> find(String key);

  /**
   * The value of a key, converted, or empty if no source has it.
   *
   * @throws ConfigurationException if the value does not convert
   */
  <T> Optional<T> find(String key, Class<T> type);

  /**
   * Values of a common prefix as a typed object.
   *
   * @param mapping an interface annotated with {@code io.smallrye.config.ConfigMapping}
   * @throws ConfigurationException if a value is missing or does not convert; the message lists all
   *     of them
   */
  <T> T mapping(Class<T> mapping);

  /**
   * The values of all keys below a prefix that the files hold, by the rest of the key, ordered. A
   * variable of the operating system overrides a value, but adds none, because it does not tell its
   * key. Keys with an empty value are left out.
   *
   * @param prefix without the point behind it: {@code beam} for {@code beam.region}
   * @throws ConfigurationException if a value cannot be evaluated
   */
  Map<String, String> group(String prefix);
}
