// SPDX-License-Identifier: Apache-2.0
package io.bigflow.process;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A Java program of the user's, run beside Maven. It ends with Maven: when the build is stopped,
 * the program gets SIGTERM and some time to finish.
 *
 * @param javaHome the JDK or JRE to run it
 * @param classPath jars and directories
 * @param mainClass binary name
 * @param jvmArguments options of the virtual machine
 * @param arguments arguments of the program
 * @param directory the working directory
 */
public record JavaProcess(
    Path javaHome,
    List<Path> classPath,
    String mainClass,
    List<String> jvmArguments,
    List<String> arguments,
    Path directory) {

  // A job that is told to stop has 25 s to do so (the launcher's own limit).
  private static final Duration GRACE = Duration.ofSeconds(27);

  /** Copies the lists. */
  public JavaProcess {
    classPath = List.copyOf(classPath);
    jvmArguments = List.copyOf(jvmArguments);
    arguments = List.copyOf(arguments);
  }

  /**
   * Runs the program and hands each line of its output (both streams) to a consumer.
   *
   * @param limit the program is killed after this time
   * @param parameter what sets the limit, for messages; empty if nothing does
   * @return the exit code
   * @throws BigflowException if the time is over
   */
  public int run(Consumer<String> output, Duration limit, String parameter)
      throws InterruptedException {
    return withArgumentFile(
        file -> {
          Process process = start(new ProcessBuilder(command(file)).redirectErrorStream(true));
          Thread reader =
              new Thread(() -> readLines(process, output), "output of " + simpleName(mainClass));
          reader.setDaemon(true);
          reader.start();
          try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
              throw BigflowException.of(
                  Problem.of(
                      simpleName(mainClass) + " was stopped after " + limit.toSeconds() + " s",
                      directory.toString(),
                      "Look for code in define() or in static initialisers that waits: it must"
                          + " declare and do no work"
                          + (parameter.isEmpty()
                              ? ""
                              : ". If there is none, give it more seconds: -D"
                                  + parameter
                                  + "=…")));
            }
            reader.join(TimeUnit.SECONDS.toMillis(10));
            return process.exitValue();
          } finally {
            stop(process);
          }
        });
  }

  /**
   * Runs the program with Maven's own input and output.
   *
   * @return the exit code
   */
  public int runInForeground() throws InterruptedException {
    return withArgumentFile(
        file -> {
          Process process = start(new ProcessBuilder(command(file)).inheritIO());
          try {
            return process.waitFor();
          } finally {
            stop(process);
          }
        });
  }

  private List<String> command(Path argumentFile) {
    return List.of(javaHome.resolve("bin").resolve("java").toString(), "@" + argumentFile);
  }

  private Process start(ProcessBuilder builder) {
    try {
      Process process = builder.directory(directory.toFile()).start();
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(process)));
      return process;
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "Java cannot be started: " + e.getMessage(),
              javaHome.toString(),
              "Let JAVA_HOME name a JDK 17 or later"),
          e);
    }
  }

  private static void stop(Process process) {
    if (!process.isAlive()) {
      return;
    }
    process.destroy();
    try {
      if (!process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static void readLines(Process process, Consumer<String> output) {
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      lines.lines().forEach(output);
    } catch (IOException | UncheckedIOException e) {
      output.accept("(its output ended early: " + e.getMessage() + ")");
    }
  }

  // A file instead of a command line: a class path of hundreds of jars is longer than some systems
  // allow.
  private int withArgumentFile(Body body) throws InterruptedException {
    List<String> words = new ArrayList<>(jvmArguments);
    words.add("-cp");
    words.add(
        String.join(
            System.getProperty("path.separator", ":"),
            classPath.stream().map(Path::toString).toList()));
    words.add(mainClass);
    words.addAll(arguments);
    try {
      Path file = Files.createTempFile("bigflow-", ".args");
      try {
        Files.write(file, words.stream().map(JavaProcess::quoted).toList());
        return body.run(file);
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "The arguments of " + mainClass + " cannot be written: " + e.getMessage(),
              System.getProperty("java.io.tmpdir", "the folder for temporary files"),
              "Make room in, or grant access to, the folder for temporary files"),
          e);
    }
  }

  // The syntax of the java command's @argument files.
  static String quoted(String word) {
    StringBuilder text = new StringBuilder("\"");
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      switch (c) {
        case '\\' -> text.append("\\\\");
        case '"' -> text.append("\\\"");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        case '\f' -> text.append("\\f");
        default -> text.append(c);
      }
    }
    return text.append('"').toString();
  }

  private static String simpleName(String className) {
    return className.substring(className.lastIndexOf('.') + 1);
  }

  @FunctionalInterface
  private interface Body {
    int run(Path argumentFile) throws InterruptedException;
  }
}
