// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a\u001b[31mb\u001b[0m",
        "a\u001b[2J\u001b[1;1Hb",
        "a\u001b]0;title\u0007b",
        "a\u001b]8;;http://evil\u001b\\b",
        "a\u001bPq#0\u001b\\b",
        "a\u009b31mb",
        "a\u009d0;title\u009cb",
        "a\u001bcb",
        "a\u001b(0b",
        "a\u0000\u0007\b\rb",
        "a\u202eb\u2066",
        "a\u2028b"
      })
  void whatATerminalWouldObeyIsTakenOut(String line) {
    assertThat(LogText.safe(line)).isEqualTo("ab");
  }

  @Test
  void textStaysAsItIs() {
    String line = "\tzażółć 漢字 [31m {x} \\033[0m 100 %";
    assertThat(LogText.safe(line)).isEqualTo(line);
    assertThat(LogText.ofText("one\r\ntwo\n\nthree\n")).containsExactly("one", "two", "", "three");
  }

  @Test
  void eventsOfAirflow3BecomeLines() throws IOException {
    assertThat(
            LogText.ofEvents(
                new ObjectMapper()
                    .readTree(
                        """
                        [{"event": "::group::source"},
                         {"timestamp": "2026-01-31T00:00:00Z", "level": "info", "event": "a\\nb"},
                         {"timestamp": "2026-01-31T00:00:01Z", "level": "error", "event": "failed",
                          "error_detail": [{"exc_type": "E", "exc_value": "no\\nluck", "frames":
                            [{"filename": "x.py", "lineno": 7, "name": "run"}]}]},
                         "plain \\u001b[1mline"]
                        """)))
        .containsExactly(
            "::group::source",
            "2026-01-31T00:00:00Z INFO a",
            "2026-01-31T00:00:00Z INFO b",
            "2026-01-31T00:00:01Z ERROR failed",
            "Traceback (most recent call last):",
            "  File \"x.py\", line 7, in run",
            "E: no",
            "luck",
            "plain line");
  }
}
