package ${package}.internationalports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bigflow.bigquery.BigQueryStatement;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.JobTask;
import io.bigflow.workflow.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

class InternationalPortsWorkflowTest {
  private final WorkflowTester ports =
      WorkflowTester.of(new InternationalPortsWorkflow())
          .config("gcp.project", "some-project")
          .config("internationalports.dataset", "some_dataset");

  @Test
  void fillsTablesOnlyAfterBothExist() {
    assertThat(ports.workflow().tasks())
        .extracting(Task::id, Task::upstream)
        .containsExactly(
            tuple("create_ports_table", List.of()),
            tuple("create_polish_ports_table", List.of()),
            tuple(
                "populate_ports_table", List.of("create_ports_table", "create_polish_ports_table")),
            tuple("select_polish_ports", List.of("populate_ports_table")));
  }

  @Test
  void selectsFromTheConfiguredDataset() {
    assertThat(sql("select_polish_ports"))
        .contains("FROM `some-project.some_dataset.ports`")
        .contains("WHERE country = 'POL'");
  }

  @Test
  void fillsTheColumnsThatItCreates() {
    List<String> columns =
        List.of("port_name", "port_latitude", "port_longitude", "country", "index_number", "as_of");

    assertThat(sql("create_ports_table")).contains(columns);
    assertThat(sql("populate_ports_table")).contains(columns);
  }

  private String sql(String jobId) {
    return ports.workflow().tasks().stream()
        .filter(task -> task.id().equals(jobId))
        .map(task -> (BigQueryStatement) ((JobTask) task).job())
        .findFirst()
        .orElseThrow()
        .sql();
  }
}
