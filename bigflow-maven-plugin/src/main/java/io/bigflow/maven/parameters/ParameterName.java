// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

import java.util.List;
import java.util.Locale;

/**
 * A parameter, as it is spelled in the places where it can be set.
 *
 * @param property its name as a property, for example {@code bigflow.image.repository}
 */
public record ParameterName(String property) implements Comparable<ParameterName> {

  /** What all properties of this plugin begin with. */
  public static final String PREFIX = "bigflow.";

  /** The elements that hold other elements, in {@code <configuration>}. */
  public static final List<String> GROUPS =
      List.of("airflow", "composer", "dataflow", "deploy", "image", "storage", "vault");

  /** Refuses what is no name of this plugin. */
  public ParameterName {
    if (!property.startsWith(PREFIX) || property.length() == PREFIX.length()) {
      throw new IllegalArgumentException(property);
    }
  }

  /** The variable of the operating system: {@code BIGFLOW_IMAGE_REPOSITORY}. */
  public String variable() {
    return property
        .replaceAll("([a-z0-9])([A-Z])", "$1_$2")
        .replaceAll("[^A-Za-z0-9]", "_")
        .toUpperCase(Locale.ROOT);
  }

  /** The element in {@code <configuration>}: {@code imageRepository}. */
  public String element() {
    return camelCase(property.substring(PREFIX.length()));
  }

  /** The element around {@link #child()}, for example {@code image}; empty if there is none. */
  public String group() {
    String first = property.substring(PREFIX.length()).replaceFirst("\\..*$", "");
    return GROUPS.contains(first) && property.length() > PREFIX.length() + first.length()
        ? first
        : "";
  }

  /** The element inside {@link #group()}, for example {@code repository}. */
  public String child() {
    return camelCase(property.substring(PREFIX.length() + group().length() + 1));
  }

  private static String camelCase(String dotted) {
    StringBuilder name = new StringBuilder();
    for (String part : dotted.split("\\.", -1)) {
      name.append(
          name.isEmpty()
              ? part
              : part.substring(0, 1).toUpperCase(Locale.ROOT) + part.substring(1));
    }
    return name.toString();
  }

  @Override
  public int compareTo(ParameterName other) {
    return property.compareTo(other.property);
  }
}
