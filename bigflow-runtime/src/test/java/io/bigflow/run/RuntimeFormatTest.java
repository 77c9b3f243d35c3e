// SPDX-License-Identifier: Apache-2.0
package io.bigflow.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.workflow.ConfigurationException;
import java.time.ZoneOffset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuntimeFormatTest {

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T00:00:00+00:00, 2026-01-01T00:00Z",
    "2026-01-01T00:00:00.123456+00:00, 2026-01-01T00:00:00.123456Z",
    "2026-01-01T01:00:00+01:00, 2026-01-01T00:00Z",
    "2025-12-31T19:00:00-05:00, 2026-01-01T00:00Z",
    "2026-01-01T06:07:08Z, 2026-01-01T06:07:08Z",
    "2026-01-01T06:07, 2026-01-01T06:07Z",
    "2026-01-01 06:07:08, 2026-01-01T06:07:08Z",
    "2026-01-01 06:07:08+00:00, 2026-01-01T06:07:08Z",
    "' 2026-01-01 ', 2026-01-01T00:00Z",
    "2024-02-29, 2024-02-29T00:00Z",
  })
  void readsWhatAirflowAndPeopleWrite(String text, String expected) {
    assertThat(RuntimeFormat.parse(text)).hasToString(expected);
    assertThat(RuntimeFormat.parse(text).getZone()).isEqualTo(ZoneOffset.UTC);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "now",
        "2026",
        "2026-02-30",
        "2026-01-01T",
        "2026-01-0106:00",
        "2026-01-01T 06:00",
        "2026-01-01T25:00",
        "2026-01-01T06:00 Europe/Warsaw",
        "2026-01-01T06:00+00:00+0000",
        "None"
      })
  void refusesTheRest(String text) {
    assertThatThrownBy(() -> RuntimeFormat.parse(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'" + text + "' is not a runtime")
        .hasMessageContaining("2026-01-01T00:00:00+00:00");
  }
}
