// SPDX-License-Identifier: Apache-2.0
package io.bigflow.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs a tool of BigFlow's runtime in a JVM of its own, on the project's class path: whatever
 * version of a library a project uses cannot disturb Maven, and the other way round.
 *
 * @param javaHome the JDK or JRE of the new JVM
 * @param classPath the project's
 * @param directory the working directory
 * @param limit the JVM is killed after this time
 * @param limitParameter what sets the limit, for messages
 * @param output gets what the tool and the user's code print
 */
public record ProjectJvm(
    Path javaHome,
    List<Path> classPath,
    Path directory,
    Duration limit,
    String limitParameter,
    Consumer<String> output) {
  private static final int LINES_SHOWN = 20;

  /** Copies the list. */
  public ProjectJvm {
    classPath = List.copyOf(classPath);
  }

  /**
   * How a tool ended.
   *
   * @param exitCode 0 = it did what it was asked
   * @param lastLines the end of what it has printed
   */
  public record Ended(int exitCode, List<String> lastLines) {

    /** Copies the list. */
    public Ended {
      lastLines = List.copyOf(lastLines);
    }

    /** What it has said, as the end of a sentence. */
    public String said() {
      return lastLines.isEmpty() ? "" : ", saying:\n    " + String.join("\n    ", lastLines);
    }
  }

  /** Runs the tool to its end. */
  public Ended run(String main, List<String> arguments) throws IOException, InterruptedException {
    Deque<String> lastLines = new ArrayDeque<>();
    int exit =
        new JavaProcess(
                javaHome,
                classPath,
                main,
                // It lives for a moment: a fast start is all that matters.
                List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8"),
                arguments,
                directory)
            .run(
                line -> {
                  output.accept(line);
                  lastLines.addLast(line);
                  if (lastLines.size() > LINES_SHOWN) {
                    lastLines.removeFirst();
                  }
                },
                limit,
                limitParameter);
    return new Ended(exit, List.copyOf(lastLines));
  }
}
