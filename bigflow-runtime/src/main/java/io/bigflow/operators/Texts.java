// SPDX-License-Identifier: Apache-2.0
package io.bigflow.operators;

import io.bigflow.workflow.Template;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Texts of users, for arguments that Airflow renders. */
final class Texts {

  private Texts() {}

  /**
   * The value for an argument that is a template.
   *
   * @param name of the parameter, for the message
   * @throws IllegalArgumentException if it is neither a string nor a template
   */
  static Object of(String name, Object text) {
    if (text instanceof String plain) {
      return Template.text(plain);
    }
    if (text instanceof Template) {
      return text;
    }
    throw new IllegalArgumentException(
        "The " + name + " of an operator is " + text + ". Give a String or a Template.");
  }

  static List<Object> all(String name, Object... texts) {
    List<Object> all = new ArrayList<>();
    Arrays.stream(texts).forEach(text -> all.add(of(name, text)));
    return all;
  }
}
