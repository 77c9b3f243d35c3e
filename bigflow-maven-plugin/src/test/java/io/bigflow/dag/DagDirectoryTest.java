// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static io.bigflow.dag.Specs.CONTEXT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DagDirectoryTest {
  private static final DagFile HELLO = file("hello", "# żółw\n");
  private static final DagFile ANOTHER = file("another", "# x\n");

  @TempDir Path target;
  private DagDirectory directory;

  @BeforeEach
  void open() {
    directory = new DagDirectory(target.resolve("bigflow"));
  }

  private static DagFile file(String workflow, String text) {
    return new DagFile(
        "dags/com.example.demo/dev/" + workflow + ".py",
        workflow + "__dev",
        workflow,
        "bigflow-build:0123456789ab",
        text);
  }

  private Path path(DagFile file) {
    return target.resolve("bigflow").resolve(file.path());
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    BuiltDags built = directory.write(List.of(HELLO, ANOTHER), CONTEXT, "gs://bucket");

    BuiltDags read = directory.read();

    assertThat(read).isEqualTo(built);
    assertThat(directory.content(HELLO.path())).contains(HELLO.bytes());
    assertThat(directory.content("dags/absent.py")).isEmpty();
    assertThat(built.dags()).extracting(BuiltDags.Dag::path).isSorted();
    assertThat(built.commit()).isEqualTo(CONTEXT.revision().commit());
    assertThat(path(HELLO)).hasContent(HELLO.text());
  }

  @Test
  void sameFilesGiveTheSameBytes() throws IOException {
    directory.write(List.of(HELLO, ANOTHER), CONTEXT, "gs://bucket");
    byte[] first = Files.readAllBytes(directory.index());

    directory.write(List.of(ANOTHER, HELLO), CONTEXT, "gs://bucket");

    assertThat(directory.index()).hasBinaryContent(first);
  }

  @Test
  void filesOfAnEarlierBuildAreRemoved() throws IOException {
    directory.write(List.of(HELLO, ANOTHER), CONTEXT, "gs://bucket");
    Path other = Files.writeString(target.resolve("bigflow/image.json"), "{}");

    directory.write(List.of(HELLO), CONTEXT, "gs://bucket");

    try (Stream<Path> left = Files.walk(target.resolve("bigflow/dags"))) {
      assertThat(left.filter(Files::isRegularFile)).containsExactly(path(HELLO));
    }
    assertThat(other).exists();
  }

  @Test
  void nothingBuiltSaysHowToBuild() {
    assertThatThrownBy(directory::read)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("There are no DAG files to deploy")
        .hasMessageContaining("dags.json")
        .hasMessageContaining("mvn package");
  }

  @Test
  void changedAndMissingFilesAreReportedTogether() throws IOException {
    directory.write(List.of(HELLO, ANOTHER), CONTEXT, "gs://bucket");
    Files.writeString(path(ANOTHER), "# by hand\n");
    Files.delete(path(HELLO));

    assertThatThrownBy(directory::read)
        .isInstanceOfSatisfying(BigflowException.class, e -> assertThat(e.problems()).hasSize(2))
        .hasMessageContaining("The DAG file of workflow 'another' was changed after it was built")
        .hasMessageContaining("The DAG file of workflow 'hello' is missing")
        .hasMessageContaining("mvn clean package");
  }

  @Test
  void pathsOutsideTheFolderAreRefused() throws IOException {
    Files.writeString(target.resolve("secret.txt"), "secret");
    directory.write(List.of(HELLO), CONTEXT, "gs://bucket");
    String index = Files.readString(directory.index());
    String folder = "dags/com.example.demo/dev/";
    for (String path : List.of("/etc/passwd", "dags/x.py", folder + "../../../../secret.txt")) {
      Files.writeString(directory.index(), index.replace(HELLO.path(), path));

      assertThatThrownBy(directory::read)
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining("which is not below '" + folder + "'");
    }
  }

  @Test
  void listWithoutBuildTagsMustBeMadeAgain() throws IOException {
    directory.write(List.of(HELLO), CONTEXT, "gs://bucket");
    String index = Files.readString(directory.index());
    for (String other : List.of("\"other\" : \"x\"", "\"buildTag\" : \"x\"")) {
      Files.writeString(directory.index(), index.replaceFirst("\"buildTag\" : \"[^\"]+\"", other));

      assertThatThrownBy(directory::read)
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining("has no build tag for workflow 'hello'")
          .hasMessageContaining("mvn clean package");
    }
  }

  @Test
  void damagedOrNewerListIsRefused() throws IOException {
    directory.write(List.of(HELLO), CONTEXT, "gs://bucket");
    String index = Files.readString(directory.index());
    Files.writeString(
        directory.index(), index.replace("\"formatVersion\" : 1", "\"formatVersion\" : 2"));

    assertThatThrownBy(directory::read)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("has format 2");

    Files.writeString(directory.index(), index.substring(0, 20));

    assertThatThrownBy(directory::read)
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("cannot be read")
        .hasMessageContaining("mvn clean package");
  }
}
