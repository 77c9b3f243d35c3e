// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketConflict;
import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.bucket.InMemoryDagBucket.Stored;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What must hold whatever was built and whatever lies in the bucket. Every case is made from a
 * seed, which the test's name shows.
 */
class DeployPropertyTest {

  // Few names and texts, so that the same ones meet often.
  private static final List<String> NAMES = List.of("a.py", "b.py", "c.py", "sub/a.py");
  private static final List<String> IN_FOLDER =
      List.of("a.py", "b.py", "c.py", "sub/a.py", "old.py", "notes.txt");
  private static final List<String> ELSEWHERE =
      List.of(
          "dags/airflow_monitoring.py",
          "dags/com.example.demo/prod/a.py",
          "dags/com.example.demo/dev.py",
          "dags/other/dev/a.py",
          "plugins/a.py");

  private final RecordingProgress progress = new RecordingProgress();
  private final Samples.InMemoryRegistry registry = new Samples.InMemoryRegistry();

  /** Who put an object there. */
  enum By {
    US,
    US_EARLIER_VERSION,
    OTHER_ENVIRONMENT,
    NOBODY_KNOWN
  }

  /** An object that lies in the bucket. */
  record Present(String text, By by) {
    Map<String, String> metadata(String name) {
      return switch (by) {
        case US -> Samples.metadata(name, text);
        case US_EARLIER_VERSION -> {
          Map<String, String> metadata = new HashMap<>(Samples.metadata(name, text));
          metadata.put("bigflow-version", "0.9");
          yield metadata;
        }
        case OTHER_ENVIRONMENT -> Map.of("bigflow-owner", "com.example:demo/prod");
        case NOBODY_KNOWN -> Map.of();
      };
    }

    /** Editing a recorded file by hand wipes its mark away, and does not make it another's. */
    boolean isOurs(boolean recorded) {
      return by == By.US || by == By.US_EARLIER_VERSION || (by == By.NOBODY_KNOWN && recorded);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 300);
  }

  private static Map<String, String> built(Random random) {
    Map<String, String> built = new TreeMap<>();
    for (String name : NAMES) {
      if (random.nextBoolean()) {
        built.put(name, text(random));
      }
    }
    return built;
  }

  private static Map<String, Present> some(Random random, List<String> names) {
    Map<String, Present> some = new TreeMap<>();
    for (String name : names) {
      if (random.nextBoolean()) {
        By by = By.values()[random.nextInt(By.values().length)];
        some.put(name, new Present(text(random), by));
      }
    }
    return some;
  }

