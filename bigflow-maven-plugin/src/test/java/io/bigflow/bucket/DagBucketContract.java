// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every bucket must do, whatever it is made of. */
public abstract class DagBucketContract {

  private static final String PYTHON = "text/x-python";

  /** An empty bucket; the same one within a test. */
  protected abstract DagBucket bucket();

  /** Stores an object by other means than {@link DagBucket#write}. */
  protected abstract void putByOtherMeans(String path, byte[] content);

  /** Whether the store under the bucket looks at generations when it removes. */
  protected boolean checksGenerationOnRemoval() {
    return true;
  }

  @Test
  void anEmptyBucketListsNothing() {
    assertThat(bucket().list("dags/a/")).isEmpty();
    assertThat(bucket().read("dags/a/x.py")).isEmpty();
    assertThat(bucket().find("dags/a/x.py")).isEmpty();
    assertThat(bucket().fetch("dags/a/x.py")).isEmpty();
  }

  @Test
  void whatIsWrittenIsListedAndRead() {
    long generation =
        bucket()
            .write(
                "dags/a/x.py", bytes("x = 'ż'\n"), PYTHON, Map.of("bigflow-owner", "g:a/dev"), 0);

    assertThat(bucket().list("dags/a/"))
        .containsExactly(
            new BucketObject(
                "dags/a/x.py",
                ContentHash.md5(bytes("x = 'ż'\n")),
                generation,
                Map.of("bigflow-owner", "g:a/dev")));
    assertThat(bucket().read("dags/a/x.py")).hasValue(bytes("x = 'ż'\n"));
    assertThat(bucket().find("dags/a/x.py")).hasValue(bucket().list("dags/a/").get(0));
    assertThat(bucket().fetch("dags/a/x.py"))
        .hasValueSatisfying(
            fetched -> {
              assertThat(fetched.object().generation()).isEqualTo(generation);
              assertThat(fetched.text()).isEqualTo("x = 'ż'\n");
            });
  }

  @Test
  void writesAFileOnce(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("demo.jar");
    Files.writeString(file, "jar");
    Map<String, String> mark = Map.of("bigflow-owner", "g:a/dev");

    long generation = bucket().write("bigflow/g.a/dev/uploads/x/demo.jar", file, "a/b", mark, 0);

    assertThat(bucket().list("bigflow/"))
        .containsExactly(
            new BucketObject(
                "bigflow/g.a/dev/uploads/x/demo.jar",
                ContentHash.md5(bytes("jar")),
                generation,
                mark));
    assertThat(bucket().read("bigflow/g.a/dev/uploads/x/demo.jar")).hasValue(bytes("jar"));
    Files.writeString(file, "other");
    assertThatThrownBy(
            () -> bucket().write("bigflow/g.a/dev/uploads/x/demo.jar", file, "a/b", mark, 0))
        .isInstanceOf(BigflowException.class);
  }

  @Test
  void listsByPrefixInOrderAndNothingElse() {
    for (String path :
        List.of("dags/a/dev/z.py", "dags/a/dev/a.py", "dags/a/dev/sub/m.py", "dags/a/dev2/x.py")) {
      bucket().write(path, bytes(path), PYTHON, Map.of(), 0);
    }
    bucket().write("dags/airflow_monitoring.py", bytes("liveness"), PYTHON, Map.of(), 0);

    assertThat(bucket().list("dags/a/dev/"))
        .extracting(BucketObject::path)
        .containsExactly("dags/a/dev/a.py", "dags/a/dev/sub/m.py", "dags/a/dev/z.py");
    assertThat(bucket().list("dags/a/dev"))
        .extracting(BucketObject::path)
        .containsExactly(
            "dags/a/dev/a.py", "dags/a/dev/sub/m.py", "dags/a/dev/z.py", "dags/a/dev2/x.py");
  }

  @Test
  void overwritesOnlyTheGenerationThatWasSeen() {
    long first = write("one", 0);
    long second = write("two", first);

    assertThat(second).isNotEqualTo(first);
    assertThatThrownBy(() -> write("three", first))
        .isInstanceOf(BigflowException.class)
        .hasMessage(conflict("write"));
    assertThatThrownBy(() -> write("three", 0)).hasMessage(conflict("write"));
    assertThat(bucket().read("dags/a/x.py")).hasValue(bytes("two"));
  }

  @Test
  void anOverwrittenObjectHasOnlyItsNewMetadata() {
    long first =
        bucket().write("dags/a/x.py", bytes("same"), PYTHON, Map.of("a", "1", "b", "1"), 0);
    long second = bucket().write("dags/a/x.py", bytes("same"), PYTHON, Map.of("a", "2"), first);

    assertThat(second).isNotEqualTo(first);
    assertThat(bucket().list("dags/a/"))
        .singleElement()
        .satisfies(found -> assertThat(found.metadata()).isEqualTo(Map.of("a", "2")))
        .satisfies(found -> assertThat(found.generation()).isEqualTo(second));
  }

