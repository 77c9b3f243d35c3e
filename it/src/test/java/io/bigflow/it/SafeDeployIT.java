// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.fakes.FakeAirflow;
import io.bigflow.fakes.FakeGcs;
import io.bigflow.fakes.FakeRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a user sees before, during and after deployments into a bucket that others share. A project
 * of two workflows is built three times; every test begins in a bucket where the first build was
 * deployed.
 */
final class SafeDeployIT {
  private static final String BUCKET = "europe-composer-bucket";
  private static final String FOLDER = "dags/com.example.hello/dev/";
  private static final String HELLO = FOLDER + "hello.py";
  private static final String REPORT = FOLDER + "report.py";
  private static final String RECORDS = "bigflow/com.example.hello/dev/";
  private static final String RECORD = RECORDS + "record.json";
  private static final String SOURCES = "src/main/java/com/example/hello/";

  private static final Set<String> OF_OTHERS =
      Set.of(
          "dags/airflow_monitoring.py",
          "dags/com.example.hello/prod/hello.py",
          FOLDER + "notes.py",
          "dags/org.other/dev/a.py",
          "bigflow/org.other/dev/record.json");
  private static final Set<FakeGcs.Kind> READS =
      EnumSet.of(FakeGcs.Kind.GET_BUCKET, FakeGcs.Kind.LIST, FakeGcs.Kind.GET, FakeGcs.Kind.READ);

  /** Two workflows. */
  private static final String FIRST = "first";

  /** The same workflows in another version. */
  private static final String SAME = "same";

  /** Hello is changed, report is gone. */
  private static final String CHANGED = "changed";

  private static final FakeGcs GCS = FakeGcs.start();
  private static final FakeRegistry REGISTRY = FakeRegistry.start();
  private static final SortedMap<String, FakeGcs.Stored> DEPLOYED = new TreeMap<>();

  private static Scenario project = Scenario.at(Path.of(""));
  private static MavenResult firstPlan = new MavenResult(-1, List.of());
  private static MavenResult firstDeployment = new MavenResult(-1, List.of());
  private static List<FakeGcs.Request> firstPlansRequests = List.of();

  @BeforeAll
  static void buildThreeTimesAndDeployTheFirst() throws IOException, InterruptedException {
    project = Scenario.copy("hello", "safe-deploy");
    String hello = project.read(SOURCES + "HelloWorkflow.java");
    project
        .write(
            SOURCES + "ReportWorkflow.java",
            hello.replace("HelloWorkflow", "ReportWorkflow").replace("\"hello\"", "\"report\""))
        .write(".gitignore", "target/\nbuilds/\n")
        .commit();
    build(FIRST);
    project.replace("pom.xml", "<version>1.0.0</version>", "<version>1.0.1</version>");
    build(SAME);
    project
        .replace("pom.xml", "<version>1.0.1</version>", "<version>1.0.2</version>")
        .replace(SOURCES + "HelloWorkflow.java", "0 3 * * *", "0 4 * * *");
    Files.delete(project.file(SOURCES + "ReportWorkflow.java"));
    build(CHANGED);

    GCS.createBucket(BUCKET);
    for (String path : OF_OTHERS) {
      GCS.put(BUCKET, path, path.getBytes(UTF_8), Map.of());
    }
    REGISTRY.clearRequests();
    firstPlan = maven(FIRST).run("bigflow:plan");
    firstPlansRequests = GCS.requests();
    assertThat(REGISTRY.writes()).as("a plan pushes nothing").isEmpty();
    firstDeployment =
        maven(FIRST).with("bigflow.plan", "target/bigflow/plan.json").run("bigflow:deploy");
    DEPLOYED.putAll(GCS.objects(BUCKET));
  }

  private static void build(String name) throws IOException {
    maven(name).run("package").succeeded();
    Files.createDirectories(project.file("builds"));
    Files.move(project.file("target/bigflow"), project.file("builds").resolve(name));
  }

  @AfterAll
  static void stop() {
    GCS.close();
    REGISTRY.close();
  }

