package ${package}.hello;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.testing.WorkflowTester;
import org.junit.jupiter.api.Test;

class HelloWorkflowTest {

  @Test
  void saysHelloBeforeGoodbye() {
    assertThat(WorkflowTester.of(new HelloWorkflow()).run().order())
        .containsExactly("say_hello", "say_goodbye");
  }
}
