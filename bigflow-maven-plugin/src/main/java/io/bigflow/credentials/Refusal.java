// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

/**
 * Why there is no token.
 *
 * @param reason part of a sentence; never what a server or a program said, only our own words for
 *     it
 * @param fix a sentence
 * @param anchor the heading of docs/troubleshooting.md
 */
record Refusal(String reason, String fix, String anchor) {

  /** For answers that nobody foresaw. */
  static Refusal unknown(String fix) {
    return new Refusal("the answer is none that Google gives", fix, "google-unreachable");
  }
}