  private static String text(Random random) {
    return String.valueOf(1 + random.nextInt(3));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void applyingReachesTheGoalAndApplyingAgainDoesNothing(long seed) {
    Random random = new Random(seed);
    Map<String, String> built = built(random);
    Map<String, Present> inFolder = some(random, IN_FOLDER);
    // Also with our own mark: it gives no right outside our folder.
    Map<String, Present> elsewhere = some(random, ELSEWHERE);
    InMemoryDagBucket bucket = bucket(inFolder, elsewhere);
    Set<String> recorded = record(random, bucket);
    Map<String, Stored> foreign = foreign(bucket, inFolder, recorded);
    DagFiles files = Samples.files(built);
    DagDeployer deployer = deployer(bucket, 4);
    PreparedDeployment first = deployer.prepare(files, Scope.ALL);

    boolean inTheWay =
        built.keySet().stream()
            .anyMatch(
                name ->
                    inFolder.containsKey(name)
                        && !inFolder.get(name).isOurs(recorded.contains(name)));
    if (inTheWay) {
      Map<String, Stored> before = bucket.objects();
      assertThatThrownBy(() -> deployer.apply(first)).isInstanceOf(BigflowException.class);
      assertThat(bucket.objects()).isEqualTo(before);
      return;
    }
    deployer.apply(first);

    assertGoal(bucket, built, foreign);
    bucket.clearCalls();
    PreparedDeployment second = deployer.prepare(files, Scope.ALL);
    deployer.apply(second);
    assertThat(second.isDone()).isTrue();
    assertThat(bucket.calls()).noneMatch(call -> call.startsWith("write"));
    assertThat(bucket.calls()).noneMatch(call -> call.startsWith("delete"));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aDeploymentThatFailedSomewhereIsFinishedByTheNextOne(long seed) {
    Random random = new Random(seed);
    Map<String, String> built = built(random);
    Map<String, Present> inFolder = some(random, IN_FOLDER);
    int failsAt = random.nextInt(10);
    InMemoryDagBucket bucket = bucket(Map.of(), Map.of());
    Set<String> recorded = record(random, bucket);
    inFolder
        .entrySet()
        .removeIf(
            e ->
                built.containsKey(e.getKey())
                    && !e.getValue().isOurs(recorded.contains(e.getKey())));
    put(bucket, inFolder);
    Map<String, Stored> foreign = foreign(bucket, inFolder, recorded);
    DagFiles files = Samples.files(built);
    DagDeployer deployer = deployer(bucket, 1);
    AtomicInteger calls = new AtomicInteger();
    bucket.before(
        call -> {
          if (calls.getAndIncrement() == failsAt) {
            throw BucketConflict.of("write", bucket.name(), call);
          }
        });

    try {
      deployer.apply(deployer.prepare(files, Scope.ALL));
      assertThat(calls.get()).isLessThanOrEqualTo(failsAt);
    } catch (BigflowException e) {
      assertThat(bucket.objects()).containsAllEntriesOf(foreign);
    }
    deployer.apply(deployer.prepare(files, Scope.ALL));

    assertGoal(bucket, built, foreign);
  }

  private DagDeployer deployer(InMemoryDagBucket bucket, int threads) {
    return new DagDeployer(
        bucket, registry, WorkInProgress.IGNORED, Samples.options().withThreads(threads), progress);
  }

  private static InMemoryDagBucket bucket(
      Map<String, Present> inFolder, Map<String, Present> elsewhere) {
    InMemoryDagBucket bucket = new InMemoryDagBucket();
    put(bucket, inFolder);
    elsewhere.forEach(
        (path, object) ->
            bucket.put(path, Samples.bytes(object.text()), object.metadata("elsewhere.py")));
    return bucket;
  }

  private static void put(InMemoryDagBucket bucket, Map<String, Present> inFolder) {
    inFolder.forEach(
        (name, object) ->
            bucket.put(Samples.FOLDER + name, Samples.bytes(object.text()), object.metadata(name)));
  }

  /** Writes a record of some files, which may be true or not; says which names it has. */
  private Set<String> record(Random random, InMemoryDagBucket bucket) {
    Map<String, String> texts = new TreeMap<>();
    for (String name : List.of("a.py", "b.py", "c.py", "sub/a.py", "old.py")) {
      if (random.nextBoolean()) {
        texts.put(name, text(random));
      }
    }
    if (random.nextInt(4) == 0) {
      return Set.of();
    }
    DagFiles files = Samples.files(texts);
    List<DeploymentRecord.File> recorded =
        files.entries().stream()
            .map(
                entry ->
                    new DeploymentRecord.File(
                        entry,
                        ContentHash.md5(files.content(entry.path())),
                        1001 + random.nextInt(8)))
            .toList();
    new RecordStore(bucket, files.owner(), progress)
        .write(new DeploymentRecord(1, Samples.MARK, null, recorded, null), 0);
    return texts.keySet();
  }

  /** The very objects, with their generations, that must outlive everything. */
  private static Map<String, Stored> foreign(
      InMemoryDagBucket bucket, Map<String, Present> inFolder, Set<String> recorded) {
    Map<String, Stored> foreign = new TreeMap<>(bucket.objects());
    foreign.remove(Samples.RECORD);
    inFolder.forEach(
        (name, object) -> {
          if (object.isOurs(recorded.contains(name))) {
            foreign.remove(Samples.FOLDER + name);
          }
        });
    return foreign;
  }

  private static void assertGoal(
      InMemoryDagBucket bucket, Map<String, String> built, Map<String, Stored> foreign) {
    Map<String, Stored> ours = new TreeMap<>(bucket.objects());
    ours.keySet().removeIf(path -> path.startsWith("bigflow/"));
    foreign.forEach((path, stored) -> assertThat(ours.remove(path)).isEqualTo(stored));
    assertThat(ours).hasSameSizeAs(built);
    built.forEach(
        (name, text) -> {
          Stored stored = bucket.object(Samples.FOLDER + name);
          assertThat(stored.content()).isEqualTo(Samples.bytes(text));
          assertThat(stored.metadata()).isEqualTo(Samples.metadata(name, text));
        });
  }
}
