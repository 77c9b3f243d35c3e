// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.parameters;

/**
 * The value of a parameter that is in force.
 *
 * @param text without spaces around it; empty = taken back
 * @param origin where it was set
 */
public record ParameterValue(String text, Origin origin) {

  /**
   * Where a value was set.
   *
   * @param kind what kind of place
   * @param place the place, as messages name it
   */
  public record Origin(Kind kind, String place) {
    @Override
    public String toString() {
      return place;
    }
  }

  /** The places in which a value can be set, the first that has one wins. */
  public enum Kind {
    /** {@code -Dname=value}, also in {@code .mvn/maven.config}. */
    COMMAND_LINE,
    /** {@code <configuration>} of the plugin. */
    CONFIGURATION,
    /** A system property of Maven's JVM, as {@code MAVEN_OPTS} sets it. */
    SYSTEM_PROPERTY,
    /** {@code <properties>} of a profile, the project, its parents, or settings.xml. */
    PROPERTY,
    /** A variable of the operating system. */
    VARIABLE,
    /** Nobody has set it. */
    DEFAULT
  }
}
