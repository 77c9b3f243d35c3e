// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.TestImages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** Images of four layers, of which two are the same in every version. Built once for each JVM. */
final class Images {

  private static final Map<String, Image> BUILT = new ConcurrentHashMap<>();

  private Images() {}

  /**
   * An image that was packaged.
   *
   * @param tar the archive
   * @param built its description, with a repository that is not meant
   */
  record Image(Path tar, BuiltImage built) {
    /** The description for a repository. */
    BuiltImage in(String repository, String tag) {
      return new BuiltImage(
          BuiltImage.FORMAT_VERSION, repository, tag, built.digest(), built.id(), built.layers());
    }
  }

  /** A small image. */
  static Image of(String version) {
    return of(version, 4_000);
  }

  /** An image with so many bytes in its own layers that no compression makes them fewer. */
  static Image of(String version, int bytes) {
    return BUILT.computeIfAbsent(version + "/" + bytes, key -> build(version, bytes));
  }

  private static Image build(String version, int bytes) {
    try {
      Path folder = Files.createTempDirectory("bigflow-image");
      Path tar = folder.resolve("image.tar");
      folder.toFile().deleteOnExit();
      tar.toFile().deleteOnExit();
      Map<String, byte[]> layers = new LinkedHashMap<>();
      layers.put("base", random("base", 4_000));
      layers.put("libraries", random("libraries", 20_000));
      layers.put("resources", random("resources" + version, bytes / 2));
      layers.put("classes", random("classes" + version, bytes / 2));
      return new Image(
          tar, TestImages.make(tar, new ImageReference("localhost/demo", version), layers));
    } catch (Exception e) {
      throw new AssertionError("cannot build the image of a test", e);
    }
  }

  private static byte[] random(String seed, int bytes) {
    byte[] content = new byte[bytes];
    new Random(seed.hashCode()).nextBytes(content);
    return content;
  }
}