  @BeforeEach
  void beginWhereTheFirstBuildWasDeployed() {
    GCS.restore(BUCKET, DEPLOYED);
    GCS.clearRequests();
    REGISTRY.healthy().clearRequests();
  }

  @AfterEach
  void whatOthersHaveIsUntouched() {
    for (String path : OF_OTHERS) {
      FakeGcs.Stored object = GCS.object(BUCKET, path);
      assertThat(object.text()).isEqualTo(path);
      assertThat(object.metadata()).as(path).isEmpty();
      assertThat(object.generation())
          .as(path)
          .isEqualTo(Objects.requireNonNull(DEPLOYED.get(path)).generation());
    }
    assertThat(GCS.requests())
        .filteredOn(request -> !READS.contains(request.kind()))
        .noneMatch(request -> OF_OTHERS.contains(request.object()));
  }

  @Test
  void theFirstDeploymentIsPlannedThenDoneAsPlanned() throws IOException {
    assertThat(firstPlan.exited(2).output())
        .contains("Plan for com.example:hello 1.0.0 (env dev) in gs://" + BUCKET)
        .contains(", the first deployment")
        .contains("+ image " + REGISTRY.repository("team/hello:1.0.0 (sha256:"))
        .contains(": to be pushed")
        .contains("+ " + HELLO + " (DAG hello__dev)")
        .contains("+ " + REPORT + " (DAG report__dev)")
        .contains("2 to add, 0 to change, 0 to remove, 0 unchanged.")
        .contains("Maven ends with exit code 2, because there are changes;")
        .doesNotContain("notes.py")
        .doesNotContain("airflow_monitoring");
    assertThat(firstPlansRequests)
        .isNotEmpty()
        .allSatisfy(request -> assertThat(READS).contains(request.kind()));
    JsonNode plan = json("builds/first/plan.json");
    assertThat(plan.path("hasChanges").booleanValue()).isTrue();
    assertThat(plan.path("plan").path("changes")).isNotEmpty();

    assertThat(firstDeployment.exited(0).output())
        .contains("Image pushed: ")
        .contains("Deployed to gs://" + BUCKET + " as number 1: 2 added, 0 changed, 0 removed");
    assertThat(DEPLOYED).containsKeys(HELLO, REPORT, RECORD, RECORDS + "deployments/000001.zip");
    reportTellsOfTheFirstDeployment();

    assertThat(maven(FIRST).run("bigflow:plan").exited(0).output())
        .contains("after deployment number 1 (version 1.0.0, commit ")
        .contains(": already there")
        .contains("No changes: the bucket is as it was built.");
    assertThat(GCS.requests()).hasSizeLessThanOrEqualTo(5);
  }

  private static void reportTellsOfTheFirstDeployment() throws IOException {
    JsonNode report = json("builds/first/deploy-report.json");
    assertThat(report.path("bucket").textValue()).isEqualTo("gs://" + BUCKET);
    assertThat(report.path("deployment").path("number").intValue()).isEqualTo(1);
    assertThat(report.path("deployment").path("kind").textValue()).isEqualTo("DEPLOY");
    assertThat(report.path("images")).hasSize(1);
    assertThat(report.path("items").findValuesAsText("path")).containsExactly(HELLO, REPORT);
    assertThat(report.path("phases").findValuesAsText("name"))
        .endsWith("DAG files written", "deployment recorded");
    assertThat(project.read("builds/first/deploy-report.md"))
        .startsWith("### `com.example:hello` in environment `dev`: deployed as number 1\n")
        .contains("| bucket | `gs://" + BUCKET + "` |")
        .contains("| added | `hello__dev` | `" + HELLO + "` |")
        .contains("2 added, 0 changed, 0 removed, 0 unchanged");
  }

