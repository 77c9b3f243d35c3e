// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Deployments to a registry and a bucket, and what a user is told when they refuse. */
final class DeployIT {
  private static final String BUCKET = "europe-composer-bucket";
  private static final String DAG = "dags/com.example.hello/dev/hello.py";
  private static final String RECORD = "bigflow/com.example.hello/dev/record.json";
  private static final String ARCHIVE = "bigflow/com.example.hello/dev/deployments/000001.zip";
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private FakeGcs gcs = FakeGcs.start();
  private FakeRegistry registry = FakeRegistry.start();

  @BeforeEach
  void makeBucket() {
    gcs.createBucket(BUCKET);
    gcs.put(BUCKET, "dags/airflow_monitoring.py", new byte[] {1}, Map.of());
  }

  @AfterEach
  void stop() {
    gcs.close();
    registry.close();
  }

  @Test
  void deploysImageAndDagsAndThenNothingAgain() throws IOException, InterruptedException {
    Scenario project = Scenario.copy("hello", "deploy").commit();

    target(project).run("deploy").succeeded();

    String built = digest(project.read("target/bigflow/image.json"));
    assertThat(registry.digestOf("team/hello", "1.0.0")).contains(built);
    assertThat(gcs.object(BUCKET, DAG).text()).contains(built).contains("hello__dev");
    assertThat(gcs.objects(BUCKET))
        .containsOnlyKeys(DAG, "dags/airflow_monitoring.py", RECORD, ARCHIVE);

    registry.clearRequests();
    gcs.clearRequests();
    assertThat(target(project).run("deploy").succeeded().output())
        .contains("Image already there")
        .contains("Nothing to change");
    assertThat(registry.writes()).isEmpty();
    assertThat(gcs.requests())
        .extracting(FakeGcs.Request::toString)
        .containsExactly("LIST " + DAG.replace("hello.py", ""), "GET " + RECORD, "READ " + RECORD);

    // Another stage, with what is built.
    String goal = "io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":deploy";
    assertThat(target(project).run(goal).succeeded().output()).contains("Nothing to change");

    refusesWhatWasBuiltForAnotherTarget(project, goal);
    refusesWhatWasChanged(project, goal);
    failsBeforeTheDagsIfTheImageIsAbsent(project);
  }

  private void refusesWhatWasBuiltForAnotherTarget(Scenario project, String goal) {
    gcs.clearRequests();
    assertThat(target(project).with("bigflow.env", "prod").run(goal).failed().output())
        .contains("built for environment 'dev', but this deployment is for 'prod'")
        .contains("mvn clean deploy -Dbigflow.env=prod");
    assertThat(
            target(project)
                .with("bigflow.image.repository", registry.repository("team/other"))
                .run(goal)
                .failed()
                .output())
        .contains("The image was built for '" + registry.repository("team/hello") + "'");
    assertThat(gcs.requests()).isEmpty();
  }

  private void refusesWhatWasChanged(Scenario project, String goal) throws IOException {
    String file = "target/bigflow/" + DAG;
    String text = project.read(file);
    project.write(file, text + "# edited");
    assertThat(target(project).run(goal).failed().output()).contains(DAG).contains("mvn ");
    project.write(file, text);
  }

  private void failsBeforeTheDagsIfTheImageIsAbsent(Scenario project) {
    try (FakeRegistry empty = FakeRegistry.start()) {
      gcs.clearRequests();
      MavenResult result =
          target(project)
              .with("bigflow.image.repository", empty.repository("team/hello"))
              .with("bigflow.deploy-image.skip", "true")
              .with("bigflow.env", "prod")
              .run("deploy")
              .failed();
      assertThat(result.output())
          .contains("is absent from the registry, so nothing was changed")
          .contains("mvn bigflow:deploy-image");
      assertThat(gcs.objects(BUCKET))
          .containsOnlyKeys(DAG, "dags/airflow_monitoring.py", RECORD, ARCHIVE);
    }
  }

