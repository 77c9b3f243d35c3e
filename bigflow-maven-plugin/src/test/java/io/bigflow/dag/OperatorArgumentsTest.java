// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.ArgumentSpec;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OperatorArgumentsTest {

  @Test
  void whatAirflowNeverRendersIsNotEscaped() {
    ArgumentSpec address = new ArgumentSpec.Text("team@example.com");

    assertThat(literal("email", address)).isEqualTo("\"team@example.com\"");
    assertThat(literal("email", new ArgumentSpec.Items(List.of(address))))
        .isEqualTo("[\"team@example.com\"]");
    assertThat(literal("executor", new ArgumentSpec.Text("my.module.Executor")))
        .isEqualTo("\"my.module.Executor\"");
    assertThat(
            literal(
                "params", new ArgumentSpec.Entries(Map.of("a", new ArgumentSpec.Text("{{ x }}")))))
        .isEqualTo("{\"a\": \"{{ x }}\"}");
  }

  @Test
  void allElseIsRenderedToItself() {
    assertThat(literal("to", new ArgumentSpec.Text("team@example.com")))
        .isEqualTo("\"team@example.com{##}\"");
  }

  private static String literal(String name, ArgumentSpec value) {
    return OperatorArguments.argument(name, value).flat();
  }
}
