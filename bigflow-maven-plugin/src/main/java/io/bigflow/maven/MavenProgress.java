// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.progress.LineSink;
import io.bigflow.progress.PlainProgress;
import io.bigflow.progress.Progress;
import io.bigflow.progress.StatusLine;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.plugin.logging.Log;
import org.jspecify.annotations.Nullable;

/** Progress in Maven's log, and for a person at a terminal in its last line too. */
final class MavenProgress {

  // Not System.out, which Maven 4 replaces by a stream that makes log lines of what is written.
  private static final OutputStream TERMINAL = new FileOutputStream(FileDescriptor.out);
  private static final StatusLine STATUS = new StatusLine(MavenProgress::write);

  private MavenProgress() {}

  static Progress of(Log log, MavenSession session) {
    LogSink sink = new LogSink(log);
    return hasStatusLine(
            isTerminal(System.console()),
            session.getRequest().isInteractiveMode(),
            session.getRequest().getDegreeOfConcurrency(),
            log.isInfoEnabled(),
            name -> session.getSystemProperties().getProperty("env." + name))
        ? PlainProgress.terminal(sink, STATUS, System::nanoTime)
        : PlainProgress.lines(sink, System::nanoTime);
  }

  /**
   * Whether a line may be written over: somebody watches, and nobody else writes. Whether Maven
   * shows its own transfers ({@code --no-transfer-progress}) does not matter, because nothing of
   * this line stays.
   *
   * @param terminal whether input and output are a terminal
   * @param interactive whether Maven may ask; not with {@code --batch-mode}
   * @param threads with {@code -T}, other modules write between
   * @param info whether Maven shows what is going on; not with {@code --quiet}
   * @param environment the environment's variables
   */
  static boolean hasStatusLine(
      boolean terminal,
      boolean interactive,
      int threads,
      boolean info,
      UnaryOperator<@Nullable String> environment) {
    String ci = environment.apply("CI");
    boolean isCi = ci != null && !ci.isEmpty() && !ci.equals("false");
    boolean isDumb = "dumb".equals(environment.apply("TERM"));
    return terminal && interactive && threads <= 1 && info && !isCi && !isDumb;
  }

  // Up to Java 21 there is a console only at a terminal; since then it must be asked.
  private static boolean isTerminal(@Nullable Console console) {
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (ReflectiveOperationException e) {
      return false;
    }
  }

  private static void write(String text) {
    try {
      TERMINAL.write(text.getBytes(StandardCharsets.US_ASCII));
      TERMINAL.flush();
    } catch (IOException e) {
      // The terminal was closed; what the goal does goes on.
    }
  }

  private record LogSink(Log log) implements LineSink {
    @Override
    public void info(String line) {
      log.info(line);
    }

    @Override
    public void warn(String line) {
      log.warn(line);
    }

    @Override
    public void debug(String line) {
      log.debug(line);
    }

    @Override
    public boolean showsDebug() {
      return log.isDebugEnabled();
    }
  }
}
