// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

/**
 * What one check found.
 *
 * @param check what was looked at, for example {@code bucket gs://b}
 * @param verdict how it is
 * @param text what was found, one sentence without its full stop
 * @param fix a command, or what else to do; empty if nothing is to be done
 */
public record Finding(String check, Verdict verdict, String text, String fix) {

  /** How it is. */
  public enum Verdict {
    /** As it must be. */
    OK,
    /** Works, but somebody should look at it. */
    WARNING,
    /** A deployment or a job would fail. */
    FAILED,
    /** The caller may not see it, so nobody knows. */
    UNKNOWN
  }

  /** All is well. */
  public static Finding ok(String check, String text) {
    return new Finding(check, Verdict.OK, text, "");
  }

  /** Something to look at. */
  public static Finding warning(String check, String text, String fix) {
    return new Finding(check, Verdict.WARNING, text, fix);
  }

  /** Something that must be mended. */
  public static Finding failed(String check, String text, String fix) {
    return new Finding(check, Verdict.FAILED, text, fix);
  }

  /** Something that cannot be seen. */
  public static Finding unknown(String check, String text, String fix) {
    return new Finding(check, Verdict.UNKNOWN, text, fix);
  }

  /** The line that is shown, and a second one if there is something to do. */
  public String lines() {
    String sign =
        switch (verdict) {
          case OK -> "ok      ";
          case WARNING -> "warning ";
          case FAILED -> "FAILED  ";
          case UNKNOWN -> "unknown ";
        };
    String line = sign + check + ": " + text;
    return fix.isEmpty() ? line : line + "\n        fix: " + fix;
  }
}
