// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Small images, made by Jib itself as the archive of a build is. */
public final class TestImages {

  private TestImages() {}

  /**
   * An image of two layers.
   *
   * @param tar the archive that is written
   * @param reference its name
   * @param text what makes it differ from others
   */
  public static BuiltImage make(Path tar, ImageReference reference, String text) throws Exception {
    Map<String, byte[]> layers = new LinkedHashMap<>();
    layers.put("constant", "the same in every image".getBytes(UTF_8));
    layers.put("own", text.getBytes(UTF_8));
    return make(tar, reference, layers);
  }

  /**
   * An image with a layer for each file.
   *
   * @param tar the archive that is written
   * @param reference its name
   * @param files name to content, from the base upwards
   */
  public static BuiltImage make(Path tar, ImageReference reference, Map<String, byte[]> files)
      throws Exception {
    Path folder = Files.createDirectories(tar.resolveSibling(tar.getFileName() + ".parts"));
    JibContainerBuilder builder = Jib.fromScratch();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      builder.addFileEntriesLayer(
          layer(Files.write(folder.resolve(file.getKey()), file.getValue())));
    }
    JibContainer container =
        builder
            .setEntrypoint("java", "-cp", "@/app/jib-classpath-file", "io.bigflow.launch.Launcher")
            .containerize(
                Containerizer.to(TarImage.at(tar).named(reference.toString()))
                    .setOfflineMode(true)
                    .setBaseImageLayersCache(folder.resolve("cache"))
                    .setApplicationLayersCache(folder.resolve("cache")));
    try (ImageTar archive = ImageTar.open(tar)) {
      return new BuiltImage(
          BuiltImage.FORMAT_VERSION,
          reference.repository(),
          reference.tag(),
          container.getDigest().toString(),
          container.getImageId().toString(),
          archive.layers().stream().map(ImageTar.Layer::digest).toList());
    }
  }

  /**
   * An image of one layer.
   *
   * @param tar the archive that is written
   * @param reference its name
   * @param layer its files
   * @param variables those of its containers
   */
  public static void makeWith(
      Path tar, ImageReference reference, FileEntriesLayer layer, Map<String, String> variables)
      throws Exception {
    Path cache = tar.resolveSibling(tar.getFileName() + ".cache");
    Jib.fromScratch()
        .addFileEntriesLayer(layer)
        .setEnvironment(variables)
        .containerize(
            Containerizer.to(TarImage.at(tar).named(reference.toString()))
                .setOfflineMode(true)
                .setBaseImageLayersCache(cache)
                .setApplicationLayersCache(cache));
  }

  private static FileEntriesLayer layer(Path file) {
    return FileEntriesLayer.builder()
        .addEntry(file, AbsoluteUnixPath.get("/app/" + file.getFileName()))
        .build();
  }

  /** The same description with another tag. */
  public static BuiltImage tagged(BuiltImage image, String tag) {
    return new BuiltImage(
        image.formatVersion(),
        image.repository(),
        tag,
        image.digest(),
        image.id(),
        List.copyOf(image.layers()));
  }
}