  @Test
  void aPlanShowsDifferencesAndFoldsWhatEveryBuildChanges() {
    MavenResult same = maven(SAME).with("bigflow.plan.exitCode", "false").run("bigflow:plan");
    assertThat(same.exited(0).output())
        .contains(
            "~ 2 DAG files: new image or version, the workflow is the same: hello__dev, report__dev")
        .contains("0 to add, 2 to change, 0 to remove, 0 unchanged.")
        .doesNotContain("@@");

    MavenResult changed = maven(CHANGED).run("bigflow:plan").exited(2);
    assertThat(changed.lines().stream().map(line -> line.replace("[INFO] ", "")))
        .contains("  ~ " + HELLO + " (DAG hello__dev)")
        .anyMatch(line -> line.matches(" +-.*\"0 3 \\* \\* \\*\".*"))
        .anyMatch(line -> line.matches(" +\\+.*\"0 4 \\* \\* \\*\".*"))
        .anyMatch(line -> line.strip().startsWith("@@ -"))
        .as("the difference is that of the workflow, not of the build")
        .noneMatch(line -> line.matches(" {6}[-+] .*(sha256:|bigflow-build:|Version:).*"))
        .contains("  - " + REPORT + " (DAG report__dev)");
    assertThat(changed.output())
        .contains("bigflow.airflow.url is not set, so it is unknown whether the DAGs to be removed")
        .contains("0 to add, 1 to change, 1 to remove, 0 unchanged.");

    assertThat(
            maven(FIRST).with("bigflow.dagsBucket", "gs://nowhere").run("bigflow:plan").exited(1))
        .satisfies(failed -> assertThat(failed.output()).contains("#built-for-another-target"));
    assertThat(
            maven(FIRST)
                .with("bigflow.dagsBucket", "gs://nowhere")
                .run("bigflow:history")
                .exited(1))
        .satisfies(failed -> assertThat(failed.output()).contains("#bucket-missing"));
    assertThat(GCS.requests()).allSatisfy(request -> assertThat(READS).contains(request.kind()));
    assertThat(REGISTRY.writes()).isEmpty();
  }

  @Test
  void aReviewedPlanIsAppliedExactlyOrNotAtAll() throws IOException {
    String reviewed = "builds/reviewed.json";
    maven(SAME).run("bigflow:plan").exited(2);
    Files.copy(project.file("builds/same/plan.json"), project.file(reviewed));
    edit(REPORT, "# by hand\n");
    SortedMap<String, FakeGcs.Stored> before = GCS.objects(BUCKET);
    assertThat(maven(SAME).with("bigflow.plan", reviewed).run("bigflow:deploy").exited(1).output())
        .contains("The plan cannot be applied, because the world has moved since it was made;")
        .contains("- " + REPORT + " is not as it was")
        .doesNotContain("- " + HELLO)
        .contains("docs/troubleshooting.md#plan-outdated");
    assertThat(GCS.objects(BUCKET)).isEqualTo(before);
    assertThat(REGISTRY.writes()).isEmpty();

    // The two goals of mvn deploy: the first one sees it, before the image is pushed.
    assertThat(
            maven(SAME)
                .with("bigflow.plan", reviewed)
                .run("bigflow:deploy-image", "bigflow:deploy-dags")
                .exited(1)
                .output())
        .contains("docs/troubleshooting.md#plan-outdated")
        .doesNotContain("Image ");

    // Another build, after another deployment.
    maven(SAME).run("bigflow:deploy").succeeded();
    before = GCS.objects(BUCKET);
    REGISTRY.clearRequests();
    assertThat(
            maven(CHANGED).with("bigflow.plan", reviewed).run("bigflow:deploy").exited(1).output())
        .contains("- the DAGs name the image " + REGISTRY.repository("team/hello@sha256:"))
        .contains(
            "- the deployment record has changed since; the last deployment is number 2 (version"
                + " 1.0.1")
        .contains("- " + HELLO + " is not as it was")
        .contains("Make a new plan with mvn bigflow:plan, and review it.");
    assertThat(GCS.objects(BUCKET)).isEqualTo(before);
    assertThat(REGISTRY.writes()).isEmpty();
  }

