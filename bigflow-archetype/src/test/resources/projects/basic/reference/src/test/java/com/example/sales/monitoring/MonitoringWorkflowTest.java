package com.example.sales.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobTask;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitoringWorkflowTest {
  private final WorkflowTester monitoring =
      WorkflowTester.of(new MonitoringWorkflow())
          .config("gcp.project", "some-project")
          .config("internationalports.dataset", "some_dataset");

  @Test
  void looksAtEachTableOfTheConfiguredDatasetByItself() {
    assertThat(monitoring.workflow().tasks())
        .extracting(JobTask.class::cast)
        .extracting(JobTask::id, task -> task.job().toString(), JobTask::upstream)
        .containsExactly(
            tuple(
                "ports_are_fresh",
                "find fresh rows of ports in some-project.some_dataset",
                List.of()),
            tuple(
                "polish_ports_are_fresh",
                "find fresh rows of polish_ports in some-project.some_dataset",
                List.of()));
  }

  @Test
  void devMayBeLaterThanProd() {
    assertThat(monitoring.env("prod").workflow().description())
        .hasValue("Fails if the newest ports are older than 50 hours");
    assertThat(monitoring.env("dev").workflow().description())
        .hasValue("Fails if the newest ports are older than 168 hours");
  }

  @Test
  void refusesAnAgeThatIsNoDuration() {
    monitoring.config("monitoring.maxAge", "2 days");

    assertThatThrownBy(monitoring::workflow)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("monitoring.maxAge");
  }
}
