// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.problem.BigflowException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DagFilesTest {

  private static final byte[] TEXT = Samples.bytes("text");

  @Test
  void holdsWhatWasBuiltAndNothingElse() {
    DagFiles files =
        DagFiles.of(
            Samples.built("dev", List.of(dag(Samples.FOLDER + "a.py"))),
            Samples.inMap(
                Map.of(Samples.FOLDER + "a.py", TEXT, Samples.FOLDER + "stray.py", TEXT)));

    assertThat(files.content(Samples.FOLDER + "a.py")).isEqualTo(TEXT);
    assertThatThrownBy(() -> files.content(Samples.FOLDER + "stray.py"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void refusesFilesThatWereChangedByHand() {
    assertThatThrownBy(
            () ->
                DagFiles.of(
                    Samples.built("dev", List.of(dag(Samples.FOLDER + "a.py"))),
                    Samples.inMap(Map.of(Samples.FOLDER + "a.py", Samples.bytes("text ")))))
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            The DAG file 'dags/com.example.demo/dev/a.py' was changed after it was built.
              where: target/bigflow/dags/com.example.demo/dev/a.py
              fix:   Change the workflow 'a' instead of the generated file, then run: mvn package.
              more:  docs/troubleshooting.md#outputs-changed""");
  }

  @Test
  void tellsEveryProblemAtOnce() {
    assertThatThrownBy(
            () ->
                DagFiles.of(
                    Samples.built(
                        "dev",
                        List.of(
                            dag(Samples.FOLDER + "a.py"),
                            dag(Samples.FOLDER + "b.py"),
                            dag(Samples.FOLDER + "b.py"))),
                    Samples.inMap(Map.of(Samples.FOLDER + "b.py", TEXT))))
        .hasMessage(
            """
            Cannot deploy what lies in target/bigflow

            1. The DAG file 'dags/com.example.demo/dev/a.py' that was built is missing.
                 where: target/bigflow
                 fix:   Build again with: mvn clean package.
                 more:  docs/troubleshooting.md#outputs-changed

            2. 'dags/com.example.demo/dev/b.py' in dags.json is no DAG file of this project in \
            'dags/com.example.demo/dev/'.
                 where: target/bigflow
                 fix:   Build again with: mvn clean package.
                 more:  docs/troubleshooting.md#outputs-changed""");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dags/airflow_monitoring.py",
        "dags/com.example.demo/prod/a.py",
        "dags/com.example.demo/dev/../prod/a.py",
        "dags/com.example.demo/dev/.py/../../x.py",
        "dags/com.example.demo/dev//a.py",
        "dags/com.example.demo/dev/a.txt",
        "dags/com.example.demo/dev/a b.py",
        "dags/com.example.demo/dev/...py/..",
        "plugins/a.py",
        "",
      })
  void refusesPathsOutsideItsFolder(String path) {
    assertThatThrownBy(
            () ->
                DagFiles.of(
                    Samples.built("dev", List.of(dag(path))), Samples.inMap(Map.of(path, TEXT))))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + path + "' in dags.json is no DAG file of this project");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", ".", "../..", "a/b", "a b", "\n"})
  void refusesEnvironmentsThatWouldMoveTheFolder(String env) {
    assertThatThrownBy(() -> DagFiles.of(Samples.built(env, List.of()), Samples.inMap(Map.of())))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("cannot be the folder of a project and its environment");
  }

  @Test
  void refusesAnImageThatIsNotPinned() {
    BuiltDags built =
        new BuiltDags(
            1, "g", "a", "1", "dev", "", false, "registry.example.com/x:1", "", List.of());

    assertThatThrownBy(() -> DagFiles.of(built, Samples.inMap(Map.of())))
        .hasMessageStartingWith(
            "'registry.example.com/x:1' in dags.json is not an image pinned by its digest.");
  }

  private static BuiltDags.Dag dag(String path) {
    String workflow = path.substring(path.lastIndexOf('/') + 1).replace(".py", "");
    return new BuiltDags.Dag(
        path, workflow + "__dev", workflow, ContentHash.sha256(TEXT), "bigflow-build:0123456789ab");
  }
}
