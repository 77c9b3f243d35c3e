// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** What a new user does, with the freshly generated project, in this order. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class SampleProjectIT {
  private static final Path PARENT = MavenBuild.work().resolve("sample");

  private static final Set<String> RUN = new TreeSet<>();

  private static Path project = PARENT;

  @BeforeAll
  static void generate() throws IOException {
    SampleProject.delete(PARENT);
    Files.createDirectories(PARENT);
    String generate =
        Documentation.commands("README.md").stream()
            .filter(command -> command.startsWith("mvn archetype:generate "))
            .findFirst()
            .orElseThrow();
    documented(generate).succeeded();
    project = PARENT.resolve("my-data-jobs");
  }

  @Test
  @Order(1)
  void verifiesAtOnce() {
    MavenResult result = documented("mvn verify").succeeded();
    assertThat(result.output())
        .contains("3 workflows with ")
        .contains("for environment local: hello, internationalports, wordcount")
        .doesNotContain("[WARNING]");
    assertThat(project.resolve("target/bigflow/image.tar")).exists();
  }

  @Test
  @Order(2)
  void deploysIntoADirectory() throws IOException {
    documented("mvn deploy -Plocal").succeeded();
    assertThat(files(project.resolve("local-composer/dags")))
        .containsExactly(
            "com.example.my-data-jobs/local/hello.py",
            "com.example.my-data-jobs/local/internationalports.py",
            "com.example.my-data-jobs/local/wordcount.py");
    assertThat(files(project.resolve("local-composer/images")))
        .filteredOn(name -> name.endsWith(".tar"))
        .hasSize(1);
  }

  @Test
  @Order(3)
  void aSecondDeploymentChangesNothing() throws IOException {
    List<String> before = states(project.resolve("local-composer"));
    assertThat(MavenBuild.in(project).options("-Plocal").run("deploy").succeeded().output())
        .contains("Image already there")
        .contains("Nothing to change");
    assertThat(states(project.resolve("local-composer"))).isEqualTo(before);
  }

  @Test
  @Order(4)
  void runsWordcountOnThisMachine() throws IOException {
    documented("mvn bigflow:run -Dbigflow.workflow=wordcount").succeeded();
    List<String> counts = files(project.resolve("target/wordcount"));
    assertThat(counts).hasSize(1);
    assertThat(Files.readAllLines(project.resolve("target/wordcount").resolve(counts.get(0))))
        .isNotEmpty()
        .allMatch(line -> line.matches("\\S+: [0-9]+"));
  }

  @Test
  @Order(5)
  void runsOneJob() {
    MavenResult result =
        MavenBuild.in(project)
            .with("bigflow.job", "hello.say_hello")
            .with("bigflow.runtime", "2026-01-31")
            .with("bigflow.env", "dev")
            .run("io.bigflow:bigflow-maven-plugin:run")
            .succeeded();
    assertThat(result.output()).contains("hello.say_hello runtime=2026-01-31T00:00Z env=dev");
    assertThat(result.output()).doesNotContain("say_goodbye runtime");
  }

  @Test
  @Order(6)
  void aJobThatDoesNotExistIsAnsweredWithThoseThatDo() {
    assertThat(
            MavenBuild.in(project)
                .with("bigflow.job", "hello.say_hallo")
                .run("io.bigflow:bigflow-maven-plugin:run")
                .failed()
                .output())
        .contains("There is no job 'hello.say_hallo'")
        .contains("hello.say_hello")
        .contains("internationalports.create_ports_table");
  }

  @Test
  @Order(7)
  void deploysForOneEnvironmentByTheProfileOfAnother() throws IOException {
    String local = digest();
    try (FakeGcs gcs = FakeGcs.withBucket("my-composer-bucket");
        FakeRegistry registry = FakeRegistry.start()) {
      String[] servers = {
        "-Dbigflow.storage.endpoint=" + gcs.endpoint(),
        "-Dbigflow.image.repository=" + registry.repository("team/my-data-jobs"),
        "-Dbigflow.image.base=jdk"
      };
      documented("mvn deploy -Pprod -Dbigflow.env=dev", servers).succeeded();
      assertThat(digest()).as("one image serves all environments").isEqualTo(local);
      assertThat(gcs.objects("my-composer-bucket"))
          .containsOnlyKeys(
              "dags/com.example.my-data-jobs/dev/hello.py",
              "dags/com.example.my-data-jobs/dev/internationalports.py",
              "dags/com.example.my-data-jobs/dev/wordcount.py");
      assertThat(
              documented("mvn bigflow:deploy -Pprod -Dbigflow.env=dev", servers)
                  .succeeded()
                  .output())
          .contains("Nothing to change");
    }
  }

  @Test
  @Order(8)
  void everyCommandOfTheDocumentationWasRun() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (String page : new String[] {"README.md", "docs/deployment.md"}) {
      shown.addAll(Documentation.commands(page));
    }
    // The tour, which .ci/run goes through.
    shown.remove("mvn verify -Pdemo");
    assertThat(shown).isEqualTo(RUN);
  }

  private static MavenResult documented(String command, String... options) {
    RUN.add(command);
    String[] words = command.split(" ", -1);
    assertThat(words[0]).isEqualTo("mvn");
    return MavenBuild.in(project).options(options).run(Arrays.copyOfRange(words, 1, words.length));
  }

  private static String digest() throws IOException {
    String json = Files.readString(project.resolve("target/bigflow/image.json"));
    return json.replaceFirst("(?s).*\"digest\" : \"([^\"]*)\".*", "$1");
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

  private static List<String> states(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .sorted()
          .map(file -> root.relativize(file) + " " + file.toFile().lastModified())
          .toList();
    }
  }
}
