// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Google's launcher of Flex templates, where the image has it.
 *
 * <p>Dataflow expects it to be what the image starts
 * (https://cloud.google.com/dataflow/docs/guides/troubleshoot-templates#docker-entrypoint), but
 * this image starts jobs and workers as well. So a start that is nobody else's is handed over to
 * it. It then starts {@link Launcher} anew, with what Dataflow says of the run.
 */
final class GoogleLauncher {

  /** Where Google's images have it. */
  static final Path PATH = Path.of("/opt/google/dataflow/java_template_launcher");

  /** Says to what it starts that nothing may be handed over again, for that would never end. */
  static final String HANDED_OVER = "BIGFLOW_HANDED_OVER";

  /** Kubernetes and Compute Engine wait about as long before they kill. */
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  private static final Set<String> OF_BIGFLOW = Set.of("-h", "--help", "-V", "--version");

  private final Path path;
  private final Map<String, String> variables;
  private final PrintWriter err;

  /**
   * The launcher of an image.
   *
   * @param path where it is, if it is there
   * @param variables the variables of the operating system
   */
  GoogleLauncher(Path path, Map<String, String> variables, PrintWriter err) {
    this.path = path;
    this.variables = variables;
    this.err = err;
  }

  /** Whether a start without a command of BigFlow's is meant for it. */
  boolean isMeantBy(List<String> arguments) {
    return !variables.containsKey(HANDED_OVER)
        && arguments.stream().noneMatch(OF_BIGFLOW::contains)
        && Files.isExecutable(path);
  }

  /**
   * Starts it and waits for its end.
   *
   * @param shutdownHooks takes what must be done when this JVM is told to end
   * @return its exit code
   */
  int start(List<String> arguments, Consumer<Runnable> shutdownHooks)
      throws IOException, InterruptedException {
    err.println("No command of BigFlow's (run, jobs, config), so this starts " + path);
    List<String> command = new ArrayList<>();
    command.add(path.toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
    builder.environment().put(HANDED_OVER, "1");
    Process process = builder.start();
    // Whoever stops the container means the launcher, which has a result to write.
    shutdownHooks.accept(() -> stop(process));
    return process.waitFor();
  }

  private static void stop(Process process) {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
