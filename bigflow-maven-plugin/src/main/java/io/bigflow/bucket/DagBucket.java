// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import io.bigflow.problem.BigflowException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bucket of a Composer environment.
 *
 * <p>Every method throws {@link BigflowException} for what the user can repair: the bucket is
 * missing, access is denied, the store cannot be reached, somebody else changed the object.
 */
public interface DagBucket {

  /** How messages name the bucket. */
  String name();

  /** The objects whose path starts with a prefix, ordered by path. */
  List<BucketObject> list(String prefix);

  /** The content of an object, if it is there. */
  Optional<byte[]> read(String path);

  /**
   * Writes an object.
   *
   * @param expectedGeneration the generation that is overwritten; 0 = the object must not be there
   * @return the generation written
   */
  long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration);

  /**
   * Removes an object.
   *
   * @param expectedGeneration the generation that is removed
   */
  void delete(String path, long expectedGeneration);
}
