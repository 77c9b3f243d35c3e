// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MavenProgressTest {

  @ParameterizedTest
  @CsvSource({
    "true,  true,  1, true,  xterm-256color,     , true",
    "true,  true,  1, true,                ,     , true",
    "true,  true,  1, true,  xterm         , ''  , true",
    "true,  true,  1, true,  xterm         , false, true",
    "false, true,  1, true,  xterm         ,     , false",
    "true,  false, 1, true,  xterm         ,     , false",
    "true,  true,  2, true,  xterm         ,     , false",
    "true,  true,  1, false, xterm         ,     , false",
    "true,  true,  1, true,  dumb          ,     , false",
    "true,  true,  1, true,  xterm         , true, false",
    "true,  true,  1, true,  xterm         , 1   , false",
  })
  void onlySomebodyWhoWatchesHasAStatusLine(
      boolean terminal,
      boolean interactive,
      int threads,
      boolean info,
      String term,
      String ci,
      boolean expected) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TERM", term);
    environment.put("CI", ci);

    assertThat(MavenProgress.hasStatusLine(terminal, interactive, threads, info, environment::get))
        .isEqualTo(expected);
  }
}
