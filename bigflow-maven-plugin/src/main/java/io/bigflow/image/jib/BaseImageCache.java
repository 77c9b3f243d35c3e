// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import io.bigflow.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The directory that keeps base images made from a JDK. When a file was last used is its time of
 * modification, which is set at each use: the file system's own time of access is often off.
 *
 * <p>All methods are called by a build that holds the directory's mutex. So none of the images that
 * another build took a moment ago looks old, and none is being made.
 */
final class BaseImageCache {

  /** How long an image is kept after it was last used. */
  static final Duration KEPT = Duration.ofDays(30);

  private static final String MAKING = "making";

  // Nothing else is removed: the directory is the user's choice and may hold other things.
  private static final Pattern KEPT_FILE = Pattern.compile("jdk-.+-[0-9a-f]{12}\\.(tar|libraries)");
  private static final Pattern WORK = Pattern.compile(MAKING + "[0-9]+");

  private final Path directory;
  private final Clock clock;
  private final Progress progress;

  BaseImageCache(Path directory, Clock clock, Progress progress) {
    this.directory = directory;
    this.clock = clock;
    this.progress = progress;
  }

  /** A folder to make an image in, which is to be deleted. */
  Path makeWork() throws IOException {
    return Files.createTempDirectory(directory, MAKING);
  }

  /** Notes that a file is used now. */
  void use(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
    } catch (IOException e) {
      // At worst the file is removed too soon, and made again.
      progress.detail("Cannot note the use of " + file + ": " + e);
    }
  }

  /** Removes images that no build has used for long, and what builds that were killed left. */
  void removeUnused() {
    Instant limit = clock.instant().minus(KEPT);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (WORK.matcher(name).matches() && Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
          deleteTree(file);
        } else if (KEPT_FILE.matcher(name).matches()
            && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
            && Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
          Files.delete(file);
          progress.detail("Removed, not used for " + KEPT.toDays() + " days: " + file);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      // No reason to fail a build whose image is made.
      progress.detail("Cannot remove old base images from " + directory + ": " + e);
    }
  }

  /** Deletes a folder as far as that is possible. */
  static void deleteTree(Path root) {
    try (Stream<Path> tree = Files.walk(root)) {
      List<Path> paths = tree.sorted(Comparator.reverseOrder()).toList();
      for (Path path : paths) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      // What is left over lies in a cache; the next image made removes it.
    }
  }
}
