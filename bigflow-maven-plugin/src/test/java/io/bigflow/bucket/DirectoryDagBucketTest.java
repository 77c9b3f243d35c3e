// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DirectoryDagBucketTest extends DagBucketContract {

  @TempDir Path folder;

  private Path root() {
    return folder.resolve("target/composer");
  }

  @Override
  protected DagBucket bucket() {
    // A new one each time: nothing may be kept in memory only.
    return new DirectoryDagBucket(root());
  }

  @Override
  protected void putByOtherMeans(String path, byte[] content) {
    try {
      Files.createDirectories(root().resolve(path).getParent());
      Files.write(root().resolve(path), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void objectsArePlainFilesAndNothingElseLiesInDags() throws IOException {
    bucket().write("dags/g.a/dev/x.py", bytes("x"), "text/x-python", Map.of("k", "v"), 0);

    try (Stream<Path> files = Files.walk(root().resolve("dags"))) {
      assertThat(files.filter(Files::isRegularFile))
          .containsExactly(root().resolve("dags/g.a/dev/x.py"));
    }
    assertThat(root().resolve("dags/g.a/dev/x.py")).hasContent("x");
    assertThat(bucket().list(""))
        .extracting(BucketObject::path)
        .containsExactly("dags/g.a/dev/x.py");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void everybodyMayReadObjectsAndFolders() throws IOException {
    bucket().write("dags/g.a/dev/x.py", bytes("x"), "text/x-python", Map.of(), 0);

    assertThat(Files.getPosixFilePermissions(root().resolve("dags/g.a/dev/x.py")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(Files.getPosixFilePermissions(root().resolve("dags/g.a")))
        .isEqualTo(PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../x.py",
        "dags/../../x.py",
        "dags/./x.py",
        "/etc/x.py",
        "dags//x.py",
        "dags/",
        "",
        "dags\\..\\..\\x.py",
        "dags/x\u0000.py",
        "dags/x\n.py",
        ".bigflow/objects/x.json",
      })
  void refusesPathsThatAreNoPlainNames(String path) throws IOException {
    Files.createDirectories(root());

    assertThatThrownBy(() -> bucket().write(path, bytes("x"), "text/x-python", Map.of(), 0))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith("'" + path + "' cannot be the name of an object in a directory");
    assertThatThrownBy(() -> bucket().read(path)).isInstanceOf(BigflowException.class);
    assertThatThrownBy(() -> bucket().delete(path, 1)).isInstanceOf(BigflowException.class);
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile)).isEmpty();
    }
  }

  @Test
  void refusesToListOutside() {
    assertThatThrownBy(() -> bucket().list("dags/../../")).isInstanceOf(BigflowException.class);
    assertThatThrownBy(() -> bucket().list(".bigflow/")).isInstanceOf(BigflowException.class);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesToFollowALinkOutOfTheDirectory() throws IOException {
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.createDirectories(root().resolve("dags"));
    Files.createSymbolicLink(root().resolve("dags/g.a"), outside);

    assertThatThrownBy(
            () -> bucket().write("dags/g.a/x.py", bytes("x"), "text/x-python", Map.of(), 0))
        .hasMessage(
            """
            'dags/g.a/x.py' leads out of '%s' through a symbolic link.
              where: %s
              fix:   Replace the link by a folder."""
                .formatted(root(), root().resolve("dags/g.a")));
    assertThat(outside).isEmptyDirectory();
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLinkInThePlaceOfAnObjectIsSomebodyElses() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "secret");
    Files.createDirectories(root().resolve("dags"));
    Files.createSymbolicLink(root().resolve("dags/x.py"), secret);

    assertThat(bucket().list("dags/"))
        .singleElement()
        .satisfies(found -> assertThat(found.md5()).isEmpty());
    assertThatThrownBy(() -> bucket().write("dags/x.py", bytes("x"), "text/x-python", Map.of(), 0))
        .hasMessageContaining("somebody else changed this object");
    assertThat(secret).hasContent("secret");
  }

  @Test
  void aFolderInThePlaceOfAnObjectIsSaid() throws IOException {
    Files.createDirectories(root().resolve("dags/x.py"));

    assertThatThrownBy(() -> bucket().write("dags/x.py", bytes("x"), "text/x-python", Map.of(), 0))
        .hasMessageContaining("a folder has this name");
  }

  @Test
  void foldersGoWithTheirLastObjectButTheFirstStays() {
    long generation = bucket().write("dags/g.a/dev/x.py", bytes("x"), "", Map.of(), 0);
    bucket().delete("dags/g.a/dev/x.py", generation);

    assertThat(root().resolve("dags")).isEmptyDirectory();
  }

  @Test
  void aCrashBetweenLabelsAndFileLosesNoOwner() throws IOException {
    // The states in which a killed write can leave the directory: labels of the old and the new
    // content, with either file in place.
    long first = bucket().write("dags/x.py", bytes("one"), "", Map.of("owner", "me 1"), 0);
    Path labels = onlyFile(root().resolve(".bigflow/objects"));
    String old = Files.readString(labels);
    long second = bucket().write("dags/x.py", bytes("two"), "", Map.of("owner", "me 2"), first);
    String both = merge(old, Files.readString(labels));
    Files.writeString(labels, both);

    assertThat(bucket().list(""))
        .containsExactly(
            new BucketObject(
                "dags/x.py", ContentHash.md5(bytes("two")), second, Map.of("owner", "me 2")));

    Files.writeString(root().resolve("dags/x.py"), "one");
    assertThat(bucket().list(""))
        .containsExactly(
            new BucketObject(
                "dags/x.py", ContentHash.md5(bytes("one")), first, Map.of("owner", "me 1")));
    bucket().write("dags/x.py", bytes("two"), "", Map.of("owner", "me 2"), first);
    assertThat(bucket().read("dags/x.py")).hasValue(bytes("two"));
  }

  @Test
  void aReaderNeverTakesOurObjectForForeignWhileItIsWritten() throws Exception {
    ExecutorService writer = Executors.newSingleThreadExecutor();
    long first = bucket().write("dags/x.py", bytes("0"), "", Map.of("n", "0"), 0);
    Future<?> writing =
        writer.submit(
            () -> {
              long generation = first;
              for (int i = 1; i <= 300; i++) {
                String n = Integer.toString(i);
                generation = bucket().write("dags/x.py", bytes(n), "", Map.of("n", n), generation);
              }
            });
    try {
      while (!writing.isDone()) {
        BucketObject seen = bucket().list("dags/").get(0);
        String n = seen.metadata().getOrDefault("n", "no metadata");
        assertThat(seen.md5()).isEqualTo(ContentHash.md5(bytes(n)));
      }
      writing.get();
    } finally {
      writer.shutdownNow();
    }
  }

  @Test
  void severalBucketsMayWorkInOneDirectory() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(8);
    try {
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        String path = "dags/g.a/dev/" + i + ".py";
        results.add(
            pool.submit(
                () -> new DirectoryDagBucket(root()).write(path, bytes(path), "", Map.of(), 0)));
      }
      List<Long> generations = new ArrayList<>();
      for (Future<Long> result : results) {
        generations.add(result.get());
      }
      assertThat(generations).doesNotHaveDuplicates();
    } finally {
      pool.shutdownNow();
    }
    assertThat(bucket().list("dags/")).hasSize(64);
  }

  @Test
  void saysWhatCannotBeWritten() throws IOException {
    Files.createDirectories(root().getParent());
    Files.writeString(root(), "a file where the directory should be");

    assertThatThrownBy(() -> bucket().write("dags/x.py", bytes("x"), "", Map.of(), 0))
        .isInstanceOf(BigflowException.class)
        .hasMessageStartingWith("Cannot write '" + root() + "/dags/x.py': ")
        .hasMessageEndingWith(
            """
              where: %s
              fix:   Make the directory writable for this user, or name another one in \
            bigflow.dagsBucket.
              more:  docs/troubleshooting.md#bucket-denied"""
                .formatted(root()));
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList().get(0);
    }
  }

  private static String merge(String old, String young) {
    String label = old.substring(old.indexOf("[") + 1, old.lastIndexOf("]")).strip();
    int at = young.indexOf("[") + 1;
    return young.substring(0, at) + label + "," + young.substring(at);
  }
}
