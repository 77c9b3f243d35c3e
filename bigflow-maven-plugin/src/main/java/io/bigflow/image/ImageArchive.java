// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A directory that stands for a registry in a local deployment.
 *
 * <p>For the repository {@code localhost/demo} it holds {@code localhost/demo/<digest>.tar}, which
 * {@code docker load} and {@code podman load} accept, and {@code localhost/demo/tags/<tag>}, whose
 * content is the digest.
 */
public final class ImageArchive implements ImageRegistry {

  private final Path directory;
  private final Progress progress;

  /**
   * An archive.
   *
   * @param directory made with the first image
   */
  public ImageArchive(Path directory, Progress progress) {
    this.directory = directory.toAbsolutePath().normalize();
    this.progress = progress;
  }

  @Override
  public String name() {
    return directory.toString();
  }

  @Override
  public boolean has(String repository, String digest) {
    return Files.isRegularFile(tar(repository, digest));
  }

  @Override
  public Optional<String> digestOf(ImageReference reference) {
    Path tag = tag(reference);
    try {
      return Files.isRegularFile(tag)
          ? Optional.of(Files.readString(tag).strip())
          : Optional.empty();
    } catch (IOException e) {
      throw failed("read", tag, e);
    }
  }

  @Override
  public void push(Path tar, BuiltImage image) {
    PushChecks.sameImage(tar, image);
    Path target = tar(image.repository(), image.digest());
    try {
      boolean copied =
          FileMutex.holding(target.resolveSibling(".lock"), () -> store(tar, image, target));
      progress.say((copied ? "Image copied to " : "Image already in ") + target);
    } catch (IOException e) {
      throw failed("write", target, e);
    }
  }

  private boolean store(Path tar, BuiltImage image, Path target) throws IOException {
    Optional<String> tagged = digestOf(image.reference());
    PushChecks.tagStays(image.reference(), tagged, image, name());
    boolean missing = !has(image.repository(), image.digest());
    if (missing) {
      replace(target, draft -> Files.copy(tar, draft, StandardCopyOption.REPLACE_EXISTING));
    }
    if (tagged.isEmpty()) {
      Path tag = tag(image.reference());
      Files.createDirectories(tag.getParent());
      replace(tag, draft -> Files.writeString(draft, image.digest() + "\n"));
    }
    return missing;
  }

  /** The archive of an image, as {@link #push} leaves it. */
  public Path tar(String repository, String digest) {
    return folder(repository).resolve(hex(digest) + ".tar");
  }

  private Path tag(ImageReference reference) {
    return folder(reference.repository()).resolve("tags").resolve(reference.tag());
  }

  private Path folder(String repository) {
    // A port's colon is no legal character in a file name of Windows.
    return directory.resolve(repository.replace(':', '_'));
  }

  private static String hex(String digest) {
    String hex = digest.replaceFirst("^sha256:", "");
    if (!hex.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException("'" + digest + "' is not a digest");
    }
    return hex;
  }

  /** Readers see the old file or the whole new one. */
  private static void replace(Path target, Writer writer) throws IOException {
    Path draft = Files.createTempFile(target.getParent(), ".draft", "");
    try {
      writer.write(draft);
      Files.move(
          draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  private interface Writer {
    void write(Path path) throws IOException;
  }

  private static BigflowException failed(String action, Path path, IOException cause) {
    return BigflowException.of(
        Problem.of(
            "Cannot " + action + " the image archive: " + cause,
            path.toString(),
            "Check that the directory is writable and that the disk has room"),
        cause);
  }
}
