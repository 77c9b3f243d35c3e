// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonNamesTest {
  private static final Set<String> OPERATORS = Set.of("KubernetesPodOperator");

  @ParameterizedTest
  @CsvSource({
    "load,       load",
    "load-ports, load_ports",
    "filter,     filter",
    "match,      match",
    "import,     import_task",
    "None,       None_task",
    "ENV,        ENV_task",
    "IMAGE,      IMAGE_task",
    "RUN_ID,     RUN_ID_task",
    "l,          l_task",
    "3d,         task_3d",
    "a.b c,      a_b_c",
  })
  void variableIsLegalAndCloseToTheId(String id, String variable) {
    assertThat(PythonNames.of(List.of(id), List.of(), Set.of()).variable(id)).isEqualTo(variable);
  }

  @Test
  void variablesAreUnique() {
    List<String> ids = List.of("a-b", "a_b", "a_b_2", "import", "import_task", "import-task");

    PythonNames names = PythonNames.of(ids, List.of(), OPERATORS);

    assertThat(ids.stream().map(names::variable))
        .containsExactly("a_b", "a_b_3", "a_b_2", "import_task", "import_task_2", "import_task_3");
  }

  @Test
  void longIdsAreCutAndStayUnique() {
    List<String> ids = List.of("x".repeat(63), "x".repeat(62), "x".repeat(61), "x".repeat(59));

    PythonNames names = PythonNames.of(ids, List.of(), OPERATORS);

    assertThat(ids.stream().map(names::variable))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.length() <= 59);
  }

  @Test
  void operatorsAreNotHidden() {
    PythonNames names = PythonNames.of(List.of("Sensor", "other"), List.of(), Set.of("Sensor"));

    assertThat(names.variable("Sensor")).isEqualTo("Sensor_task");
    assertThat(names.variable("other")).isEqualTo("other");
  }

  @Test
  void besideALongOperatorVariablesStayRecognizable() {
    String id = "abcdefghijklmnopqrstuvwxyz";

    assertThat(PythonNames.of(List.of(id), List.of(), Set.of("X".repeat(200))).variable(id))
        .isEqualTo(id.substring(0, 20));
  }

  @Test
  void unknownTaskIsRefused() {
    assertThatThrownBy(() -> PythonNames.of(List.of("a"), List.of(), Set.of()).variable("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There is no task 'b'");
  }
}
