// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /**
   * What a file holds, without holding it.
   *
   * @param md5 as {@link #md5(byte[])}
   * @param sha256 as {@link #sha256(byte[])}
   * @param size in bytes
   */
  public record Sums(String md5, String sha256, long size) {}

  /** Reads a file of any size, once. */
  public static Sums of(Path file) throws IOException {
    MessageDigest md5 = digest("MD5");
    MessageDigest sha256 = digest("SHA-256");
    byte[] buffer = new byte[1 << 16];
    long size = 0;
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        md5.update(buffer, 0, count);
        sha256.update(buffer, 0, count);
        size += count;
      }
    }
    return new Sums(
        HexFormat.of().formatHex(md5.digest()), HexFormat.of().formatHex(sha256.digest()), size);
  }

  private static String hash(String algorithm, byte[] content) {
    return HexFormat.of().formatHex(digest(algorithm).digest(content));
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform must offer " + algorithm, e);
    }
  }
}
