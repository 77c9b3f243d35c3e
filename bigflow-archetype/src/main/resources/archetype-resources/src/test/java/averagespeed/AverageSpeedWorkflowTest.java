package ${package}.averagespeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.testing.JobFailedException;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.Job;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AverageSpeedWorkflowTest {
  private final List<String> done = new ArrayList<>();
  private final WorkflowTester workflow =
      WorkflowTester.of(new AverageSpeedWorkflow())
          .config("gcp.project", "some-project")
          .conf(Map.of("raw_path", "raw/2026-03-01", "transformed_path", "transformed"));

  AverageSpeedWorkflowTest() {
    List.of(
            "create_table",
            "create_cluster",
            "add_speeds",
            "delete_cluster",
            "load",
            "delete_transformed",
            "keep_processed",
            "keep_failed")
        .forEach(task -> workflow.replace(task, run -> done.add(task)));
  }

  private void fail(String task) {
    Job failing =
        run -> {
          throw new IllegalStateException(task);
        };
    workflow.replace(task, failing);
    assertThatThrownBy(workflow::run).isInstanceOf(JobFailedException.class);
  }

  @Test
  void processesWhatItCan() {
    workflow.run();

    assertThat(done)
        .containsExactly(
            "create_table",
            "create_cluster",
            "add_speeds",
            "delete_cluster",
            "load",
            "delete_transformed",
            "keep_processed");
  }

  @Test
  void keepsTheRawFilesAndDeletesTheClusterWhenSparkFails() {
    fail("add_speeds");

    assertThat(done)
        .containsExactly("create_table", "create_cluster", "delete_cluster", "keep_failed");
  }

  @Test
  void keepsTheRawFilesWhenTheLoadFails() {
    fail("load");

    assertThat(done).contains("delete_cluster", "keep_failed").doesNotContain("keep_processed");
  }
}
