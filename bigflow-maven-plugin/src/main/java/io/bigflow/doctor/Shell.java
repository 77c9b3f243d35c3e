// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import java.util.regex.Pattern;

/** Words of commands that are to be copied into a shell. */
final class Shell {

  // What no shell gives a meaning to, inside of a word.
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9@%_+=:,./-]+");

  private Shell() {}

  /** A text as one word, by the rules of POSIX. */
  static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
  }
}
