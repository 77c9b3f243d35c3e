// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

/** The versions of Airflow that import the DAG files. */
final class SupportedAirflow {

  /** The oldest on which they are tested. */
  static final String OLDEST = "2.10";

  private SupportedAirflow() {}

  /** Whether a version is not older. */
  static boolean suits(String version) {
    String[] parts = version.split("\\.", -1);
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    return major > 2 || (major == 2 && minor >= 10);
  }
}
