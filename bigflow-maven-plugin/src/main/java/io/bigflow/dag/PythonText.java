// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

/**
 * Finished Python text: the only thing that {@link DagTemplate} puts into a file. It is made by
 * {@link PythonLiteral} and {@link PythonNames}, which know what is safe.
 *
 * @param text as it stands in the file
 */
record PythonText(String text) {
  @Override
  public String toString() {
    return text;
  }
}
