package ${package}.portevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.Task;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortEventsWorkflowTest {

  @Test
  void startsThePipelineWhenTheTablesAreThere() {
    assertThat(WorkflowTester.of(new PortEventsWorkflow()).env("dev").workflow().tasks())
        .extracting(Task::id, Task::upstream)
        .containsExactly(
            tuple("create_tables", List.of()), tuple("route_events", List.of("create_tables")));
  }
}