  @Test
  void noImageIsPushedIfNobodyKnowsWhereAirflowIs() {
    for (List<String> goals :
        List.of(
            List.of("bigflow:deploy"), List.of("bigflow:deploy-image", "bigflow:deploy-dags"))) {
      assertThat(
              maven(SAME)
                  .with("bigflow.deploy.wait", "true")
                  .run(goals.toArray(String[]::new))
                  .exited(1)
                  .output())
          .contains("The deployment is to wait for Airflow, but its address is unknown")
          .contains("bigflow.airflow.url")
          .doesNotContain("Image ");
    }
    assertThat(GCS.objects(BUCKET)).isEqualTo(DEPLOYED);
  }

  @Test
  void editsByHandAreShownRefusedOrOverwrittenAndKept() throws IOException {
    String built = GCS.object(BUCKET, HELLO).text();
    String edited = edit(HELLO, "# mended at night\n");

    assertThat(maven(FIRST).run("bigflow:plan").exited(2).output())
        .contains("~ " + HELLO + " (DAG hello__dev): somebody edited it by hand")
        .contains("-# mended at night");
    assertThat(
            maven(FIRST)
                .with("bigflow.deploy.drift", "refuse")
                .run("bigflow:plan")
                .exited(1)
                .output())
        .contains("deploy would refuse this plan")
        .contains("docs/troubleshooting.md#deploy-drift");
    assertThat(
            maven(FIRST)
                .with("bigflow.deploy.drift", "refuse")
                .run("bigflow:deploy")
                .exited(1)
                .output())
        .contains(HELLO + "': somebody edited it by hand since it was deployed")
        .contains("docs/troubleshooting.md#deploy-drift");
    assertThat(GCS.object(BUCKET, HELLO).text()).isEqualTo(edited);

    MavenResult deployment = maven(FIRST).run("bigflow:deploy").succeeded();
    assertThat(deployment.lines())
        .anyMatch(line -> line.startsWith("[WARNING]") && line.contains(HELLO + " was edited by"));
    assertThat(GCS.object(BUCKET, HELLO).text()).isEqualTo(built);
    assertThat(archive(2)).containsEntry("edited/" + HELLO, edited).containsEntry(HELLO, built);
  }

  @Test
  void someWorkflowsAreDeployedAlone() {
    assertThat(
            maven(CHANGED)
                .with("bigflow.workflows", "hello,helo")
                .run("bigflow:deploy")
                .exited(1)
                .output())
        .contains("No workflow 'helo' was built")
        .contains("Built are: hello.");

    String report = GCS.object(BUCKET, REPORT).text();
    assertThat(
            maven(CHANGED)
                .with("bigflow.workflows", "hello")
                .run("bigflow:deploy")
                .succeeded()
                .output())
        .contains("Deploying 1 DAG file of com.example:hello 1.0.2 (env dev)")
        .contains("as number 2: 0 added, 1 changed, 0 removed");
    assertThat(GCS.object(BUCKET, HELLO).text()).contains("0 4 * * *");
    assertThat(GCS.object(BUCKET, REPORT).text()).isEqualTo(report);
    assertThat(recordedPaths()).containsExactly(HELLO, REPORT);
  }

