// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.BucketConflict;
import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.bucket.InMemoryDagBucket.Stored;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
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
        case US -> Samples.metadata(name);
        case US_EARLIER_VERSION -> {
          Map<String, String> metadata = new HashMap<>(Samples.metadata(name));
          metadata.put("bigflow-version", "0.9");
          yield metadata;
        }
        case OTHER_ENVIRONMENT -> Map.of("bigflow-owner", "com.example:demo/prod");
        case NOBODY_KNOWN -> Map.of();
      };
    }

    boolean isOurs() {
      return by == By.US || by == By.US_EARLIER_VERSION;
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
    Map<String, Stored> foreign = foreign(bucket, inFolder);
    DagFiles files = Samples.files(built);
    DagDeployer deployer = new DagDeployer(bucket, registry, progress);
    DeployPlan plan = deployer.plan(files);

    boolean inTheWay =
        built.keySet().stream()
            .anyMatch(name -> inFolder.containsKey(name) && !inFolder.get(name).isOurs());
    if (inTheWay) {
      Map<String, Stored> before = bucket.objects();
      assertThatThrownBy(() -> deployer.apply(plan, files)).isInstanceOf(BigflowException.class);
      assertThat(bucket.objects()).isEqualTo(before);
      return;
    }
    deployer.apply(plan, files);

    assertGoal(bucket, built, foreign);
    bucket.clearCalls();
    DeployPlan second = deployer.plan(files);
    deployer.apply(second, files);
    assertThat(second.isEmpty()).isTrue();
    assertThat(bucket.calls()).containsExactly("list " + Samples.FOLDER);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aDeploymentThatFailedSomewhereIsFinishedByTheNextOne(long seed) {
    Random random = new Random(seed);
    Map<String, String> built = built(random);
    Map<String, Present> inFolder = some(random, IN_FOLDER);
    int failsAt = random.nextInt(7);
    inFolder.entrySet().removeIf(e -> built.containsKey(e.getKey()) && !e.getValue().isOurs());
    InMemoryDagBucket bucket = bucket(inFolder, Map.of());
    Map<String, Stored> foreign = foreign(bucket, inFolder);
    DagFiles files = Samples.files(built);
    DagDeployer deployer = new DagDeployer(bucket, registry, progress, 1, System::nanoTime);
    AtomicInteger calls = new AtomicInteger();
    bucket.before(
        call -> {
          if (calls.getAndIncrement() == failsAt) {
            throw BucketConflict.of("write", bucket.name(), call);
          }
        });

    try {
      deployer.apply(deployer.plan(files), files);
      assertThat(calls.get()).isLessThanOrEqualTo(failsAt);
    } catch (BigflowException e) {
      assertThat(e).hasMessageContaining("1 change failed");
      assertThat(bucket.objects()).containsAllEntriesOf(foreign);
    }
    deployer.apply(deployer.plan(files), files);

    assertGoal(bucket, built, foreign);
  }

  private static InMemoryDagBucket bucket(
      Map<String, Present> inFolder, Map<String, Present> elsewhere) {
    InMemoryDagBucket bucket = new InMemoryDagBucket();
    inFolder.forEach(
        (name, object) ->
            bucket.put(Samples.FOLDER + name, Samples.bytes(object.text()), object.metadata(name)));
    elsewhere.forEach(
        (path, object) -> bucket.put(path, Samples.bytes(object.text()), object.metadata("a.py")));
    return bucket;
  }

  /** The very objects, with their generations, that must outlive everything. */
  private static Map<String, Stored> foreign(
      InMemoryDagBucket bucket, Map<String, Present> inFolder) {
    Map<String, Stored> foreign = new TreeMap<>(bucket.objects());
    inFolder.forEach(
        (name, object) -> {
          if (object.isOurs()) {
            foreign.remove(Samples.FOLDER + name);
          }
        });
    return foreign;
  }

  private static void assertGoal(
      InMemoryDagBucket bucket, Map<String, String> built, Map<String, Stored> foreign) {
    Map<String, Stored> ours = new TreeMap<>(bucket.objects());
    foreign.forEach((path, stored) -> assertThat(ours.remove(path)).isEqualTo(stored));
    assertThat(ours).hasSameSizeAs(built);
    built.forEach(
        (name, text) -> {
          Stored stored = bucket.object(Samples.FOLDER + name);
          assertThat(stored.content()).isEqualTo(Samples.bytes(text));
          assertThat(stored.metadata()).isEqualTo(Samples.metadata(name));
        });
  }
}
