// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import java.net.URI;
import java.util.Locale;
import java.util.Map;

/**
 * What a server answered.
 *
 * @param uri what was asked
 * @param headers by lower-case name, the first value of each
 * @param body empty if there is none
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record HttpAnswer(URI uri, int status, Map<String, String> headers, byte[] body) {

  /** A header; empty if it is not there. */
  public String header(String name) {
    return headers.getOrDefault(name.toLowerCase(Locale.ROOT), "");
  }

  /**
   * Where a redirect leads to.
   *
   * @throws IllegalArgumentException if that is no address
   */
  public URI target() {
    return uri.resolve(header("Location"));
  }

  /** Without headers and body, which may hold secrets. */
  @Override
  public String toString() {
    return Integer.toString(status);
  }
}
