// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Hashes of contents, in lower-case hexadecimal. */
public final class ContentHash {

  private ContentHash() {}

  /** The hash that buckets tell in their listings; finds differences, proves nothing. */
  public static String md5(byte[] content) {
    return hash("MD5", content);
  }

  /** The hash that the build records. */
  public static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  private static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform must offer " + algorithm, e);
    }
  }
}
