// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.git.SourceRevision;
import io.bigflow.problem.BigflowException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AirflowNamesTest {

  @ParameterizedTest
  @CsvSource({
    "hello, say_hello, hello-say-hello",
    "Word_Count, COUNT, word-count-count",
    "a_, b_, a-b",
    "a, b--_c, a-b-c",
  })
  void podNameIsALabelOfKubernetes(String workflow, String job, String name) {
    assertThat(AirflowNames.podName(workflow, job)).isEqualTo(name);
  }

  @Test
  void longPodNameKeepsTheJob() {
    String workflow = "workflow-".repeat(7);

    assertThat(AirflowNames.podName(workflow, "job_1")).isEqualTo("job-1");
    assertThat(AirflowNames.podName(workflow, "j".repeat(53) + "_" + "k".repeat(9)))
        .isEqualTo("j".repeat(53));
  }

  @ParameterizedTest
  @CsvSource({"demo, demo", "a.b_c-D, a.b_c-D", "-a b/c., a-b-c", "'', ''"})
  void labelValueIsLegal(String text, String value) {
    assertThat(AirflowNames.labelValue(text)).isEqualTo(value);
    assertThat(AirflowNames.labelValue("x".repeat(62) + "-y")).isEqualTo("x".repeat(62));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "..", "a/b", "{{ x }}", "dev\n", "-dev", "dév", "a.b", "Dev"})
  void environmentMustBeUsableInPathsAndIds(String env) {
    assertThatThrownBy(() -> context(env, Specs.CONTEXT.image()))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + env + "' cannot be the name of an environment")
        .hasMessageContaining("bigflow.env")
        .hasMessageContaining("Use lower-case letters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"r.io/x:1.0", "r.io/x@sha256:abc", "{{ x }}@sha256:", "x y@sha256:"})
  void imageMustBePinned(String image) {
    String pinned = image.endsWith("sha256:") ? image + "0".repeat(64) : image;

    assertThatThrownBy(() -> context("dev", pinned))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is not pinned by its digest");
  }

  private static DagContext context(String env, String image) {
    return new DagContext(
        "com.example",
        "demo",
        "1.0.0",
        env,
        DagIdPattern.DEFAULT,
        image,
        SourceRevision.NONE,
        "0.1.0");
  }
}
