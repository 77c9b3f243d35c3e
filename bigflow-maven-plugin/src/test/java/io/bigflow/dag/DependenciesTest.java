// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.TaskSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DependenciesTest {

  @Test
  void statementsHaveExactlyTheEdgesOfTheGraph() {
    Random random = new Random(1);
    for (int i = 0; i < 2_000; i++) {
      List<TaskSpec> tasks = randomGraph(random);
      Set<String> expected = new TreeSet<>();
      for (TaskSpec task : tasks) {
        task.upstream().forEach(upstream -> expected.add(upstream + ">" + task.id()));
      }

      List<String> edges = new ArrayList<>();
      statements(tasks).forEach(statement -> addEdges(statement, edges));

      assertThat(edges).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  private static List<TaskSpec> randomGraph(Random random) {
    List<TaskSpec> tasks = new ArrayList<>();
    int size = random.nextInt(12);
    double density = random.nextDouble();
    for (int i = 0; i < size; i++) {
      List<String> upstream = new ArrayList<>();
      for (int j = 0; j < i; j++) {
        if (random.nextDouble() < density) {
          upstream.add("task_" + j);
        }
      }
      Collections.shuffle(upstream, random);
      tasks.add(Specs.job("task_" + i, upstream.toArray(String[]::new)));
    }
    Collections.shuffle(tasks, random);
    return tasks;
  }

  /** Reads a statement by Python's rule: {@code a >> b >> c} links a to b, and then b to c. */
  private static void addEdges(String statement, List<String> edges) {
    String line = statement.replaceAll("\\s+", "").replaceAll("^\\((.*)\\)$", "$1");
    List<List<String>> operands =
        Arrays.stream(line.split(">>"))
            .map(text -> List.of(text.replaceAll("[\\[\\]]", "").split(",")))
            .toList();
    for (int i = 1; i < operands.size(); i++) {
      List<String> from = operands.get(i - 1);
      List<String> to = operands.get(i);
      assertThat(from.size() == 1 || to.size() == 1).as("not a list >> a list").isTrue();
      from.forEach(a -> to.forEach(b -> edges.add(a + ">" + b)));
    }
  }

  @Test
  void graphIsWrittenAsAPersonWould() {
    assertThat(
            statements(
                List.of(
                    Specs.job("a"),
                    Specs.job("b", "a"),
                    Specs.job("c", "a"),
                    Specs.job("d", "c", "b"),
                    Specs.job("e", "d"))))
        .containsExactly("a >> [b, c] >> d >> e");
    assertThat(
            statements(
                List.of(
                    Specs.job("a"),
                    Specs.job("b"),
                    Specs.job("c", "a", "b"),
                    Specs.job("d", "a", "b"),
                    Specs.job("e"))))
        .containsExactly("[a, b] >> c", "[a, b] >> d");
  }

  private static List<String> statements(List<TaskSpec> tasks) {
    PythonNames names =
        PythonNames.of(tasks.stream().map(TaskSpec::id).toList(), List.of(), Set.of());
    return Dependencies.statements(tasks, names).stream().map(PythonText::text).toList();
  }
}
