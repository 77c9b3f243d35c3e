// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.util.Map;

/**
 * An object of a bucket, without its content.
 *
 * @param path the object's name, for example {@code dags/com.example.demo/dev/hello.py}
 * @param md5 the MD5 of the content in lower-case hexadecimal; empty if the store does not tell
 * @param generation changes with every write of the object
 * @param metadata the object's own labels
 */
public record BucketObject(String path, String md5, long generation, Map<String, String> metadata) {

  /** Copies the map. */
  public BucketObject {
    metadata = Map.copyOf(metadata);
  }
}
