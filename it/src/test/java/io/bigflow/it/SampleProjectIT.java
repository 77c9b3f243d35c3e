// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  private static final String WORDCOUNT = "dags/com.example.my-data-jobs/dev/wordcount.py";

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
        .contains("6 workflows with 13 jobs ")
        .contains(
            "for environment local: average_speed, hello, internationalports, monitoring,"
                + " port_events, wordcount")
        .doesNotContain("[WARNING]");
    assertThat(project.resolve("target/bigflow/image.tar")).exists();
  }

  @Test
  @Order(2)
  void deploysIntoADirectory() throws IOException {
    documented("mvn deploy -Plocal").succeeded();
    assertThat(files(project.resolve("local-composer/dags")))
        .containsExactly(
            "com.example.my-data-jobs/local/average_speed.py",
            "com.example.my-data-jobs/local/hello.py",
            "com.example.my-data-jobs/local/internationalports.py",
            "com.example.my-data-jobs/local/monitoring.py",
            "com.example.my-data-jobs/local/port_events.py",
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
    assertThat(MavenBuild.in(project).options("-Plocal").run("bigflow:plan").exited(0).output())
        .contains("No changes: the bucket is as it was built.");
    assertThat(states(project.resolve("local-composer"))).isEqualTo(before);
  }

  @Test
  @Order(4)
  void whatWasUndeployedComesBack() throws IOException {
    Path dags = project.resolve("local-composer/dags");
    Map<String, String> before = contents(dags);
    Files.writeString(dags.resolve("airflow_monitoring.py"), "not ours");

    assertThat(MavenBuild.in(project).run("bigflow:undeploy").succeeded().output())
        .contains("Undeployed from ")
        .contains("as number 2: 0 added, 0 changed, 6 removed");
    assertThat(contents(dags)).containsOnlyKeys("airflow_monitoring.py");
    assertThat(MavenBuild.in(project).run("bigflow:rollback").succeeded().output())
        .contains("Rolled back to deployment 1 in ")
        .contains("as number 3: 6 added, 0 changed, 0 removed");

    Files.delete(dags.resolve("airflow_monitoring.py"));
    assertThat(contents(dags)).isEqualTo(before);
  }

  @Test
  @Order(5)
  void runsWordcountOnThisMachine() throws IOException {
    documented("mvn bigflow:run -Dbigflow.workflow=wordcount").succeeded();
    List<String> counts = files(project.resolve("target/wordcount"));
    assertThat(counts).hasSize(1);
    assertThat(Files.readAllLines(project.resolve("target/wordcount").resolve(counts.get(0))))
        .isNotEmpty()
        .allMatch(line -> line.matches("\\S+: [0-9]+"));
  }

  @Test
  @Order(6)
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
  @Order(7)
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
  @Order(8)
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
      assertThat(gcs.objects("my-composer-bucket").keySet())
          .map(name -> name.replaceAll("/[0-9a-f]{64}/", "/…/"))
          .containsExactlyInAnyOrder(
              "bigflow/com.example.my-data-jobs/dev/deployments/000001.zip",
              "bigflow/com.example.my-data-jobs/dev/record.json",
              "bigflow/com.example.my-data-jobs/dev/uploads/…/my-data-jobs.jar",
              "dags/com.example.my-data-jobs/dev/average_speed.py",
              "dags/com.example.my-data-jobs/dev/hello.py",
              "dags/com.example.my-data-jobs/dev/internationalports.py",
              "dags/com.example.my-data-jobs/dev/monitoring.py",
              "dags/com.example.my-data-jobs/dev/port_events.py",
              "dags/com.example.my-data-jobs/dev/wordcount.py");
      assertThat(
              documented("mvn bigflow:deploy -Pprod -Dbigflow.env=dev", servers)
                  .succeeded()
                  .output())
          .contains("Nothing to change");
      planned(gcs, servers);
      broughtBack(gcs, servers);
      inParts(gcs, servers);
    }
  }

  private static void planned(FakeGcs gcs, String... servers) throws IOException {
    Scenario.at(project)
        .replace(
            "src/main/java/com/example/wordcount/WordCountWorkflow.java",
            "Schedule.daily()",
            "Schedule.hourly()");
    assertThat(
            documented("mvn package bigflow:plan -Pprod -Dbigflow.env=dev", servers)
                .exited(2)
                .output())
        .contains("+    schedule=CronDataIntervalTimetable(\"0 * * * *\"")
        .contains("5 DAG files: new image or version")
        .contains("0 to add, 6 to change, 0 to remove, 0 unchanged, 1 beside the DAGs to upload.");
    assertThat(gcs.object("my-composer-bucket", WORDCOUNT).text()).doesNotContain("0 * * * *");
    assertThat(
            documented(
                    "mvn bigflow:deploy -Pprod -Dbigflow.env=dev"
                        + " -Dbigflow.plan=target/bigflow/plan.json",
                    servers)
                .succeeded()
                .output())
        .contains("as number 2: 0 added, 6 changed");
  }

  private static void broughtBack(FakeGcs gcs, String... servers) {
    documented("mvn bigflow:rollback -Pprod -Dbigflow.env=dev", servers).succeeded();
    assertThat(gcs.object("my-composer-bucket", WORDCOUNT).text()).doesNotContain("0 * * * *");
    documented("mvn bigflow:rollback -Pprod -Dbigflow.env=dev -Dbigflow.deployment=2", servers)
        .succeeded();
    assertThat(gcs.object("my-composer-bucket", WORDCOUNT).text()).contains("0 * * * *");
    assertThat(
            documented("mvn bigflow:history -Pprod -Dbigflow.env=dev", servers)
                .succeeded()
                .output())
        .contains("  rollback to 2  ")
        .contains("  rollback to 1  ");
    documented("mvn bigflow:undeploy -Pprod -Dbigflow.env=dev", servers).succeeded();
    assertThat(gcs.objects("my-composer-bucket").keySet())
        .allMatch(path -> path.startsWith("bigflow/"));
  }

  private static void inParts(FakeGcs gcs, String... servers) throws IOException {
    documented(
            "mvn bigflow:deploy -Pprod -Dbigflow.env=dev -Dbigflow.workflows=hello,wordcount",
            servers)
        .succeeded();
    assertThat(gcs.objects("my-composer-bucket"))
        .containsKey(WORDCOUNT)
        .doesNotContainKey(WORDCOUNT.replace("wordcount", "internationalports"));
    try (FakeAirflow airflow = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_3)) {
      Path dags = project.resolve("target/bigflow/dags");
      for (Map.Entry<String, String> dag : contents(dags).entrySet()) {
        airflow.dag(
            Path.of(dag.getKey()).getFileName().toString().replace(".py", "__dev"),
            dag.getKey(),
            dag.getValue().replaceFirst("(?s).*\"(bigflow-build:[0-9a-f]{12})\".*", "$1"));
      }
      String[] all = Arrays.copyOf(servers, servers.length + 1);
      all[servers.length] = "-Dbigflow.airflow.url=" + airflow.url();
      assertThat(
              documented("mvn bigflow:deploy -Pprod -Dbigflow.env=dev -Dbigflow.deploy.wait", all)
                  .succeeded()
                  .output())
          .contains("4 added, 0 changed, 0 removed, 2 unchanged");
      assertThat(airflow.requests()).isNotEmpty();
    }
  }

  @Test
  @Order(9)
  void twoEnvironmentsLiveSideBySideInOneComposer() throws IOException {
    String bucket = "my-composer-bucket";
    try (FakeGcs gcs = FakeGcs.withBucket(bucket);
        FakeRegistry registry = FakeRegistry.start()) {
      String[] servers = {
        "-Dbigflow.storage.endpoint=" + gcs.endpoint(),
        "-Dbigflow.image.repository=" + registry.repository("team/my-data-jobs"),
        "-Dbigflow.image.base=jdk",
        "-DskipTests"
      };
      assertThat(documented("mvn deploy -Pprod", servers).succeeded().output())
          .doesNotContain(" act as ");
      Map<String, String> prod = texts(gcs, bucket);
      assertThat(documented("mvn deploy -Pprod -Dbigflow.env=dev", servers).succeeded().output())
          .contains("All jobs act as bigflow-jobs@my-gcp-project.iam.gserviceaccount.com");
      Map<String, String> both = texts(gcs, bucket);
      assertThat(both).containsAllEntriesOf(prod).hasSize(2 * prod.size());
      assertThat(both.get(WORDCOUNT)).contains("dag_id=\"wordcount__dev\"", "\"dev\",\n");

      // Its operators work in the environment that they are built for.
      for (String source : new String[] {"main", "test"}) {
        Files.delete(
            project.resolve(
                "src/"
                    + source
                    + "/java/com/example/averagespeed/AverageSpeedWorkflow"
                    + (source.equals("test") ? "Test" : "")
                    + ".java"));
      }
      MavenBuild.in(project).run("clean").succeeded();
      documented("mvn deploy -Pprod -Dbigflow.envVariable=bigflow_env", servers).succeeded();
      Map<String, String> variable = texts(gcs, bucket);
      assertThat(variable.get(WORDCOUNT)).isEqualTo(both.get(WORDCOUNT));
      assertThat(variable.get(WORDCOUNT.replace("/dev/", "/prod/")))
          .contains("ENV = '{{ var.value[\"bigflow_env\"] }}'", "dag_id=\"wordcount__prod\"");
    }
  }

  private static Map<String, String> texts(FakeGcs gcs, String bucket) {
    Map<String, String> texts = new TreeMap<>();
    for (String name : gcs.objects(bucket).keySet()) {
      texts.put(name, gcs.object(bucket, name).text());
    }
    return texts;
  }

  @Test
  @Order(10)
  void everyCommandOfTheDocumentationWasRun() throws IOException {
    Set<String> shown = new TreeSet<>();
    for (String page :
        new String[] {"README.md", "docs/deployment.md", "docs/central-composer.md"}) {
      shown.addAll(Documentation.commands(page));
    }
    shown.removeIf(command -> command.startsWith("gcloud "));
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

  private static Map<String, String> contents(Path root) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    for (String file : files(root)) {
      contents.put(file, Files.readString(root.resolve(file)));
    }
    return contents;
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
