// SPDX-License-Identifier: Apache-2.0
package io.bigflow.http;

import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request.
 *
 * @param uri sent as it is written
 * @param headers by name; their values can be sent as they are
 * @param body sent as UTF-8; null = none
 */
public record HttpCall(String method, URI uri, Map<String, String> headers, @Nullable String body) {

  /** Keeps a copy of the headers. */
  public HttpCall {
    headers = Map.copyOf(headers);
  }

  /** Without query, headers and body, which may hold secrets. */
  @Override
  public String toString() {
    return method + " " + uri.toString().replaceFirst("\\?.*", "");
  }
}
