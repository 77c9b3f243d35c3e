// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A deployment in a Java process of its own, which can be killed. */
final class DeployProcess {

  /** The deployment succeeded. */
  static final int DONE = 0;

  /** The deployment failed for a reason that the user is told. */
  static final int FAILED = 1;

  /** The deployment failed for a reason that nobody foresaw. */
  static final int DEFECT = 3;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> QUICK =
      List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC", "-Xmx200m");

  private static final long SIGNAL_MILLIS = 30;

  private final Process process;
  private final Path output;

  private DeployProcess(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  /** How a deployment ended, and everything that it said, details included. */
  record Result(int exit, String output) {}

  /** The process: deploys, and ends with one of the codes above. */
  public static void main(String[] arguments) throws IOException {
    int code;
    try {
      DeployRequest request =
          JSON.readValue(Files.readAllBytes(Path.of(arguments[0])), DeployRequest.class);
      Deploys.deploy(request, new Printed());
      System.out.println("DEPLOYED");
      code = DONE;
    } catch (BigflowException e) {
      System.out.println("FAILED " + e.getMessage());
      code = FAILED;
    } catch (RuntimeException e) {
      e.printStackTrace(System.out);
      code = DEFECT;
    }
    System.out.flush();
    System.exit(code);
  }

  /** Starts a deployment. */
  static DeployProcess start(DeployRequest request, String... jvmArguments) {
    return start(List.of(), request, jvmArguments);
  }

  /**
   * Starts a deployment.
   *
   * @param wrapper a program that starts the process, with its arguments; may be empty
   */
  static DeployProcess start(List<String> wrapper, DeployRequest request, String... jvmArguments) {
    try {
      Path folder = Files.createTempDirectory("bigflow-deploy");
      Path file = folder.resolve("request.json");
      Files.write(file, JSON.writeValueAsBytes(request));
      Path output = folder.resolve("output.txt");
      List<String> command = new ArrayList<>(wrapper);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(QUICK);
      command.addAll(Arrays.asList(jvmArguments));
      command.addAll(List.of("-cp", classPath(), DeployProcess.class.getName(), file.toString()));
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
      return new DeployProcess(process, output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String classPath() {
    // Surefire starts its JVM with a jar that only names the class path.
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Sends SIGKILL and waits for the end. */
  void kill() {
    process.destroyForcibly();
    waitForEnd();
  }

  /** Sends SIGTERM. The process may need a while to end. */
  void terminate() {
    process.destroy();
    try {
      // The signal has no answer; so much later it is there.
      Thread.sleep(SIGNAL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void waitForEnd() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the process did not end on a signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for the end; a deployment that takes longer is killed, and the test fails. */
  Result await(long seconds) {
    try {
      boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      String text = Files.readString(output);
      if (!ended) {
        throw new AssertionError("the deployment did not end in " + seconds + " s:\n" + text);
      }
      return new Result(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Prints everything, so that a secret in it is found. */
  private static final class Printed implements Progress {
    @Override
    public void say(String line) {
      System.out.println(line);
    }

    @Override
    public void warn(String line) {
      System.out.println("WARNING " + line);
    }

    @Override
    public void detail(String line) {
      System.out.println("DETAIL " + line);
    }

    @Override
    public Step step(String name, long total, Unit unit) {
      return new Step() {
        @Override
        public void advance(long units) {}

        @Override
        public void close() {
          System.out.println("STEP " + name);
        }
      };
    }
  }
}