  @Test
  void deploymentsAreListedAndBroughtBack() throws IOException {
    maven(CHANGED).run("bigflow:deploy").succeeded();
    assertThat(GCS.objects(BUCKET)).doesNotContainKey(REPORT);

    // Without the image there is no way back, and nothing is touched on it.
    SortedMap<String, FakeGcs.Stored> before = GCS.objects(BUCKET);
    for (String method : List.of("HEAD", "GET")) {
      REGISTRY.failing(
          method + " /v2/team/hello/manifests/sha256:", 404, 9, "MANIFEST_UNKNOWN", "unknown");
    }
    assertThat(maven(CHANGED).run("bigflow:rollback").exited(1).output())
        .contains("is absent from the registry, so nothing was changed")
        .contains("docs/troubleshooting.md#image-absent");
    REGISTRY.healthy();
    assertThat(GCS.objects(BUCKET)).isEqualTo(before);
    assertThat(
            maven(CHANGED)
                .with("bigflow.deployment", "one")
                .run("bigflow:rollback")
                .exited(1)
                .output())
        .contains("'one' is no whole number from 1 to 999999999")
        .contains("bigflow.deployment");

    assertThat(maven(CHANGED).run("bigflow:rollback").succeeded().output())
        .contains("Bringing back deployment 1: 2 DAG files of com.example:hello 1.0.0 (env dev)")
        .contains(
            "Rolled back to deployment 1 in gs://" + BUCKET + " as number 3: 1 added, 1 changed");
    theFirstBuildIsBack();
    assertThat(REGISTRY.writes()).isEmpty();

    assertThat(maven(FIRST).run("bigflow:undeploy").succeeded().output())
        .contains("Undeploying 2 DAG files of com.example:hello (env dev) from gs://" + BUCKET)
        .contains("Undeployed from gs://" + BUCKET + " as number 4: 0 added, 0 changed, 2 removed");
    assertThat(GCS.objects(BUCKET)).doesNotContainKeys(HELLO, REPORT);
    assertThat(recordedPaths()).isEmpty();

    maven(FIRST).with("bigflow.deployment", "1").run("bigflow:rollback").succeeded();
    theFirstBuildIsBack();

    List<String> table = table(maven(FIRST).run("bigflow:history").succeeded());
    assertThat(table.get(0)).matches(" +number +when +what +version +commit +DAGs +by");
    assertThat(table.subList(1, 6))
        .satisfiesExactly(
            line -> assertThat(line).matches("\\* +5 .*Z  rollback to 1 +1\\.0\\.0 .* 2  .*"),
            line -> assertThat(line).matches(" +4 .*Z  undeploy +1\\.0\\.0 .* 0  .*"),
            line -> assertThat(line).matches(" +3 .*Z  rollback to 1 +1\\.0\\.0 .* 2  .*"),
            line -> assertThat(line).matches(" +2 .*Z  deploy +1\\.0\\.2 +[0-9a-f]{7}\\+ .* 1  .*"),
            line -> assertThat(line).matches(" +1 .*Z  deploy +1\\.0\\.0 +[0-9a-f]{7} .* 2  .*"));
    JsonNode history = json("target/bigflow/history.json");
    assertThat(history.path("deployments").findValuesAsText("number"))
        .containsExactly("5", "4", "3", "2", "1");
  }

  private static void theFirstBuildIsBack() {
    for (String path : List.of(HELLO, REPORT)) {
      assertThat(GCS.object(BUCKET, path).content())
          .as("byte for byte: " + path)
          .isEqualTo(Objects.requireNonNull(DEPLOYED.get(path)).content());
    }
  }

  @Test
  void aLostRecordIsMadeAnewByTheNextDeployment() throws IOException {
    SortedMap<String, FakeGcs.Stored> without = new TreeMap<>(DEPLOYED);
    without.remove(RECORD);
    GCS.restore(BUCKET, without);

    assertThat(maven(FIRST).run("bigflow:plan").exited(2).output())
        .contains(" in gs://" + BUCKET + ", whose deployment record is lost")
        .contains("2 unchanged; the deployment record is to be written anew.");
    assertThat(maven(FIRST).run("bigflow:deploy").succeeded().output())
        .contains("as number 2: 0 added, 0 changed, 0 removed, 2 unchanged");
    assertThat(recordedPaths()).containsExactly(HELLO, REPORT);
    for (String path : List.of(HELLO, REPORT)) {
      assertThat(GCS.object(BUCKET, path)).isEqualTo(DEPLOYED.get(path));
    }
  }

