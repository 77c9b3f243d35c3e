// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.dag.DagIdPattern;
import io.bigflow.problem.Problem;
import io.bigflow.provider.ProviderCatalog;
import io.bigflow.provider.ProviderCheck;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OperatorCheckTest {
  private static final ProviderCheck NOTHING =
      new ProviderCheck(ProviderCatalog.bundled(), List.of());

  private static final String CLASS =
      "airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator";

  @Test
  void aSoundOperatorIsAccepted() {
    assertThat(
            problems(
                CLASS,
                Map.of(
                    "configuration",
                    new ArgumentSpec.Entries(
                        Map.of("query", new ArgumentSpec.Text("SELECT '{x}'"))))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{{ ds }}", "a {% raw", "{# x #}", "{{{"})
  void whatLooksLikeATemplateSaysWhatItIs(String text) {
    assertThat(problems(CLASS, Map.of("x", new ArgumentSpec.Text(text))))
        .extracting(problem -> problem.what() + ". " + problem.fix())
        .containsExactly(
            "The argument 'x' of an operator looks like a template of Airflow. Write"
                + " Template.jinja(…) if it is one, or Template.text(…) if the operator renders"
                + " this argument but is to get the text as it is");
    assertThat(
            problems(
                CLASS,
                Map.of(
                    "x", new ArgumentSpec.Template(List.of(new ArgumentSpec.LiteralPart(text))))))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BigQueryInsertJobOperator",
        "airflow.",
        ".A",
        "a..B",
        "a.B; import os",
        "a.class.B",
        "a.B\n",
        "a.3d",
        "ä.B",
        ""
      })
  void aClassIsNamedWithItsModule(String className) {
    assertThat(problems(className, Map.of()))
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.what())
                    .isEqualTo(
                        "'" + className + "' is not the name of a Python class with its module"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a=1, b", "lambda", "1a", "", "ä"})
  void anArgumentIsAKeyword(String name) {
    assertThat(problems(CLASS, Map.of(name, new ArgumentSpec.None())))
        .extracting(Problem::what)
        .containsExactly("'" + name + "' cannot be the keyword of an operator's argument");
  }

  @ParameterizedTest
  @CsvSource({
    "retries,           Say it by retry(…)",
    "execution_timeout, Say it by timeout(…)",
    "doc_md,            Say it by documentation(…)"
  })
  void whatBigFlowSaysIsNotSaidTwice(String name, String fix) {
    assertThat(problems(CLASS, Map.of(name, new ArgumentSpec.Whole(1))))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.what())
                  .isEqualTo("The argument '" + name + "' of an operator is set by BigFlow");
              assertThat(problem.fix()).isEqualTo(fix);
            });
  }

  @Test
  void valuesAreCheckedWhereverTheyAre() {
    ArgumentSpec nul = new ArgumentSpec.Text("a\0b");
    assertThat(
            problems(
                CLASS,
                Map.of(
                    "x",
                    new ArgumentSpec.Entries(
                        Map.of(
                            "y", new ArgumentSpec.Items(List.of(new ArgumentSpec.None(), nul)))))))
        .extracting(Problem::what)
        .containsExactly(
            "The argument 'x.y[1]' of an operator holds a character that Airflow's database cannot"
                + " store: NUL, or half of a pair of surrogates");
    assertThat(
            problems(
                CLASS,
                Map.of(
                    "x",
                    new ArgumentSpec.Template(List.of(new ArgumentSpec.JinjaPart("{{ \0 }}"))))))
        .hasSize(1);
    assertThat(problems(CLASS, Map.of("x", new ArgumentSpec.Span(Duration.ofDays(1_000_000_000L)))))
        .hasSize(1);
    assertThat(
            problems(
                CLASS,
                Map.of("x", new ArgumentSpec.Time(ZonedDateTime.parse("+12000-01-01T00:00:00Z")))))
        .hasSize(1);
  }

  @Test
  void aResultComesFromATaskThatCameBefore() {
    TaskSpec far = task("far", List.of(), CLASS, Map.of());
    TaskSpec near = task("near", List.of("far"), CLASS, Map.of());
    TaskSpec beside = task("beside", List.of(), CLASS, Map.of());
    TaskSpec reader =
        task(
            "reader",
            List.of("near"),
            CLASS,
            Map.of(
                "x",
                new ArgumentSpec.Items(
                    List.of(reading("far"), reading("beside"), reading("nobody")))));

    assertThat(problems(far, near, beside, reader))
        .extracting(problem -> problem.what() + ". " + problem.fix())
        .containsExactly(
            "The argument 'x[1]' reads the result of task 'beside', which does not come before."
                + " Add after(\"beside\")",
            "The argument 'x[2]' reads the result of task 'nobody', which is not in the workflow."
                + " Read that of one of 'far', 'near', 'beside', 'reader'");
  }

  @Test
  void aDagIdIsThatOfAWorkflowOfTheProject() {
    assertThat(problems(task("waits", List.of(), CLASS, Map.of("x", dagId("w"))))).isEmpty();
    assertThat(
            problems(
                task("waits", List.of(), CLASS, Map.of("x", dagId("ww"))),
                task("waits_too", List.of(), CLASS, Map.of("x", dagId("elsewhere")))))
        .extracting(problem -> problem.what() + ". " + problem.fix())
        .containsExactly(
            "The argument 'x' names the workflow 'ww', which this project does not have. Did you"
                + " mean 'w'?",
            "The argument 'x' names the workflow 'elsewhere', which this project does not have. Name"
                + " one of 'w'; of a DAG of another project, write the id itself");
  }

  private static ArgumentSpec dagId(String workflow) {
    return new ArgumentSpec.Template(List.of(new ArgumentSpec.DagIdPart(workflow)));
  }

  private static ArgumentSpec reading(String task) {
    return new ArgumentSpec.Template(List.of(new ArgumentSpec.XcomPart(task, "return_value")));
  }

  private static List<Problem> problems(String className, Map<String, ArgumentSpec> arguments) {
    return problems(task("task", List.of(), className, arguments));
  }

  private static TaskSpec task(
      String id, List<String> upstream, String className, Map<String, ArgumentSpec> arguments) {
    return new TaskSpec.Operator(
        id,
        TaskSpec.Settings.of(
            upstream,
            null,
            new WorkflowSpec.Retry(3, Duration.ofMinutes(1)),
            Duration.ofHours(3),
            null),
        true,
        className,
        arguments);
  }

  private static List<Problem> problems(TaskSpec... tasks) {
    WorkflowSpec workflow =
        new WorkflowSpec(
            "w",
            "com.example.W",
            null,
            null,
            null,
            new ScheduleSpec.Manual(),
            ZonedDateTime.parse("2024-01-01T00:00:00Z"),
            false,
            false,
            false,
            1,
            List.of(),
            List.of(tasks));
    return SpecValidator.validate(List.of(workflow), DagIdPattern.DEFAULT, "dev", NOTHING)
        .problems();
  }
}
