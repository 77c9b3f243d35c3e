// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PythonImportsTest {

  @Test
  void statementsAreSortedAndMerged() {
    PythonImports imports =
        PythonImports.of(List.of("b.c.Two", "a.Zed", "b.c.One", "B.d.Three"), Set.of());

    assertThat(imports.statements().stream().map(PythonText::text))
        .containsExactly("from a import Zed", "from b.c import One, Two", "from B.d import Three");
  }

  @Test
  void namesAreUnique() {
    PythonImports imports = PythonImports.of(List.of("b.Same", "a.Same", "a.DAG"), Set.of("DAG"));

    assertThat(imports.name("b.Same")).isEqualTo("Same");
    assertThat(imports.name("a.Same")).isEqualTo("Same_2");
    assertThat(imports.names()).containsExactly("DAG_2", "Same", "Same_2");
    assertThat(imports.statements().stream().map(PythonText::text))
        .containsExactly("from a import DAG as DAG_2, Same as Same_2", "from b import Same");
  }

  @Test
  void longStatementsAreBroken() {
    String one = "A" + "x".repeat(50);
    String two = "B" + "x".repeat(50);

    assertThat(
            PythonImports.of(List.of("m." + two, "m." + one), Set.of()).statements().get(0).text())
        .isEqualTo("from m import (\n    " + one + ",\n    " + two + ",\n)");
  }
}
