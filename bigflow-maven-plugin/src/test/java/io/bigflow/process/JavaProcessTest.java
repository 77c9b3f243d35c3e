// SPDX-License-Identifier: Apache-2.0
package io.bigflow.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JavaProcessTest {
  @TempDir private Path directory;

  /** Prints its arguments and a property, and ends with a code. */
  static final class Echo {
    private Echo() {}

    public static void main(String[] arguments) {
      for (String argument : arguments) {
        System.out.println("<" + argument + ">");
      }
      System.err.println(System.getProperty("said"));
      System.exit(7);
    }
  }

  /** Does not end by itself. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException {
      Thread.sleep(Duration.ofMinutes(5).toMillis());
    }
  }

  @Test
  void argumentsArriveAsTheyWereGiven() throws InterruptedException {
    List<String> output = new CopyOnWriteArrayList<>();
    List<String> arguments =
        List.of(
            "plain", "two words", "quo\"te", "back\\slash", "", "@file", "#hash", "{\"a\": 'b'}");
    int exit =
        process(Echo.class, List.of("-Dsaid=a \\ \"b\""), arguments)
            .run(output::add, Duration.ofSeconds(60), "bigflow.limit");
    assertThat(exit).isEqualTo(7);
    assertThat(output)
        .containsAll(arguments.stream().map(argument -> "<" + argument + ">").toList())
        .contains("a \\ \"b\"");
  }

  @Test
  void aProgramThatDoesNotEndIsStopped() {
    JavaProcess sleeper = process(Sleeper.class, List.of(), List.of());
    assertThatThrownBy(() -> sleeper.run(line -> {}, Duration.ofSeconds(2), "bigflow.limit"))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("was stopped after 2 s")
        .hasMessageContaining("-Dbigflow.limit=");
  }

  private JavaProcess process(Class<?> main, List<String> jvm, List<String> arguments) {
    return new JavaProcess(
        Path.of(System.getProperty("java.home")),
        List.of(Path.of("target/test-classes").toAbsolutePath()),
        main.getName(),
        jvm,
        arguments,
        directory);
  }
}
