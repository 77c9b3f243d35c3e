// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DagIdPatternTest {

  @ParameterizedTest
  @CsvSource({
    "{workflow}__{env},          hello__dev, true",
    "{workflow},                 hello,      false",
    "team.{env}-{workflow},      team.dev-hello, true",
    "{workflow}_{workflow},      hello_hello, false",
  })
  void idFollowsFromThePattern(String pattern, String id, boolean perEnvironment) {
    DagIdPattern dagIds = new DagIdPattern(pattern);

    assertThat(dagIds.dagId("hello", "dev")).isEqualTo(id);
    assertThat(dagIds.isPerEnvironment()).isEqualTo(perEnvironment);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{env}", "hello"})
  void everyWorkflowNeedsItsOwnId(String pattern) {
    assertThatThrownBy(() -> new DagIdPattern(pattern))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("lacks {workflow}")
        .hasMessageContaining("bigflow.dagIdPattern");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{workflow}/{env}",
        "{workflow}__{version}",
        "{workflow} {env}",
        "ą{workflow}",
        "{workflow}\n",
        "{{workflow}}"
      })
  void onlyLegalPartsAreAccepted(String pattern) {
    assertThatThrownBy(() -> new DagIdPattern(pattern))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("illegal part at '");
  }
}
