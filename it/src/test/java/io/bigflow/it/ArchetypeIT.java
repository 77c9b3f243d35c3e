// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the archetype makes of wrong answers. What it makes of right ones: SampleProjectIT. */
final class ArchetypeIT {
  private static final Pattern ASKED_AGAIN = Pattern.compile("does not match the expression");

  @Test
  void wrongAnswersAreAllRefusedAtOnceAndNothingIsLeft() throws IOException {
    Path parent = emptyDirectory("archetype-refused");
    MavenResult result =
        SampleProject.generation(parent)
            .with("artifactId", "My_Jobs")
            .with("version", "1.0+x")
            .with("package", "com.example.class")
            .with("gcpProjectId", "BAD_1")
            .with("gcpRegion", "Europe")
            .with("dagsBucket", "gs://sales/dags")
            .with("prodGcpProjectId", "sales-prod")
            .with("prodDagsBucket", "sales_prod")
            .run(SampleProject.goal())
            .failed();
    assertThat(result.lines().stream().filter(line -> line.matches("\\[ERROR] +[0-9]+\\. .*")))
        .containsExactly(
            "[ERROR]   1. artifactId = 'My_Jobs'. Write lower-case letters, digits and single . _"
                + " -, starting with a letter; it becomes the name of the image:"
                + " -DartifactId=my-data-jobs",
            "[ERROR]   2. version = '1.0+x'. Write at most 80 letters, digits, . _ -; it becomes"
                + " the tag of the image: -Dversion=1.0-SNAPSHOT",
            "[ERROR]   3. package = 'com.example.class'. Write the name of a Java package, without"
                + " keywords: -Dpackage=com.example.jobs",
            "[ERROR]   4. gcpProjectId = 'BAD_1'. Write 6 to 30 lower-case letters, digits and -,"
                + " starting with a letter: -DgcpProjectId=my-gcp-project",
            "[ERROR]   5. gcpRegion = 'Europe'. Write the name of a Google Cloud region:"
                + " -DgcpRegion=europe-west1",
            "[ERROR]   6. dagsBucket = 'gs://sales/dags'. Write the name of a bucket, without gs://"
                + " and without a path: -DdagsBucket=my-composer-bucket");
    assertThat(parent).isEmptyDirectory();
  }

  @Test
  void whatWasThereBeforeSurvivesARefusal() throws IOException {
    Path parent = emptyDirectory("archetype-in-a-reactor");
    Files.writeString(
        parent.resolve("pom.xml"),
        """
        <project>
          <modelVersion>4.0.0</modelVersion>
          <groupId>com.example</groupId>
          <artifactId>all-jobs</artifactId>
          <version>1.0.0</version>
          <packaging>pom</packaging>
        </project>
        """);
    Path notes = parent.resolve("sales-jobs/src/main/notes.txt");
    Files.createDirectories(notes.getParent());
    Files.writeString(notes, "mine");

    MavenResult result =
        SampleProject.generation(parent)
            .with("artifactId", "sales-jobs")
            .with("gcpRegion", "Europe")
            .run(SampleProject.goal())
            .failed();

    assertThat(result.output())
        .contains("1. gcpRegion = 'Europe'")
        .contains("2. Take <module>sales-jobs</module> out of " + parent.resolve("pom.xml"));
    assertThat(Scenario.at(parent).filesBelow("sales-jobs")).containsExactly("src/main/notes.txt");
    assertThat(notes).hasContent("mine");
  }

  @Test
  void aQuestionIsAskedAgainUntilItsAnswerIsRight() throws IOException {
    Path parent = emptyDirectory("archetype-asks");
    MavenResult result =
        SampleProject.generation(parent)
            .answers(
                "Sales_Jobs", // artifactId
                "sales-jobs",
                "", // version
                "BAD_1", // gcpProjectId
                "sales-dev",
                "", // gcpRegion
                "gs://sales/dags", // dagsBucket
                "sales-composer",
                "", // package
                "", // prodGcpProjectId
                "", // prodDagsBucket
                "Y")
            .run(SampleProject.goal())
            .succeeded();

    assertThat(ASKED_AGAIN.matcher(result.output()).results()).hasSize(3);
    Scenario project = Scenario.at(parent.resolve("sales-jobs"));
    assertThat(project.read("src/main/resources/application-dev.properties"))
        .contains("gcp.project=sales-dev");
    // Offered as the default of production, too.
    assertThat(project.read("src/main/resources/application-prod.properties"))
        .contains("gcp.project=sales-dev");
    assertThat(project.read("pom.xml"))
        .contains("<artifactId>sales-jobs</artifactId>", ">gs://sales-composer<", ">europe-west1-")
        .doesNotContain("BAD_1", "sales/dags");
  }

  private static Path emptyDirectory(String name) throws IOException {
    Path directory = MavenBuild.work().resolve(name);
    SampleProject.delete(directory);
    return Files.createDirectories(directory);
  }
}
