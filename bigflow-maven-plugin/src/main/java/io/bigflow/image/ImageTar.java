// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;

/**
 * The archive that {@code build-image} writes: a docker-archive whose layers are compressed and
 * named by their digest, as Jib writes it.
 *
 * <p>Such an archive determines the manifest that a registry will hold, so its digest is known
 * before anything is pushed.
 */
public final class ImageTar implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The bits of a file's mode that let somebody execute it. */
  private static final int EXECUTABLE = 0111;

  private static final Pattern LAYER = Pattern.compile("([0-9a-f]{64})\\.tar\\.gz");

  private final Path file;
  private final TarFile tar;
  private final byte[] config;
  private final JsonNode configTree;
  private final List<Layer> layers;

  private ImageTar(Path file, TarFile tar) throws IOException {
    this.file = file;
    this.tar = tar;
    JsonNode manifest = JSON.readTree(read("manifest.json")).path(0);
    this.config = read(manifest.path("Config").asText());
    this.configTree = JSON.readTree(config);
    this.layers = new ArrayList<>();
    for (JsonNode name : manifest.path("Layers")) {
      Matcher matcher = LAYER.matcher(name.asText());
      if (!matcher.matches()) {
        throw new IOException("the layer '" + name.asText() + "' is not named by its digest");
      }
      layers.add(
          new Layer(name.asText(), "sha256:" + matcher.group(1), entry(name.asText()).getSize()));
    }
    if (layers.isEmpty()) {
      throw new IOException("it has no layers");
    }
  }

  /**
   * A layer of the archive.
   *
   * @param entry the name inside the archive
   * @param digest {@code sha256:…} of the compressed layer
   * @param size of the compressed layer, in bytes
   */
  public record Layer(String entry, String digest, long size) {}

  /** Opens an archive. */
  public static ImageTar open(Path file) {
    TarFile tar = null;
    try {
      tar = new TarFile(file);
      return new ImageTar(file, tar);
    } catch (IOException e) {
      close(tar, e);
      throw unreadable(file, e);
    }
  }

  private static void close(@Nullable TarFile tar, IOException cause) {
    if (tar != null) {
      try {
        tar.close();
      } catch (IOException e) {
        cause.addSuppressed(e);
      }
    }
  }

  /** The layers, from the base upwards. */
  public List<Layer> layers() {
    return List.copyOf(layers);
  }

  /** The size of all compressed layers, in bytes. */
  public long size() {
    return layers.stream().mapToLong(Layer::size).sum();
  }

  /**
   * The bytes of a compressed layer. Several threads may read at once: each stream has a file of
   * its own, because those of TarFile share one position.
   */
  public InputStream open(Layer layer) throws IOException {
    InputStream in = Files.newInputStream(file);
    try {
      in.skipNBytes(entry(layer.entry()).getDataOffset());
      return new FirstBytes(in, layer.size());
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  /** The beginning of a stream. */
  private static final class FirstBytes extends FilterInputStream {
    private long left;

    FirstBytes(InputStream in, long size) {
      super(in);
      this.left = size;
    }

    @Override
    public int read() throws IOException {
      if (left == 0) {
        return -1;
      }
      int value = super.read();
      left -= value < 0 ? 0 : 1;
      return value;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int count = super.read(bytes, offset, (int) Math.min(length, left));
      left -= Math.max(0, count);
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      long skipped = super.skip(Math.min(count, left));
      left -= skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  /** The image's configuration, exactly as it is in the archive. */
  public byte[] config() {
    return config.clone();
  }

  /** {@code sha256:…} of the configuration. */
  public String id() {
    return sha256(config);
  }

  /** {@code sha256:…} of the manifest that a registry holds after a push. */
  public String digest() {
    return sha256(manifest());
  }

  /** The manifest, version 2 schema 2, in the form that Jib writes. */
  public byte[] manifest() {
    ObjectNode manifest = JSON.createObjectNode();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", "application/vnd.docker.distribution.manifest.v2+json");
    manifest.set(
        "config",
        descriptor("application/vnd.docker.container.image.v1+json", id(), config.length));
    ArrayNode list = manifest.putArray("layers");
    for (Layer layer : layers) {
      list.add(
          descriptor(
              "application/vnd.docker.image.rootfs.diff.tar.gzip", layer.digest(), layer.size()));
    }
    return manifest.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode descriptor(String mediaType, String digest, long size) {
    return JSON.createObjectNode()
        .put("mediaType", mediaType)
        .put("digest", digest)
        .put("size", size);
  }

  /** The command that a container starts with. */
  public List<String> entrypoint() {
    List<String> words = new ArrayList<>();
    configTree.path("config").path("Entrypoint").forEach(word -> words.add(word.asText()));
    return List.copyOf(words);
  }

  /** The variables of a container, {@code NAME=value} each. */
  public List<String> environment() {
    List<String> variables = new ArrayList<>();
    configTree.path("config").path("Env").forEach(variable -> variables.add(variable.asText()));
    return List.copyOf(variables);
  }

  /**
   * Whether a file is in the image that a container may execute. Reads layers until one has it, so
   * it takes as long as unpacking the image.
   *
   * @param path absolute
   */
  public boolean hasExecutable(String path) throws IOException {
    for (int i = layers.size() - 1; i >= 0; i--) {
      try (TarArchiveInputStream content =
          new TarArchiveInputStream(new GZIPInputStream(open(layers.get(i))))) {
        for (TarArchiveEntry entry = content.getNextEntry();
            entry != null;
            entry = content.getNextEntry()) {
          if (("/" + entry.getName().replaceFirst("^\\.?/", "")).equals(path)) {
            return entry.isFile() && (entry.getMode() & EXECUTABLE) != 0;
          }
        }
      }
    }
    return false;
  }

  /** The processor architecture, in the words of OCI: {@code amd64}, {@code arm64}. */
  public String architecture() {
    return configTree.path("architecture").asText();
  }

  @Override
  public void close() {
    try {
      tar.close();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private byte[] read(String name) throws IOException {
    try (InputStream in = tar.getInputStream(entry(name))) {
      return in.readAllBytes();
    }
  }

  private TarArchiveEntry entry(String name) throws IOException {
    for (TarArchiveEntry entry : tar.getEntries()) {
      if (entry.getName().equals(name)) {
        return entry;
      }
    }
    throw new IOException("it has no entry '" + name + "'");
  }

  static BigflowException unreadable(Path file, IOException cause) {
    return BigflowException.of(
        Problem.of(
            "The image archive cannot be read: " + cause.getMessage(),
            file.toString(),
            "Build it again: mvn package"),
        cause);
  }

  static String sha256(byte[] bytes) {
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }
}
