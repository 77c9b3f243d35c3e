// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.definition.DeclaredParameters;
import io.bigflow.spec.ConfCheck;
import io.bigflow.spec.ParameterSpec;
import io.bigflow.testing.WorkflowTester;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParameterTest {
  private static final Parameter<String> PATH = Parameter.text("raw_path");
  private static final Parameter<Long> LIMIT = Parameter.integer("limit").defaultsTo(10L);
  private static final Parameter<BigDecimal> SHARE =
      Parameter.decimal("share").oneOf(new BigDecimal("0.5"), BigDecimal.ONE);
  private static final Parameter<Boolean> ALL = Parameter.flag("all").defaultsTo(false);
  private static final Parameter<LocalDate> DAY = Parameter.date("day");

  private static <T> T read(Parameter<T> parameter, String key, @Nullable Object value) {
    Map<String, @Nullable Object> conf = new HashMap<>();
    conf.put(key, value);
    return parameter.in(conf, "w");
  }

  @Test
  void valuesHaveTheTypeThatTheParameterSays() {
    assertThat(read(PATH, "raw_path", "gs://x")).isEqualTo("gs://x");
    assertThat(read(LIMIT, "limit", 7)).isEqualTo(7L);
    assertThat(read(LIMIT, "limit", 7.0)).isEqualTo(7L);
    assertThat(read(LIMIT, "limit", Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
    assertThat(read(SHARE, "share", 0.50)).isEqualByComparingTo("0.5");
    assertThat(read(ALL, "all", true)).isTrue();
    assertThat(read(DAY, "day", "2026-01-31")).isEqualTo(LocalDate.of(2026, 1, 31));
  }

  @Test
  void theDefaultHoldsWhenNothingIsGiven() {
    assertThat(read(LIMIT, "other", 1)).isEqualTo(10L);
    assertThat(read(ALL, "other", 1)).isFalse();
    assertThatThrownBy(() -> read(PATH, "other", 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Parameter 'raw_path' of workflow 'w' is missing, but must be a text. Trigger the run"
                + " with it: {\"raw_path\": \"…\"}");
  }

  @Test
  void whatIsNoValueOfTheTypeIsRefused() {
    refused(PATH, "raw_path", 1, "is '1', but must be a text");
    refused(PATH, "raw_path", null, "is null, but must be a text");
    refused(LIMIT, "limit", "s3cret", "is a text, but must be a whole number");
    refused(LIMIT, "limit", 7.5, "is '7.5', but must be a whole number");
    refused(LIMIT, "limit", 1e30, "but must be a whole number");
    refused(SHARE, "share", Double.NaN, "is 'NaN', but must be a number");
    refused(SHARE, "share", 0.7, "is '0.7', but must be a number, one of: '0.5', '1'");
    refused(ALL, "all", "true", "is a text, but must be true or false");
    refused(DAY, "day", "2026-02-30", "is '2026-02-30', but must be a date like 2026-01-31");
    refused(DAY, "day", "+12026-01-01", "but must be a date");
    refused(DAY, "day", List.of(), "is a list, but");
    refused(DAY, "day", Map.of(), "is an object, but");
  }

  private static void refused(
      Parameter<?> parameter, String key, @Nullable Object value, String message) {
    assertThatThrownBy(() -> read(parameter, key, value))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message)
        .hasMessageNotContaining("s3cret");
  }

  /** The check before the job and the reading in the job are of one mind. */
  @Test
  void theCheckOfTheSpecRefusesExactlyWhatTheJobCannotRead() {
    List<@Nullable Object> values =
        Arrays.asList(
            "x",
            "",
            1,
            1L,
            0.5,
            1.0,
            1e30,
            true,
            false,
            null,
            "2026-01-31",
            "0000-01-01",
            "1",
            List.of(),
            Map.of(),
            Long.MAX_VALUE);
    for (Parameter<?> parameter : List.of(PATH, LIMIT, SHARE, ALL, DAY)) {
      Workflow workflow = Workflow.builder("w").parameters(parameter).build();
      List<ParameterSpec> specs = DeclaredParameters.of(workflow);
      for (Object value : values) {
        Map<String, @Nullable Object> conf = Collections.singletonMap(parameter.name(), value);
        boolean reads;
        try {
          parameter.in(conf, "w");
          reads = true;
        } catch (ConfigurationException e) {
          reads = false;
        }
        // The year 0, which Python does not have, is for the check alone.
        if (!"0000-01-01".equals(value)) {
          assertThat(ConfCheck.problems(specs, conf).isEmpty())
              .as("%s of %s", value, parameter)
              .isEqualTo(reads);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"limitt,Did you mean 'limit'?", "something,It has: 'limit'"})
  void whatIsNoParameterIsNamed(String key, String fix) {
    List<ParameterSpec> specs =
        DeclaredParameters.of(Workflow.builder("w").parameters(LIMIT).build());
    assertThat(ConfCheck.problems(specs, Map.of(key, 1)))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.what()).isEqualTo("The workflow has no parameter '" + key + "'");
              assertThat(finding.fix()).isEqualTo(fix);
            });
    assertThat(ConfCheck.problems(List.of(), Map.of(key, 1))).isEmpty();
  }

  // What docs/triggers.md shows.
  public static final class AverageSpeedWorkflow implements WorkflowDefinition {
    static final Parameter<String> RAW_PATH =
        Parameter.text("raw_path").description("Where the raw trips lie, gs://…");
    static final Parameter<Long> LIMIT = Parameter.integer("limit").defaultsTo(10L);

    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("average_speed")
          .schedule(Schedule.manual())
          .parameters(RAW_PATH, LIMIT)
          .task(
              Task.job(
                  "count",
                  run ->
                      System.out.println(
                          "At most " + run.parameter(LIMIT) + " of " + run.parameter(RAW_PATH))))
          .build();
    }
  }

  @Test
  void theDocumentedWorkflowIsTheOneAboveAndRuns() throws IOException {
    String page = Files.readString(Path.of("../docs/triggers.md"));
    int start = page.indexOf("```java\n") + "```java\n".length();
    String snippet = page.substring(start, page.indexOf("```", start));
    String source =
        Files.readString(Path.of("src/test/java/io/bigflow/workflow/ParameterTest.java"));
    assertThat(source.replaceAll("\\s+|static(?= final class)", ""))
        .contains(snippet.replaceAll("\\s+", ""));

    WorkflowTester tester = WorkflowTester.of(new AverageSpeedWorkflow());
    assertThatThrownBy(tester::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Parameter 'raw_path' of workflow 'average_speed' is missing");
    assertThat(tester.conf(Map.of("raw_path", "gs://raw/trips")).run().order())
        .containsExactly("count");
  }
}
