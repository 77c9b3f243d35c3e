// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Lets one build at a time into a directory, whether the others are processes or threads. */
public final class FileMutex {

  private static final long PAUSE_MILLIS = 50;

  private FileMutex() {}

  /** What is done alone. */
  public interface Work<T> {

    /** Does it. */
    T run() throws IOException;
  }

  /**
   * Waits until no other build holds the file, and holds it during the work.
   *
   * @param file made with its folder if necessary, and left behind: removing it would let two
   *     builds in
   */
  public static <T> T holding(Path file, Work<T> work) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      FileLock lock = tryLock(channel);
      while (lock == null) {
        Thread.sleep(PAUSE_MILLIS);
        lock = tryLock(channel);
      }
      try {
        return work.run();
      } finally {
        lock.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for " + file);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another thread of this process holds it; the operating system locks for processes only.
      return null;
    }
  }
}