  @Test
  void saysWhatIsWrongAndChangesNothing() throws IOException {
    Scenario project = Scenario.copy("hello", "deploy-errors");
    project.maven().with("bigflow.dagsBucket", "gs://" + BUCKET).run("package").failed();
    assertThat(project.file("target/bigflow/image.json")).doesNotExist();

    String goal = "io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":deploy";
    assertThat(target(project).run(goal).failed().output())
        .contains("target/bigflow/image.json")
        .contains("mvn package");
    assertThat(gcs.requests()).isEmpty();

    target(project).run("package").succeeded();

    assertThat(target(project).options("-o").run(goal).failed().output())
        .contains("needs the network, but Maven runs offline");
    assertThat(
            project
                .maven()
                .with("bigflow.env", "dev")
                .with("bigflow.image.repository", registry.repository("team/hello"))
                .run(goal)
                .failed()
                .output())
        .contains("There is no bucket to deploy to")
        .contains("docs/troubleshooting.md#no-bucket");

    registry.requiring(FakeRegistry.Auth.BASIC, "robot", "s3cr3t-value");
    assertThat(target(project).run(goal).failed().output())
        .contains(registry.host())
        .contains("fix:");
    MavenResult withServer =
        target(project)
            .settings(
                "<servers><server><id>"
                    + registry.host()
                    + "</id><username>robot</username><password>s3cr3t-value</password>"
                    + "</server></servers>")
            .options("-X")
            .run(goal)
            .succeeded();
    assertThat(withServer.output()).doesNotContain("s3cr3t-value");
    registry.clearRequests();

    assertThat(
            target(project)
                .with("bigflow.dagsBucket", "gs://no-such-bucket")
                .run(goal)
                .failed()
                .output())
        .contains("built to be deployed to 'gs://" + BUCKET + "', but this deployment is to")
        .contains("docs/troubleshooting.md#built-for-another-target");
    assertThat(
            target(project)
                .with("bigflow.dagsBucket", "gs://no-such-bucket")
                .run("bigflow:history")
                .failed()
                .output())
        .contains("no-such-bucket")
        .contains("docs/troubleshooting.md#bucket-missing");
    registry.close();
    assertThat(target(project).run(goal).failed().output())
        .contains("cannot be reached")
        .contains(registry.host());
  }

  @Test
  void removesItsOwnFilesOnly() throws IOException {
    Scenario project = Scenario.copy("hello", "deploy-removes");
    gcs.put(BUCKET, "dags/com.example.hello/dev/notes.py", new byte[] {2}, Map.of());
    gcs.put(BUCKET, "dags/other/dev/a.py", new byte[] {3}, Map.of());
    target(project).run("deploy").succeeded();

    project
        .replace("pom.xml", "<version>1.0.0</version>", "<version>1.0.1</version>")
        .replace(
            "src/main/java/com/example/hello/HelloWorkflow.java",
            "builder(\"hello\")",
            "builder(\"salute\")");
    target(project).run("deploy").succeeded();

    assertThat(gcs.objects(BUCKET).keySet())
        .filteredOn(path -> path.startsWith("dags/"))
        .containsExactly(
            "dags/airflow_monitoring.py",
            "dags/com.example.hello/dev/notes.py",
            "dags/com.example.hello/dev/salute.py",
            "dags/other/dev/a.py");
  }

  @Test
  void usersJibSettingsReachTheImageAndOursStay() throws IOException {
    Scenario project = Scenario.copy("hello", "jib-settings");
    project.replace(
        "pom.xml",
        "<!-- @plugins@ -->",
        """
        <plugin>
          <groupId>com.google.cloud.tools</groupId>
          <artifactId>jib-maven-plugin</artifactId>
          <version>3.5.2</version>
          <configuration>
            <container>
              <jvmFlags><jvmFlag>-XX:+UseSerialGC</jvmFlag></jvmFlags>
              <labels><team>harbour</team></labels>
            </container>
          </configuration>
        </plugin>
        """);
    project.maven().run("package").succeeded();
    String config = ImageConfig.of(project.file("target/bigflow/image.tar"));
    assertThat(config)
        .contains("\"team\":\"harbour\"")
        .contains("-XX:+UseSerialGC")
        .contains("io.bigflow.launch.Launcher");

    assertThat(
            project
                .maven()
                .with("jib.to.image", "registry.example.com/stolen")
                .run("package")
                .failed()
                .output())
        .contains("jib.to.image")
        .contains("bigflow.image.repository");
  }

  @Test
  void explicitExecutionsWorkAndNothingIsBoundTwice() throws IOException {
    Scenario project = Scenario.copy("hello", "explicit");
    project.replace(
        "pom.xml",
        "<extensions>true</extensions>",
        """
        <executions>
          <execution>
            <goals>
              <goal>describe</goal>
              <goal>build-image</goal>
              <goal>build-dags</goal>
            </goals>
          </execution>
        </executions>
        """);
    MavenResult plain = project.maven().run("package").succeeded();
    assertThat(plain.count(":build-dags (")).isEqualTo(1);

    project.replace(
        "pom.xml", "<executions>", "<extensions>true</extensions>\n        <executions>");
    MavenResult extension = project.maven().options("-Plocal").run("deploy").succeeded();
    for (String goal :
        new String[] {"describe", "build-image", "build-dags", "deploy-image", "deploy-dags"}) {
      assertThat(extension.count(":" + goal + " (")).as(goal).isEqualTo(1);
    }
    assertThat(Files.isDirectory(project.file("local-composer/dags"))).isTrue();
  }

  private MavenBuild target(Scenario project) {
    return project
        .maven()
        .with("bigflow.env", "dev")
        .with("bigflow.dagsBucket", "gs://" + BUCKET)
        .with("bigflow.storage.endpoint", gcs.endpoint().toString())
        .with("bigflow.image.repository", registry.repository("team/hello"))
        .with("bigflow.image.base", "jdk");
  }

  private static String digest(String json) {
    Matcher matcher = DIGEST.matcher(json.substring(json.indexOf("\"digest\"")));
    assertThat(matcher.find()).isTrue();
    return matcher.group();
  }
}
