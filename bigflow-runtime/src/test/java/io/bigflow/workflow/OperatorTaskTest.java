// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.describe.WorkflowCompiler;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import io.bigflow.testing.WorkflowTester;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorTaskTest {
  private static final String SENSOR =
      "airflow.providers.google.cloud.sensors.gcs.GCSObjectExistenceSensor";

  private final OperatorTask wait =
      Task.operator(
              "wait",
              Operator.of(SENSOR)
                  .with("bucket", "landing-zone")
                  .with("object", Template.join("trips/", Template.runtime("%Y-%m-%d"), ".json")))
          .retry(RetryPolicy.none())
          .documentation("Waits.");

  private final List<String> ran = new ArrayList<>();

  private final Workflow workflow =
      Workflow.builder("trips")
          .timeout(Duration.ofMinutes(5))
          .impersonateServiceAccount("jobs@p.iam.gserviceaccount.com")
          .sequence(
              Task.job("first", job -> ran.add("first")),
              wait,
              Task.job("last", job -> ran.add("last")))
          .build();

  @Test
  void theDescriptionSaysWhatAirflowNeeds() throws Exception {
    WorkflowSpec spec =
        new WorkflowCompiler()
            .compile("W", workflow, "dev", EnvironmentConfig.builder("dev").build());

    TaskSpec.Operator task = (TaskSpec.Operator) spec.tasks().get(1);
    assertThat(task)
        .isEqualTo(
            new TaskSpec.Operator(
                "wait",
                TaskSpec.Settings.of(
                    List.of("first"),
                    "Waits.",
                    new WorkflowSpec.Retry(0, RetryPolicy.none().pause()),
                    Duration.ofMinutes(5),
                    List.of("jobs@p.iam.gserviceaccount.com")),
                false,
                SENSOR,
                Map.of(
                    "bucket",
                    new ArgumentSpec.Text("landing-zone"),
                    "object",
                    new ArgumentSpec.Template(
                        List.of(
                            new ArgumentSpec.LiteralPart("trips/"),
                            new ArgumentSpec.RuntimePart("%Y-%m-%d"),
                            new ArgumentSpec.LiteralPart(".json"))))));
    assertThat(spec.jobs()).extracting(TaskSpec::id).containsExactly("first", "last");
    assertThat(SpecJson.read(SpecJson.write(spec), WorkflowSpec.class, "test")).isEqualTo(spec);
  }

  @Test
  void resultsOfOtherTasksAreNamed() {
    assertThat(Template.join("gs://", Template.xcom("first"), Template.xcom("first", "k")).parts())
        .containsExactly(
            new Template.LiteralPart("gs://"),
            new Template.XcomPart("first", "return_value"),
            new Template.XcomPart("first", "k"));
  }

  @Test
  void itsOwnAccountsWin() {
    OperatorTask task = wait.impersonateServiceAccount("own@p.iam.gserviceaccount.com");

    assertThat(
            Impersonation.of(task, workflow, EnvironmentConfig.builder("dev").build())
                .map(Impersonation::target))
        .contains("own@p.iam.gserviceaccount.com");
    assertThat(
            Impersonation.of(
                wait.impersonateServiceAccount(),
                workflow,
                EnvironmentConfig.builder("dev").build()))
        .isEmpty();
  }

  @Test
  void aTestPassesItOverUnlessItIsReplaced() {
    WorkflowTester tester = WorkflowTester.of(context -> workflow);

    assertThat(tester.run().order()).containsExactly("first", "last");
    assertThat(tester.replace("wait", job -> ran.add("double")).run().order())
        .containsExactly("first", "wait", "last");
    assertThat(ran).containsExactly("first", "last", "first", "double", "last");
  }

  @Test
  void aTestThatAsksForItIsTold() {
    WorkflowTester tester = WorkflowTester.of(context -> workflow);

    assertThatThrownBy(() -> tester.runJobs("wait"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Task 'wait' is an operator of Airflow, without Java code to run. Replace it:"
                + " replace(\"wait\", job -> {}).");
  }
}
