// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The embedded local target: a directory that stands for a bucket.
 *
 * <p>An object is a plain file below the directory, readable by everybody, so that an Airflow can
 * mount {@code <directory>/dags}. What a file cannot hold (metadata, generation) is kept in the
 * hidden folder {@code .bigflow} beside {@code dags}. A file that was written or changed by other
 * means has no metadata, exactly as an object that is overwritten in a real bucket.
 *
 * <p>The directory is made by the first write. Several processes may use one directory at once.
 */
public final class DirectoryDagBucket implements DagBucket {

  /** Where metadata, generations and unfinished files are kept, below the directory. */
  public static final String HIDDEN_FOLDER = ".bigflow";

  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(60);

  private final Path root;
  private final Path hidden;
  private final ReentrantLock threads = new ReentrantLock();

  /** A bucket in a directory, which need not exist yet. */
  public DirectoryDagBucket(Path directory) {
    this.root = directory.toAbsolutePath().normalize();
    this.hidden = root.resolve(HIDDEN_FOLDER);
  }

  @Override
  public String name() {
    return root.toString();
  }

  @Override
  public List<BucketObject> list(String prefix) {
    Path start = root;
    int slash = prefix.lastIndexOf('/');
    if (slash >= 0) {
      start = file(prefix.substring(0, slash));
    }
    List<BucketObject> found = new ArrayList<>();
    try {
      if (!Files.isDirectory(start)) {
        return List.of();
      }
      Files.walkFileTree(
          start,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
              return folder.equals(hidden)
                  ? FileVisitResult.SKIP_SUBTREE
                  : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              String path = objectPath(file);
              if (path.startsWith(prefix)) {
                try {
                  found.add(describe(path, file));
                } catch (NoSuchFileException e) {
                  // Removed since the folder was read: then it is not there.
                  return FileVisitResult.CONTINUE;
                }
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }
          });
    } catch (IOException e) {
      throw failed("list", prefix, e);
    }
    found.sort(Comparator.comparing(BucketObject::path));
    return List.copyOf(found);
  }

  @Override
  public Optional<BucketObject> find(String path) {
    try {
      return Optional.ofNullable(present(path, file(path)));
    } catch (IOException e) {
      throw failed("look at", path, e);
    }
  }

  @Override
  public Optional<byte[]> read(String path) {
    Path file = file(path);
    try {
      return Files.isRegularFile(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw failed("read", path, e);
    }
  }

  @Override
  public long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    return write(
        path,
        ContentHash.md5(content),
        temporary -> Files.write(temporary, content),
        contentType,
        metadata,
        expectedGeneration);
  }

  @Override
  public long write(
      String path,
      Path content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    try {
      return write(
          path,
          ContentHash.of(content).md5(),
          temporary -> Files.copy(content, temporary, StandardCopyOption.REPLACE_EXISTING),
          contentType,
          metadata,
          expectedGeneration);
    } catch (IOException e) {
      throw DagBucket.unreadable(content, e);
    }
  }

  private interface Content {
    void to(Path temporary) throws IOException;
  }

  private long write(
      String path,
      String md5,
      Content content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    Path file = file(path);
    return locked(
        "write",
        path,
        () -> {
          @Nullable BucketObject present = present(path, file);
          long presentGeneration = present == null ? 0 : present.generation();
          if (presentGeneration != expectedGeneration) {
            if (present != null
                && present.md5().equals(md5)
                && present.metadata().equals(metadata)) {
              return presentGeneration;
            }
            throw BucketConflict.of("write", name(), path);
          }
          makeFolders(parent(file));
          if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            throw folderInTheWay(path);
          }
          Path temporary = hidden.resolve("unfinished");
          content.to(temporary);
          makeReadable(temporary, "rw-r--r--");

          // The labels of both contents are there while the file is replaced: whenever this process
          // is killed, the file that is found has its own labels.
          long generation = nextGeneration();
          Labels labels = readLabels(path);
          Label written = new Label(md5, generation, contentType, new TreeMap<>(metadata));
          List<Label> both = new ArrayList<>(labels.labels());
          both.add(written);
          writeLabels(new Labels(Labels.FORMAT_VERSION, path, both));
          move(temporary, file);
          writeLabels(new Labels(Labels.FORMAT_VERSION, path, List.of(written)));
          return generation;
        });
  }

  @Override
  public void delete(String path, long expectedGeneration) {
    Path file = file(path);
    locked(
        "remove",
        path,
        () -> {
          @Nullable BucketObject present = present(path, file);
          if (present == null) {
            return 0L;
          }
          if (present.generation() != expectedGeneration) {
            throw BucketConflict.of("remove", name(), path);
          }
          Files.delete(file);
          Files.deleteIfExists(labelsFile(path));
          removeEmptyFolders(parent(file));
          return 0L;
        });
  }

  // ---- paths

  /** The file of an object; never outside the directory and never in the hidden folder. */
  private Path file(String path) {
    String[] names = path.split("/", -1);
    for (String name : names) {
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.indexOf('\\') >= 0
          || name.chars().anyMatch(Character::isISOControl)) {
        throw noFile(path);
      }
    }
    if (names[0].equals(HIDDEN_FOLDER)) {
      throw noFile(path);
    }
    try {
      Path file = root.resolve(String.join(root.getFileSystem().getSeparator(), names)).normalize();
      if (!file.startsWith(root) || file.getNameCount() != root.getNameCount() + names.length) {
        throw noFile(path);
      }
      requireNoWayOut(parent(file), path);
      return file;
    } catch (InvalidPathException e) {
      throw noFile(path);
    }
  }

  // A symbolic link among the folders could lead anywhere, so the real place is asked for.
  private void requireNoWayOut(Path folder, String path) {
    try {
      Path existing = folder;
      while (!Files.exists(existing)) {
        if (existing.equals(root)) {
          return;
        }
        existing = parent(existing);
      }
      if (!existing.toRealPath().startsWith(root.toRealPath())) {
        throw BigflowException.of(
            Problem.of(
                "'" + path + "' leads out of '" + root + "' through a symbolic link",
                existing.toString(),
                "Replace the link by a folder"));
      }
    } catch (IOException e) {
      throw failed("look at", path, e);
    }
  }

  private String objectPath(Path file) {
    List<String> names = new ArrayList<>();
    root.relativize(file).forEach(name -> names.add(name.toString()));
    return String.join("/", names);
  }

  private BigflowException noFile(String path) {
    return BigflowException.of(
        Problem.of(
            "'" + path + "' cannot be the name of an object in a directory",
            root.toString(),
            "Use a relative path of plain names, separated by '/'"));
  }

  private BigflowException folderInTheWay(String path) {
    return BigflowException.of(
        new Problem(
            "Cannot write '" + name() + "/" + path + "': a folder has this name",
            name() + "/" + path,
            "Move the folder away",
            "deploy-conflict"));
  }

  // ---- objects

  private @Nullable BucketObject present(String path, Path file) throws IOException {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isDirectory() ? null : describe(path, file);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  private BucketObject describe(String path, Path file) throws IOException {
    BasicFileAttributes attributes =
        Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      // A link, a pipe: nothing that this class has written, and nothing to be read.
      return new BucketObject(path, "", foreignGeneration(attributes, path), Map.of());
    }
    // Nobody is kept from writing meanwhile. If the labels changed while the file was read, the two
    // may not belong together, so both are read again.
    Labels before = readLabels(path);
    while (true) {
      String md5 = ContentHash.of(file).md5();
      Labels after = readLabels(path);
      for (Label label : after.newestFirst()) {
        if (label.md5().equals(md5)) {
          return new BucketObject(path, md5, label.generation(), label.metadata());
        }
      }
      if (after.equals(before)) {
        return new BucketObject(path, md5, foreignGeneration(attributes, md5), Map.of());
      }
      before = after;
    }
  }

  // Negative, so that it can never be taken for a generation of our own, and never 0.
  private static long foreignGeneration(BasicFileAttributes attributes, String content) {
    String seen = attributes.lastModifiedTime() + " " + attributes.size() + " " + content;
    String hash = ContentHash.sha256(seen.getBytes(UTF_8));
    return -1 - (Long.parseUnsignedLong(hash.substring(0, 16), 16) >>> 1);
  }

  /** What a file system does not keep about one content of a file. */
  record Label(String md5, long generation, String contentType, Map<String, String> metadata) {}

  /** The labels of an object, the newest last; more than one only after a crash. */
  record Labels(int formatVersion, String path, List<Label> labels) {
    static final int FORMAT_VERSION = 1;

    List<Label> newestFirst() {
      List<Label> reversed = new ArrayList<>(labels);
      Collections.reverse(reversed);
      return reversed;
    }
  }

  private Path labelsFile(String path) {
    // A hash: a path of any length and any case fits into one file name.
    return hidden.resolve("objects").resolve(ContentHash.sha256(path.getBytes(UTF_8)) + ".json");
  }

  private Labels readLabels(String path) throws IOException {
    Path file = labelsFile(path);
    String json;
    try {
      json = Files.readString(file);
    } catch (NoSuchFileException e) {
      return new Labels(Labels.FORMAT_VERSION, path, List.of());
    }
    Labels labels = SpecJson.read(json, Labels.class, file.toString());
    return labels.path().equals(path) ? labels : new Labels(Labels.FORMAT_VERSION, path, List.of());
  }

  private void writeLabels(Labels labels) throws IOException {
    Path file = labelsFile(labels.path());
    Path temporary = hidden.resolve("unfinished-labels");
    SpecJson.write(labels, temporary);
    Files.createDirectories(parent(file));
    move(temporary, file);
  }

  private long nextGeneration() throws IOException {
    Path file = hidden.resolve("generation");
    long last = 0;
    try {
      last = Long.parseLong(Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      last = 0;
    } catch (NumberFormatException e) {
      throw new IOException(file + " does not hold a number", e);
    }
    Path temporary = hidden.resolve("unfinished-generation");
    Files.writeString(temporary, (last + 1) + "\n");
    move(temporary, file);
    return last + 1;
  }

  // ---- files

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      // Only where a folder inside the directory is a mount of its own: copy beside, then rename.
      Path beside = to.resolveSibling("." + to.getFileName() + ".unfinished");
      Files.copy(
          from, beside, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
      Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      Files.delete(from);
    }
  }

  // Everything here lies below the root, so there is one.
  private static Path parent(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  private void makeFolders(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (!folder.equals(root)) {
      makeFolders(parent(folder));
      Files.createDirectory(folder);
      makeReadable(folder, "rwxr-xr-x");
    }
  }

  // An Airflow in a container is another user than the one who deploys.
  private static void makeReadable(Path path, String permissions) throws IOException {
    @Nullable PosixFileAttributeView posix =
        Files.getFileAttributeView(path, PosixFileAttributeView.class);
    if (posix != null) {
      posix.setPermissions(PosixFilePermissions.fromString(permissions));
    }
  }

  // Folders of a bucket are only a manner of speaking: without objects there is none. The first
  // one stays, because something may have mounted it.
  private void removeEmptyFolders(Path folder) throws IOException {
    Path empty = folder;
    while (empty.getNameCount() > root.getNameCount() + 1) {
      try {
        Files.delete(empty);
      } catch (DirectoryNotEmptyException e) {
        return;
      }
      empty = parent(empty);
    }
  }

  // ---- one at a time

  private interface Change {
    long apply() throws IOException;
  }

  @SuppressWarnings(
      "try") // The lock is held until the change is done; nothing else is asked of it.
  private long locked(String action, String path, Change change) {
    threads.lock();
    try {
      Files.createDirectories(hidden);
      try (FileChannel channel =
              FileChannel.open(
                  hidden.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock lock = lock(channel)) {
        return change.apply();
      }
    } catch (IOException e) {
      throw failed(action, path, e);
    } finally {
      threads.unlock();
    }
  }

  // Asks again and again instead of waiting in the system: a second bucket object of this very
  // process would be refused at once, not made to wait.
  private FileLock lock(FileChannel channel) throws IOException {
    long start = System.nanoTime();
    while (true) {
      try {
        @Nullable FileLock lock = channel.tryLock();
        if (lock != null) {
          return lock;
        }
      } catch (OverlappingFileLockException e) {
        // Held by another thread of this process, which is the same to us.
      }
      if (System.nanoTime() - start > LOCK_TIMEOUT.toNanos()) {
        throw new IOException(
            "another process has held " + hidden.resolve("lock") + " for a minute");
      }
      try {
        Thread.sleep(2);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private BigflowException failed(String action, String path, IOException e) {
    String reason =
        e.getMessage() == null
            ? e.getClass().getSimpleName()
            : e.getClass().getSimpleName() + ": " + e.getMessage();
    return BigflowException.of(
        new Problem(
            "Cannot " + action + " '" + name() + "/" + path + "': " + reason,
            name(),
            "Make the directory writable for this user, or name another one in bigflow.dagsBucket",
            "bucket-denied"),
        e);
  }

  @Override
  public String toString() {
    return name();
  }
}
