// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Composer's bucket behaves as it does alone, and others are reached by their names. */
class BucketAmongOthersTest extends DagBucketContract {
  private static final String PATH = "gs://acme-dataflow/staging/x";

  private final InMemoryDagBucket own = new InMemoryDagBucket();
  private final InMemoryDagBucket other = new InMemoryDagBucket();
  private final List<String> opened = new ArrayList<>();
  private final DagBucket bucket =
      new BucketAmongOthers(
          own,
          name -> {
            opened.add(name);
            return other;
          });

  @Override
  protected DagBucket bucket() {
    return bucket;
  }

  @Override
  protected void putByOtherMeans(String path, byte[] content) {
    own.put(path, content, Map.of());
  }

  @Test
  void anObjectOfAnotherBucketHasItsWholeAddress(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "one");
    long generation = bucket.write(PATH, file, "text/plain", Map.of("a", "b"), 0);

    assertThat(own.objects()).isEmpty();
    assertThat(other.objects()).containsOnlyKeys("staging/x");
    assertThat(bucket.list("gs://acme-dataflow/staging/"))
        .containsExactly(
            new BucketObject(
                PATH, ContentHash.md5(Files.readAllBytes(file)), generation, Map.of("a", "b")));
    assertThat(bucket.find(PATH).orElseThrow().path()).isEqualTo(PATH);
    assertThat(bucket.fetch(PATH).orElseThrow().object().path()).isEqualTo(PATH);
    assertThat(bucket.read(PATH)).contains(Files.readAllBytes(file));

    bucket.delete(PATH, generation);
    assertThat(other.objects()).isEmpty();
    assertThat(opened).containsExactly("acme-dataflow");
  }

  @Test
  void noOtherBucketIsOpenedBeforeItIsNeeded() {
    bucket.list("dags/");
    assertThat(opened).isEmpty();
  }
}