  @Test
  void aDagIsNotTakenAwayUnderItsRuns() throws Exception {
    try (FakeAirflow airflow = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_2)) {
      airflow.run("report__dev", "manual__1", "running").run("hello__dev", "manual__2", "running");

      assertThat(airflow(CHANGED, airflow).run("bigflow:plan").exited(2).output())
          .contains(
              "! DAGs to be removed have runs that are not over: report__dev manual__1 (running)");
      assertThat(airflow(CHANGED, airflow).run("bigflow:deploy").exited(1).output())
          .contains("so nothing was changed: report__dev manual__1 (running)")
          .contains("docs/troubleshooting.md#active-runs");
      assertThat(GCS.objects(BUCKET)).isEqualTo(DEPLOYED);

      airflow.clearRequests();
      Thread end = whenAsked(airflow, () -> airflow.run("report__dev", "manual__1", "success"));
      assertThat(
              airflow(CHANGED, airflow)
                  .with("bigflow.activeRuns", "wait")
                  .run("bigflow:deploy")
                  .succeeded()
                  .output())
          .contains("Active in Airflow: ")
          .contains("0 added, 1 changed, 1 removed");
      end.join();

      beginWhereTheFirstBuildWasDeployed();
      airflow.run("report__dev", "manual__3", "queued");
      MavenResult forced =
          airflow(CHANGED, airflow)
              .with("bigflow.activeRuns", "force")
              .run("bigflow:deploy")
              .succeeded();
      assertThat(forced.lines())
          .anyMatch(
              line ->
                  line.startsWith("[WARNING]") && line.contains("report__dev manual__3 (queued)"));
      assertThat(GCS.objects(BUCKET)).doesNotContainKey(REPORT);
    }
  }

  @Test
  void whenAirflowCannotBeAskedThisIsSaid() {
    assertThat(
            maven(CHANGED)
                .with("bigflow.workflows", "hello")
                .run("bigflow:plan")
                .exited(2)
                .output())
        .contains("0 to add, 1 to change, 0 to remove, 0 unchanged, 1 not part of this deployment.")
        .as("nothing is removed, so nobody need be asked")
        .doesNotContain("bigflow.airflow.url");
    FakeAirflow gone = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_3);
    gone.close();
    assertThat(airflow(CHANGED, gone).run("bigflow:deploy").exited(1).output())
        .contains("Nothing was changed")
        .contains("it cannot be reached")
        .contains("So it is unknown whether DAGs that would be removed have runs that are not over")
        .contains("-Dbigflow.activeRuns=force");
    assertThat(GCS.objects(BUCKET)).isEqualTo(DEPLOYED);

    MavenResult unasked = maven(CHANGED).run("bigflow:deploy").succeeded();
    assertThat(unasked.lines())
        .anyMatch(
            line ->
                line.startsWith("[WARNING] bigflow.airflow.url is not set")
                    && line.endsWith("not over: report__dev"));
    assertThat(GCS.objects(BUCKET)).doesNotContainKey(REPORT);
  }

  @Test
  void aDeploymentCanWaitUntilAirflowHasParsedIt() throws Exception {
    assertThat(
            maven(SAME)
                .with("bigflow.deploy.wait", "true")
                .run("bigflow:deploy")
                .exited(1)
                .output())
        .contains("The deployment is to wait for Airflow, but its address is unknown")
        .contains("config.airflowUri");

    String hello = HELLO.replaceFirst("^dags/", "");
    String report = REPORT.replaceFirst("^dags/", "");
    try (FakeAirflow airflow = FakeAirflow.start(FakeAirflow.Line.AIRFLOW_3)) {
      airflow
          .requiring("robot", "s3cr3t-value")
          .dag("hello__dev", hello, tag(FIRST, HELLO))
          .dag("report__dev", report, tag(FIRST, REPORT));
      String newHello = tag(SAME, HELLO);
      String newReport = tag(SAME, REPORT);
      Thread parsing =
          whenAsked(
              airflow,
              () ->
                  airflow.dag("hello__dev", hello, newHello).dag("report__dev", report, newReport));
      MavenResult parsed =
          airflow(SAME, airflow)
              .settings(login(airflow))
              .with("bigflow.deploy.wait", "true")
              .options("-X")
              .run("bigflow:deploy")
              .succeeded();
      parsing.join();
      assertThat(parsed.output())
          .contains("Airflow has parsed hello__dev")
          .contains("Airflow has parsed report__dev")
          .doesNotContain("s3cr3t-value");

      airflow.importError(
          hello, "Traceback (most recent call last):\nModuleNotFoundError: No module 'harbour'");
      Thread broken =
          whenAsked(
              airflow,
              () ->
                  airflow.importError(
                      hello, "Traceback (most recent call last):\n  line 7\nNameError: name 'x'"));
      assertThat(
              airflow(CHANGED, airflow)
                  .settings(login(airflow))
                  .with("bigflow.deploy.wait", "true")
                  .with("bigflow.workflows", "hello")
                  .run("bigflow:deploy")
                  .exited(1)
                  .output())
          .contains("Airflow cannot import the file of DAG 'hello__dev'")
          .contains("Traceback (most recent call last):")
          .contains("NameError: name 'x'")
          .contains("docs/troubleshooting.md#airflow-import-error");
      broken.join();
      assertThat(project.read("target/bigflow/deploy-report.md"))
          .contains("[`hello__dev`](" + airflow.url());
    }
  }

  // ---- helpers

  /** A run of Maven with what a build left in {@code target/bigflow}. */
  private static MavenBuild maven(String build) {
    Path output = project.file("target/bigflow");
    Path built = project.file("builds").resolve(build);
    try {
      Files.deleteIfExists(output);
      if (Files.exists(built)) {
        Files.createSymbolicLink(output, built);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return project
        .maven()
        .with("bigflow.env", "dev")
        .with("bigflow.dagsBucket", "gs://" + BUCKET)
        .with("bigflow.storage.endpoint", GCS.endpoint().toString())
        .with("bigflow.image.repository", REGISTRY.repository("team/hello"))
        .with("bigflow.image.base", "jdk");
  }

  private static MavenBuild airflow(String build, FakeAirflow airflow) {
    return maven(build).with("bigflow.airflow.url", airflow.url());
  }

  private static String login(FakeAirflow airflow) {
    return "<servers><server><id>"
        + airflow.url().replaceFirst("^http://", "")
        + "</id><username>robot</username><password>s3cr3t-value</password></server></servers>";
  }

  /** Does something once Airflow was asked about DAGs or their runs. */
  private static Thread whenAsked(FakeAirflow airflow, Runnable action) {
    int before = asked(airflow);
    Thread thread =
        new Thread(
            () -> {
              while (asked(airflow) == before) {
                try {
                  Thread.sleep(20);
                } catch (InterruptedException e) {
                  return;
                }
              }
              action.run();
            },
            "airflow-moves");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private static int asked(FakeAirflow airflow) {
    return (int) airflow.requests().stream().filter(r -> r.path().contains("/dags")).count();
  }

  /** The tag by which Airflow shows which build of a DAG it has parsed. */
  private static String tag(String build, String path) throws IOException {
    Matcher tag =
        Pattern.compile("bigflow-build:[0-9a-f]{12}")
            .matcher(project.read("builds/" + build + "/" + path));
    assertThat(tag.find()).isTrue();
    return tag.group();
  }

  /** Appends to an object as somebody with a browser does: what BigFlow noted on it is gone. */
  private static String edit(String path, String addition) {
    String text = GCS.object(BUCKET, path).text() + addition;
    GCS.put(BUCKET, path, text.getBytes(UTF_8), Map.of());
    return text;
  }

  private static List<String> recordedPaths() {
    try {
      JsonNode record = new ObjectMapper().readTree(GCS.object(BUCKET, RECORD).content());
      assertThat(record.path("claim").isNull() || record.path("claim").isMissingNode()).isTrue();
      return record.path("files").findValuesAsText("path");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Map<String, String> archive(int number) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    byte[] bytes = GCS.object(BUCKET, RECORDS + "deployments/%06d.zip".formatted(number)).content();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        contents.put(entry.getName(), new String(zip.readAllBytes(), UTF_8));
      }
    }
    return contents;
  }

  private static List<String> table(MavenResult result) {
    List<String> lines =
        result.lines().stream().map(line -> line.replaceFirst("^\\[INFO] ", "")).toList();
    int title = lines.indexOf("Deployments of 'com.example:hello/dev' to gs://" + BUCKET + ":");
    assertThat(title).as(result.output()).isNotNegative();
    return lines.subList(title + 1, lines.size());
  }

  private static JsonNode json(String path) throws IOException {
    return new ObjectMapper().readTree(project.file(path).toFile());
  }
}
