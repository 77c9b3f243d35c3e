// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.Problem;
import io.bigflow.provider.ProviderCatalog;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ParameterSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ParameterCheckTest {
  private static final ProviderCheck NOTHING =
      new ProviderCheck(ProviderCatalog.bundled(), List.of());

  private static final ScheduleSpec MANUAL = new ScheduleSpec.Manual();

  @Test
  void whatAirflowCanHoldIsAccepted() {
    assertThat(
            problems(
                MANUAL,
                "raw_path",
                text("raw_path", null),
                parameter("limit", ParameterSpec.Type.INTEGER, "10", "5", "10"),
                parameter("day", ParameterSpec.Type.DATE, "2026-01-31")))
        .isEmpty();
  }

  @Test
  void namesAreLegalAndDeclaredOnce() {
    assertThat(
            problems(MANUAL, "raw_path", text("raw_path", null), text("raw_path", null)).toString())
        .contains("Parameter 'raw_path' is declared more than once");
    assertThat(problems(MANUAL, "1st", text("1st", null)))
        .containsExactly(
            "'1st' cannot be the name of a parameter. Use ASCII letters, digits and '_', starting"
                + " with a letter, at most 100 characters");
  }

  @Test
  void aScheduledRunNeedsDefaults() {
    ScheduleSpec daily = new ScheduleSpec.Cron("0 0 * * *", "UTC");

    assertThat(problems(daily, "raw_path", text("raw_path", null)))
        .containsExactly(
            "Parameter 'raw_path' has no default, but the workflow has a schedule, whose runs nobody"
                + " gives it. Write defaultsTo(…), or schedule(Schedule.manual())");
    assertThat(problems(daily, "raw_path", text("raw_path", "raw"))).isEmpty();
  }

  @Test
  void aDefaultIsOfItsTypeAndAllowed() {
    assertThat(
            problems(
                MANUAL,
                "day",
                parameter("day", ParameterSpec.Type.DATE, "2026-02-30"),
                parameter("mode", ParameterSpec.Type.TEXT, "fast", "slow", "safe"),
                parameter("level", ParameterSpec.Type.INTEGER, "1", "1", "1")))
        .satisfiesExactly(
            day ->
                assertThat(day)
                    .startsWith("The default '2026-02-30' of parameter 'day' is not a date"),
            mode ->
                assertThat(mode)
                    .isEqualTo(
                        "The default 'fast' of parameter 'mode' is not one of its allowed values."
                            + " Add it to oneOf(…), or choose one of: 'slow', 'safe'"),
            level -> assertThat(level).startsWith("Parameter 'level' has an allowed value twice"));
  }

  @Test
  void whatATemplateReadsIsDeclared() {
    assertThat(problems(MANUAL, "raw_pth", text("raw_path", null)))
        .containsExactly(
            "The argument 'object' reads parameter 'raw_pth', which the workflow does not declare."
                + " Did you mean 'raw_path'?");
  }

  private static ParameterSpec text(String name, @Nullable String defaultValue) {
    return parameter(name, ParameterSpec.Type.TEXT, defaultValue);
  }

  private static ParameterSpec parameter(
      String name, ParameterSpec.Type type, @Nullable String defaultValue, String... allowed) {
    return new ParameterSpec(name, type, defaultValue, null, List.of(allowed));
  }

  /** Of a workflow whose operator reads one parameter. */
  private static List<String> problems(
      ScheduleSpec schedule, String read, ParameterSpec... parameters) {
    TaskSpec task =
        new TaskSpec.Operator(
            "wait",
            TaskSpec.Settings.of(
                List.of(),
                null,
                new WorkflowSpec.Retry(0, Duration.ZERO),
                Duration.ofHours(1),
                null),
            false,
            "airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor",
            Map.of(
                "object",
                new ArgumentSpec.Template(List.of(new ArgumentSpec.ParameterPart(read)))));
    WorkflowSpec workflow =
        new WorkflowSpec(
            "w",
            "com.example.W",
            null,
            null,
            null,
            schedule,
            ZonedDateTime.parse("2024-01-01T00:00:00Z"),
            false,
            false,
            false,
            1,
            List.of(),
            List.of(task),
            List.of(parameters),
            null);
    return SpecValidator.validate(List.of(workflow), DagIdPattern.DEFAULT, "dev", NOTHING)
        .problems()
        .stream()
        .map((Problem problem) -> problem.what() + ". " + problem.fix())
        .toList();
  }
}