  @Test
  void writingWhatIsThereAlreadySucceeds() {
    long first = write("one", 0);
    long second = write("two", first);

    assertThat(write("two", first)).isEqualTo(second);
    assertThat(write("two", 0)).isEqualTo(second);
  }

  @Test
  void removesOnlyTheGenerationThatWasSeen() {
    assumeTrue(checksGenerationOnRemoval());
    long first = write("one", 0);
    long second = write("two", first);

    assertThatThrownBy(() -> bucket().delete("dags/a/x.py", first)).hasMessage(conflict("remove"));
    assertThat(bucket().read("dags/a/x.py")).hasValue(bytes("two"));

    bucket().delete("dags/a/x.py", second);
    assertThat(bucket().list("")).isEmpty();
    assertThat(bucket().read("dags/a/x.py")).isEmpty();
    assertThat(bucket().find("dags/a/x.py")).isEmpty();
    assertThat(bucket().fetch("dags/a/x.py")).isEmpty();
  }

  @Test
  void removingWhatIsGoneSucceeds() {
    long generation = write("one", 0);
    bucket().delete("dags/a/x.py", generation);

    bucket().delete("dags/a/x.py", generation);
    assertThat(bucket().list("")).isEmpty();
  }

  @Test
  void anObjectThatComesBackHasANewGenerationAndNoOldMetadata() {
    long generation =
        bucket().write("dags/a/x.py", bytes("one"), PYTHON, Map.of("bigflow-owner", "me"), 0);
    bucket().delete("dags/a/x.py", generation);

    long again = bucket().write("dags/a/x.py", bytes("one"), PYTHON, Map.of(), 0);

    assertThat(again).isNotEqualTo(generation);
    assertThat(bucket().list("dags/"))
        .singleElement()
        .satisfies(found -> assertThat(found.metadata()).isEmpty());
  }

  @Test
  void whatOthersWriteHasNoMetadataOfOurs() {
    bucket().write("dags/a/x.py", bytes("ours"), PYTHON, Map.of("bigflow-owner", "g:a/dev"), 0);
    putByOtherMeans("dags/a/x.py", bytes("edited"));
    putByOtherMeans("dags/a/y.py", bytes("new"));

    assertThat(bucket().list("dags/a/"))
        .extracting(BucketObject::path, BucketObject::md5, BucketObject::metadata)
        .containsExactly(
            Tuple.tuple("dags/a/x.py", ContentHash.md5(bytes("edited")), Map.of()),
            Tuple.tuple("dags/a/y.py", ContentHash.md5(bytes("new")), Map.of()));
  }

  @Test
  void whatOthersWroteIsRemovedOnlyAsItWasSeen() {
    assumeTrue(checksGenerationOnRemoval());
    putByOtherMeans("dags/a/y.py", bytes("new"));
    long seen = bucket().list("dags/a/").get(0).generation();
    putByOtherMeans("dags/a/y.py", bytes("newer"));

    assertThatThrownBy(() -> bucket().delete("dags/a/y.py", seen))
        .hasMessageContaining("somebody else changed this object");
    bucket().delete("dags/a/y.py", bucket().list("dags/a/").get(0).generation());
    assertThat(bucket().list("")).isEmpty();
  }

  @Test
  void emptyContentIsContent() {
    bucket().write("dags/a/__init__.py", new byte[0], PYTHON, Map.of(), 0);

    assertThat(bucket().read("dags/a/__init__.py")).hasValue(new byte[0]);
    assertThat(bucket().list("dags/a/"))
        .extracting(BucketObject::md5)
        .containsExactly("d41d8cd98f00b204e9800998ecf8427e");
  }

  @Test
  void ofManyWritersOfOneObjectOneWins() throws Exception {
    int writers = 8;
    ExecutorService pool = Executors.newFixedThreadPool(writers);
    try {
      List<Future<Long>> results = new ArrayList<>();
      for (int i = 0; i < writers; i++) {
        String text = "writer " + i;
        results.add(pool.submit(() -> write(text, 0)));
      }
      int won = 0;
      for (Future<Long> result : results) {
        try {
          result.get();
          won++;
        } catch (ExecutionException e) {
          assertThat(e.getCause()).hasMessage(conflict("write"));
        }
      }
      assertThat(won).isEqualTo(1);
    } finally {
      pool.shutdownNow();
    }
  }

  private long write(String text, long expectedGeneration) {
    return bucket().write("dags/a/x.py", bytes(text), PYTHON, Map.of(), expectedGeneration);
  }

  private String conflict(String action) {
    String object = bucket().name() + "/dags/a/x.py";
    return """
        Cannot %s '%s': somebody else changed this object a moment ago, so it was left as it is.
          where: %s
          fix:   If another deployment of this project is running, wait for its end; then run the \
        same command again.
          more:  docs/troubleshooting.md#deploy-conflict"""
        .formatted(action, object, object);
  }

  /** The bytes of a text. */
  protected static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
