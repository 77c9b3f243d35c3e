// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The bucket of a Composer environment. Safe for use by several threads.
 *
 * <p>Every method throws {@link BigflowException} for what the user can repair: the bucket is
 * missing, access is denied, the store cannot be reached, somebody else changed the object.
 */
public interface DagBucket {

  /** How messages name the bucket, for example {@code gs://my-bucket}. */
  String name();

  /** The objects whose path starts with a prefix, ordered by path. */
  List<BucketObject> list(String prefix);

  /** An object without its content, if it is there. */
  Optional<BucketObject> find(String path);

  /** The content of an object, if it is there. */
  Optional<byte[]> read(String path);

  /**
   * An object with its content, if it is there. Unlike a {@link #find} and a {@link #read}, the two
   * belong together even if somebody writes the object meanwhile.
   */
  default Optional<BucketContent> fetch(String path) {
    Optional<BucketObject> before = find(path);
    while (before.isPresent()) {
      Optional<byte[]> bytes = read(path);
      if (bytes.isPresent() && ContentHash.md5(bytes.get()).equals(before.get().md5())) {
        return Optional.of(new BucketContent(before.get(), bytes.get()));
      }
      Optional<BucketObject> after = find(path);
      if (after.equals(before) && bytes.isPresent()) {
        // The store tells no hash that could be compared.
        return Optional.of(new BucketContent(before.get(), bytes.get()));
      }
      before = after;
    }
    return Optional.empty();
  }

  /**
   * Writes an object, or leaves it as it was: readers never see a half of it.
   *
   * <p>Succeeds also if the object already has exactly this content and metadata under another
   * generation, because that is how a write looks whose answer was lost.
   *
   * @param contentType for example {@code text/x-python}
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
   * Writes an object from a file, which may be larger than the memory; else like {@link
   * #write(String, byte[], String, Map, long)}.
   */
  default long write(
      String path,
      Path content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    try {
      return write(path, Files.readAllBytes(content), contentType, metadata, expectedGeneration);
    } catch (IOException e) {
      throw unreadable(content, e);
    }
  }

  /** A file that is to be written to a bucket cannot be read. */
  static BigflowException unreadable(Path file, IOException e) {
    return BigflowException.of(
        Problem.of(
            "The file '" + file.getFileName() + "' cannot be read: " + e.getMessage(),
            file.toString(),
            "Build the project again: mvn clean package"),
        e);
  }

  /**
   * Removes an object. An object that is already gone is no error.
   *
   * @param expectedGeneration the generation that is removed
   */
  void delete(String path, long expectedGeneration);
}
