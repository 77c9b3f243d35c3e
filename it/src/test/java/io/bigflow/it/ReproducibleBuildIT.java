// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReproducibleBuildIT {

  @Test
  void oneCommitGivesTheSameBytesWhereverAndByWhomeverItIsBuilt()
      throws IOException, InterruptedException {
    Path work = MavenBuild.work().resolve("reproducible");
    Scenario one = Scenario.copyTo("docs", work.resolve("one")).commit();
    SampleProject.delete(work.resolve("two"));
    // The same commit, elsewhere.
    one.git("clone", "-q", ".", work.resolve("two/deeper/still").toString());
    Scenario two = Scenario.at(work.resolve("two/deeper/still"));

    build(one, "UTC", "en", "US", "alice", "C.UTF-8", "local");
    build(two, "Asia/Kathmandu", "tr", "TR", "bob", "C", "local");

    for (String file : one.filesBelow("target/bigflow/dags")) {
      String path = "target/bigflow/dags/" + file;
      assertThat(two.file(path)).hasSameBinaryContentAs(one.file(path));
    }
    for (String file : new String[] {"image.json", "dags.json", "workflows.json"}) {
      String path = "target/bigflow/" + file;
      assertThat(two.file(path)).hasSameBinaryContentAs(one.file(path));
    }
    assertThat(two.file("target/bigflow/image.tar"))
        .hasSameBinaryContentAs(one.file("target/bigflow/image.tar"));
    assertThat(one.filesBelow("target/bigflow/dags")).hasSize(3);
  }

  @Test
  void aChangeAltersNoLayerButItsOwn() throws IOException {
    Scenario project = Scenario.copy("docs", "layers");
    Map<String, String> first = layers(project);

    String snapshot = "app/libs/bigflow-runtime-" + MavenBuild.version() + ".jar";
    String resources =
        "app/resources/META-INF/bigflow/workflows.json"
            + " app/resources/application-local.properties"
            + " app/resources/application.properties";
    String classes =
        "app/classes/com/example/docs/ReportsWorkflow.class"
            + " app/classes/com/example/docs/SalesWorkflow.class"
            + " app/classes/com/example/docs/TripsWorkflow.class";
    assertThat(first).hasSize(5).containsKeys(snapshot, resources, classes);
    assertThat(first.keySet())
        .anySatisfy(files -> assertThat(files.split(" ")).contains("app/jib-classpath-file"))
        .anySatisfy(
            files ->
                assertThat(files.split(" "))
                    .hasSizeGreaterThan(5)
                    .allMatch(file -> file.matches("app/libs/.*\\.jar"))
                    .noneMatch(file -> file.contains("SNAPSHOT")));

    project.replace(
        "src/main/java/com/example/docs/SalesWorkflow.java", "Orders of ", "All orders of ");
    Map<String, String> second = layers(project);

    assertThat(changed(first, second)).containsExactly(classes);

    project.replace("src/main/resources/application.properties", "none", "all");

    assertThat(changed(second, layers(project))).containsExactly(resources);
  }

  private static Map<String, String> layers(Scenario project) throws IOException {
    project.maven().layersAnew().options("-Plocal").run("package").succeeded();
    return ImageLayers.of(project.file("target/bigflow/image.tar"));
  }

  private static List<String> changed(Map<String, String> before, Map<String, String> after) {
    assertThat(after).containsOnlyKeys(before.keySet());
    return after.entrySet().stream()
        .filter(layer -> !layer.getValue().equals(before.get(layer.getKey())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static void build(
      Scenario project,
      String zone,
      String language,
      String country,
      String user,
      String locale,
      String env) {
    project
        .maven()
        .layersAnew()
        .options("-Plocal")
        .with("bigflow.env", env)
        .environment("TZ", zone)
        .environment("LC_ALL", locale)
        .environment("USER", user)
        .environment(
            "MAVEN_OPTS",
            "-Duser.timezone="
                + zone
                + " -Duser.language="
                + language
                + " -Duser.country="
                + country
                + " -Duser.name="
                + user)
        .run("package")
        .succeeded();
  }
}
