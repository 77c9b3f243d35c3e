// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonNamesTest {

  @ParameterizedTest
  @CsvSource({
    "load,       load",
    "load-ports, load_ports",
    "filter,     filter",
    "match,      match",
    "import,     import_task",
    "None,       None_task",
    "IMAGE,      IMAGE_task",
    "Secret,     Secret_task",
    "l,          l_task",
    "3d,         task_3d",
    "a.b c,      a_b_c",
  })
  void variableIsLegalAndCloseToTheId(String id, String variable) {
    assertThat(PythonNames.of(List.of(id)).variable(id)).isEqualTo(variable);
  }

  @Test
  void variablesAreUnique() {
    List<String> ids = List.of("a-b", "a_b", "a_b_2", "import", "import_task", "import-task");

    PythonNames names = PythonNames.of(ids);

    assertThat(ids.stream().map(names::variable))
        .containsExactly("a_b", "a_b_3", "a_b_2", "import_task", "import_task_2", "import_task_3");
  }

  @Test
  void longIdsAreCutAndStayUnique() {
    List<String> ids = List.of("x".repeat(63), "x".repeat(62), "x".repeat(61), "x".repeat(59));

    PythonNames names = PythonNames.of(ids);

    assertThat(ids.stream().map(names::variable))
        .doesNotHaveDuplicates()
        .allMatch(name -> name.length() <= 59);
  }

  @Test
  void unknownTaskIsRefused() {
    assertThatThrownBy(() -> PythonNames.of(List.of("a")).variable("b"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("There is no task 'b'");
  }
}
