// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.workflow.ConfigurationException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvironmentNameTest {

  static Stream<String> legal() {
    return Stream.of("local", "dev", "1", "eu-west_1", "x".repeat(63));
  }

  static Stream<String> illegal() {
    return Stream.of(
        "", " ", "Dev", "-dev", "_dev", "dev\n", "a.b", "a/b", "..", "dév", "x".repeat(64));
  }

  @ParameterizedTest
  @MethodSource("legal")
  void legalNamesAreTakenByTheBuildAndTheJobs(String name) {
    assertThat(EnvironmentName.isLegal(name)).isTrue();
    assertThatCode(() -> EnvironmentConfig.requireName(name)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @MethodSource("illegal")
  void illegalNamesAreRefusedWithTheRule(String name) {
    assertThat(EnvironmentName.isLegal(name)).isFalse();
    assertThatThrownBy(() -> EnvironmentConfig.requireName(name))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'" + name + "'")
        .hasMessageContaining(EnvironmentName.RULE);
  }
}
