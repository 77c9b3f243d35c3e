// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;

/** An object and its content, both of the same generation. */
public final class BucketContent {
  private final BucketObject object;
  private final byte[] bytes;

  /** Belongs together: the caller has compared the hashes. */
  public BucketContent(BucketObject object, byte[] bytes) {
    this.object = object;
    this.bytes = bytes.clone();
  }

  /** The object. */
  public BucketObject object() {
    return object;
  }

  /** The content. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** The content as text. */
  public String text() {
    return new String(bytes, UTF_8);
  }
}
