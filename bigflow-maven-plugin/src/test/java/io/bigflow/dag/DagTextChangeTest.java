// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static io.bigflow.dag.Specs.CONTEXT;
import static io.bigflow.dag.Specs.START;
import static io.bigflow.dag.Specs.TIMEOUT;
import static io.bigflow.dag.Specs.job;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.git.SourceRevision;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DagTextChangeTest {
  private static final List<String> VERSIONS =
      List.of("1", "2", "1.0", "1.1-SNAPSHOT", "x".repeat(90), "Version: 1", "it's \"1\"\\");
  private static final List<String> COMMITS = List.of("", "1".repeat(40), "4b825dc642cb");
  private static final List<String> DIGESTS =
      List.of("sha256:" + "0".repeat(64), "sha256:" + "1".repeat(64));
  private static final List<String> REPOSITORIES =
      List.of("r.io/x", "r.io/" + "long/".repeat(10) + "x", "r.io/" + "longer/".repeat(20) + "x");
  // What looks like the parts of a build, and what would end the places where they are.
  private static final List<String> TEXTS =
      List.of(
          "1",
          "2",
          "1.0",
          "1.1-SNAPSHOT",
          "Version: 1",
          "\nVersion: 2\nImage:\n",
          "Commit:  4b825dc642cb",
          "\n  @" + "sha256:" + "0".repeat(64) + "\n",
          "@sha256:" + "1".repeat(64),
          "bigflow-build:0123456789ab",
          "\"bigflow-build:0123456789ab\"],\n):\n",
          "\"bigflow-build:ba9876543210\"],\n):\n",
          "\"\"\"\n\nIMAGE = 1\n\n");

  private final DagFileGenerator generator = new DagFileGenerator();

  static LongStream seeds() {
    return LongStream.range(0, 1000);
  }

  private static <T> T one(Random random, List<T> values) {
    return values.get(random.nextInt(values.size()));
  }

  private static DagContext context(Random random) {
    return new DagContext(
        "com.example",
        "demo",
        one(random, VERSIONS),
        "dev",
        DagIdPattern.DEFAULT,
        REPOSITORIES.get(Math.max(0, random.nextInt(6) - 3)) + "@" + one(random, DIGESTS),
        new SourceRevision(one(random, COMMITS), random.nextBoolean()),
        random.nextInt(8) == 0 ? "0.2.0" : "0.1.0");
  }

  private static WorkflowSpec spec(Random random) {
    List<String> tags = new ArrayList<>();
    // None that the validation refuses.
    while (random.nextBoolean()) {
      String tag = one(random, TEXTS);
      tags.add(tag.startsWith("bigflow-build:") ? "x-" + tag : tag);
    }
    TaskSpec task =
        new TaskSpec.Job(
            "only",
            TaskSpec.Settings.of(
                List.of(),
                random.nextBoolean() ? one(random, TEXTS) : null,
                new WorkflowSpec.Retry(1 + random.nextInt(2), Duration.ofMinutes(1)),
                TIMEOUT,
                null),
            null,
            List.of());
    return new WorkflowSpec(
        "hello",
        "com.example.Hello",
        random.nextBoolean() ? one(random, TEXTS) : null,
        random.nextBoolean() ? one(random, TEXTS) + one(random, TEXTS) : null,
        one(random, TEXTS),
        Specs.DAILY,
        START,
        false,
        false,
        false,
        1 + random.nextInt(2),
        tags,
        List.of(task));
  }

  private static DagContext sameBuild(DagContext context) {
    return new DagContext(
        context.groupId(),
        context.artifactId(),
        "0",
        context.env(),
        context.dagIds(),
        context.image().replaceFirst("@.*", "@" + DIGESTS.get(0)),
        SourceRevision.NONE,
        context.toolVersion());
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void onlyTheBuildDiffersIfTheSameBuildWouldGiveTheSameText(long seed) {
    Random random = new Random(seed);
    WorkflowSpec old = spec(random);
    WorkflowSpec now = random.nextBoolean() ? old : spec(random);
    DagContext then = context(random);
    DagContext today = context(random);

    boolean same =
        generator
            .generate(old, sameBuild(then))
            .text()
            .equals(generator.generate(now, sameBuild(today)).text());

    String before = generator.generate(old, then).text();
    String after = generator.generate(now, today).text();
    assertThat(DagTextChange.isOnlyTheBuild(before, after)).isEqualTo(same);
    assertThat(DagTextChange.withBuildOf(after, before).equals(Optional.of(after))).isEqualTo(same);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWasEditedByHandIsNoBuild(long seed) {
    Random random = new Random(seed);
    WorkflowSpec spec = spec(random);
    String before = generator.generate(spec, context(random)).text();
    String after = generator.generate(spec, context(random)).text();
    int code = before.indexOf("\"\"\"", 3);
    int edited = code + random.nextInt(before.length() - code + 1);

    assertThat(
            DagTextChange.isOnlyTheBuild(
                before.substring(0, edited) + "\nX" + before.substring(edited), after))
        .isFalse();
  }

  static Stream<String> texts() {
    return Stream.of("", "\"\"\"", "\"\"\"\nVersion: 1\nImage:\n\"\"\"", "# by hand\n");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void textsOfOthersAreNoBuilds(String text) {
    String ours = new DagFileGenerator().generate(workflow("x", job("a")), CONTEXT).text();

    assertThat(DagTextChange.isOnlyTheBuild(text, ours)).isFalse();
    assertThat(DagTextChange.isOnlyTheBuild(ours, text)).isFalse();
    assertThat(DagTextChange.isOnlyTheBuild(text, text)).isFalse();
    assertThat(DagTextChange.withBuildOf(text, ours)).isEmpty();
    assertThat(DagTextChange.withBuildOf(ours, text)).isEmpty();
  }

  @Test
  void everyKindOfFileIsUnderstood() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/io/bigflow/dag"))) {
      List<Path> dags = files.filter(file -> file.toString().endsWith(".py")).toList();
      assertThat(dags).hasSizeGreaterThan(15);
      for (Path dag : dags) {
        String text = Files.readString(dag);
        assertThat(DagTextChange.withBuildOf(text, text)).as(dag.toString()).contains(text);
      }
    }
  }

  @Test
  void theFilesBesideItChangeWithEveryBuild() {
    String file =
        file("8903abffd68710879da59014708c6187f8e839fadc2bdf94ae73a036aa591623", "demo.jar");
    String newer =
        file("408f2828eebbf1334c170cc60da10c00364215df511dc8d7f777d21ea93d02f7", "demo.jar");
    String other =
        file("408f2828eebbf1334c170cc60da10c00364215df511dc8d7f777d21ea93d02f7", "x.jar");

    assertThat(DagTextChange.isOnlyTheBuild(file, newer)).isTrue();
    assertThat(DagTextChange.withBuildOf(newer, file)).contains(newer);
    assertThat(DagTextChange.isOnlyTheBuild(file, other)).isFalse();
    assertThat(DagTextChange.withBuildOf(other, file).orElseThrow())
        .isEqualTo(newer)
        .contains("demo.jar");
  }

  @Test
  void theirHashMayNeedTwoLines() {
    String broken =
        "8903abffd68710879da59014708c6187f8e839fadc2bdf94ae73a036aa5916\"\n            \"23";
    String newer =
        "408f2828eebbf1334c170cc60da10c00364215df511dc8d7f777d21ea93d02\"\n            \"f7";

    assertThat(DagTextChange.isOnlyTheBuild(file(broken, "demo.jar"), file(newer, "demo.jar")))
        .isTrue();
    assertThat(DagTextChange.withBuildOf(file(newer, "demo.jar"), file(broken, "demo.jar")))
        .contains(file(newer, "demo.jar"));
  }

  /** As the generator lays it out, which the golden file uploads.py shows. */
  private static String file(String hash, String name) {
    return """
        \"""
        Version: 1
        Image:
          @sha256:%s
        \"""
                    f"gs://{BUCKET}/bigflow/"
                    "com.example.demo/dev/uploads/"
                    "%s/"
                    "%s"
            tags=["bigflow-build:0123456789ab"],
        ):
        """
        .formatted("0".repeat(64), hash, name);
  }

  @Test
  void soDoTheTemplatesOfPipelines() throws IOException {
    String text = Files.readString(Path.of("src/test/resources/io/bigflow/dag/template.py"));
    String hash = "ab".repeat(32);
    assertThat(text).contains("\"" + hash + "/\"");
    String newer = text.replace(hash, "cd".repeat(32));
    String other = newer.replace("gs://acme-dataflow/", "gs://acme-others/");

    assertThat(DagTextChange.isOnlyTheBuild(text, newer)).isTrue();
    assertThat(DagTextChange.withBuildOf(newer, text)).contains(newer);
    assertThat(DagTextChange.isOnlyTheBuild(text, other)).isFalse();
  }

  @Test
  void whatEveryBuildChangesIsTakenOutOfAComparison() {
    WorkflowSpec spec = workflow("x", job("a"));
    DagContext then = context(new Random(1));
    DagContext today = sameBuild(then);
    String before = generator.generate(spec, then).text();
    String after = generator.generate(spec, today).text().replace("\"a\"", "\"b\"");

    assertThat(DagTextChange.withBuildOf(after, before)).contains(after.replace("\"b\"", "\"a\""));
  }

  @Test
  void anotherImageByHandIsNoBuild() {
    String text = generator.generate(workflow("x", job("a")), CONTEXT).text();
    String digest = text.replaceFirst("(?s).*@(sha256:[0-9a-f]{64}).*", "$1");
    int last = text.lastIndexOf(digest);
    String edited = text.substring(0, last) + DIGESTS.get(1) + text.substring(last + 71);

    assertThat(DagTextChange.isOnlyTheBuild(edited, text)).isFalse();
  }

  @Test
  void codeThatHidesInTheHeaderIsNoBuild() {
    String text = generator.generate(workflow("x", job("a")), CONTEXT).text();
    String edited =
        text.replace("\nVersion: ", "\nVersion: 1\n\"\"\"\nimport os\n\"\"\"\nVersion: ");

    assertThat(DagTextChange.isOnlyTheBuild(edited, text)).isFalse();
  }
}
