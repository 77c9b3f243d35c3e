// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real Jinja makes of these texts is seen by {@code .ci/dags/check-templates.py}. */
class JinjaTextTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = true,
      value = {
        "SELECT 1          | SELECT 1",
        "{ds}              | {ds}",
        "{{ ds }}          | {{ '{' }}{ ds }}",
        "{{{               | {{ '{' }}{{ '{' }}{",
        "{% raw %}         | {{ '{' }}% raw %}",
        "{# no #}          | {{ '{' }}# no #}",
        "daily.sql         | daily.sql{##}",
        "FROM `a.b`        | FROM `a.b`",
      })
  void aLiteralHoldsNothingThatJinjaReads(String text, String template) {
    assertThat(literal(text)).isEqualTo(template);
  }

  @Test
  void lineBreaksSurvive() {
    assertThat(literal("a\r\nb\n")).isEqualTo("a{{ '\\r' }}\nb\n{##}");
  }

  @Test
  void aBraceBeforeATemplateStaysABrace() {
    assertThat(
            JinjaText.of(
                List.of(new ArgumentSpec.LiteralPart("{"), new ArgumentSpec.JinjaPart("{{ ds }}"))))
        .isEqualTo("{{ '{' }}{{ ds }}");
  }

  @Test
  void resultsArePulledFromXcom() {
    assertThat(
            JinjaText.of(
                List.of(
                    new ArgumentSpec.LiteralPart("gs://"),
                    new ArgumentSpec.XcomPart("load", "return_value"),
                    new ArgumentSpec.XcomPart("load", "it's"))))
        .isEqualTo(
            "gs://{{ ti.xcom_pull(task_ids='load') }}"
                + "{{ ti.xcom_pull(task_ids='load', key='it\\'s') }}");
  }

  @Test
  void theRuntimeIsFormattedByAirflow() {
    assertThat(JinjaText.of(List.of(new ArgumentSpec.RuntimePart("%Y'\\"))))
        .isEqualTo(
            "{{ (dag_run.data_interval_start or dag_run.logical_date or dag_run.run_after)"
                + ".strftime('%Y\\'\\\\') }}");
    assertThat(JinjaText.of(List.of(new ArgumentSpec.RuntimePart("%Y\r\n%d"))))
        .endsWith(".strftime('%Y\\r\\n%d') }}");
  }

  private static String literal(String text) {
    return JinjaText.of(List.of(new ArgumentSpec.LiteralPart(text)));
  }

  /**
   * A text and the template that has to render to it.
   *
   * @param text what is to come out
   * @param template what Airflow renders
   */
  record Rendering(String text, String template) {}

  /** Two thousand texts of characters that mean something, to be rendered by a real Jinja. */
  record Corpus(List<Rendering> renderings) {}

  @Test
  @EnabledIfSystemProperty(named = "bigflow.templateCorpus", matches = ".+")
  void writesTextsForARealJinja() throws IOException {
    String[] pieces = {
      "{",
      "}",
      "%",
      "#",
      "{{",
      "}}",
      "{%",
      "%}",
      "{#",
      "#}",
      "'",
      "\"",
      "\\",
      "\n",
      "\r",
      " ",
      "-",
      "+",
      "a",
      "ds",
      ".sql",
      ".json",
      "{{ '{' }}",
      "{##}",
      "{% raw %}",
      "ż",
      "\ud83d\ude00"
    };
    Random random = new Random(7);
    List<Rendering> all = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      StringBuilder text = new StringBuilder();
      StringBuilder before = new StringBuilder();
      random
          .ints(random.nextInt(12), 0, pieces.length)
          .forEach(piece -> (random.nextInt(4) == 0 ? before : text).append(pieces[piece]));
      all.add(new Rendering(text.toString(), literal(text.toString())));
      all.add(
          new Rendering(
              before + "49" + text,
              JinjaText.of(
                  List.of(
                      new ArgumentSpec.LiteralPart(before.toString()),
                      new ArgumentSpec.JinjaPart("{{ 7 * 7 }}"),
                      new ArgumentSpec.LiteralPart(text.toString())))));
    }
    SpecJson.write(new Corpus(all), Path.of(System.getProperty("bigflow.templateCorpus")));
  }
}
