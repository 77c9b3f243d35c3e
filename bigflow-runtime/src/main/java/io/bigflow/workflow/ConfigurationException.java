// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

/**
 * The job cannot run as configured, and trying again will not help. A job may throw it; the
 * launcher then ends with exit code 2.
 */
public class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Says what is wrong, where, and how to mend it. */
  public ConfigurationException(String message) {
    super(message);
  }

  /** Says what is wrong, where, and how to mend it. */
  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
