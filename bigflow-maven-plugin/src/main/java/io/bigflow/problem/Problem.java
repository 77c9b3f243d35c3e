// SPDX-License-Identifier: Apache-2.0
package io.bigflow.problem;

import java.util.Locale;

/**
 * Something that a user can repair.
 *
 * @param what which action failed and what is wrong, with the offending value in quotes; a sentence
 * @param where the class, file, parameter, object or account; may be empty if {@code what} says it
 * @param fix what to do, in a form that can be copied; a sentence
 * @param anchor the heading in docs/troubleshooting.md that says more, for example {@code
 *     bucket-denied}; may be empty
 */
public record Problem(String what, String where, String fix, String anchor) {

  /** A problem without a page of its own. */
  public static Problem of(String what, String where, String fix) {
    return new Problem(what, where, fix, "");
  }

  /** This problem, explained under a heading of docs/troubleshooting.md. */
  public Problem see(String heading) {
    return new Problem(what, where, fix, heading.toLowerCase(Locale.ROOT));
  }

  /** The problem as it is shown. */
  public String text() {
    StringBuilder text = new StringBuilder(sentence(what));
    if (!where.isEmpty()) {
      text.append("\n  where: ").append(where);
    }
    if (!fix.isEmpty()) {
      text.append("\n  fix:   ").append(sentence(fix));
    }
    if (!anchor.isEmpty()) {
      text.append("\n  more:  docs/troubleshooting.md#").append(anchor);
    }
    return text.toString();
  }

  private static String sentence(String text) {
    return text.isEmpty() || ".!?".indexOf(text.charAt(text.length() - 1)) >= 0 ? text : text + ".";
  }
}
