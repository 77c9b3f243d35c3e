// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Writes down what a test of a fault did: a line {@code Class.method cases failures milliseconds}
 * in {@code target/faults.txt}. A test is one case, unless it takes a {@link Cases} and counts.
 */
final class CaseCounter
    implements BeforeTestExecutionCallback, AfterTestExecutionCallback, ParameterResolver {

  private static final Path FILE = Path.of("target", "faults.txt");
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(CaseCounter.class);

  /** Counts the cases of one test. */
  static final class Cases {
    private final AtomicInteger run = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();

    /** One case was run. */
    void add(boolean succeeded) {
      run.incrementAndGet();
      if (!succeeded) {
        failed.incrementAndGet();
      }
    }
  }

  private static Cases cases(ExtensionContext context) {
    return context.getStore(NAMESPACE).computeIfAbsent("cases", key -> new Cases(), Cases.class);
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Cases.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return cases(context);
  }

  @Override
  public void beforeTestExecution(ExtensionContext context) {
    context.getStore(NAMESPACE).put("start", System.nanoTime());
  }

  @Override
  public void afterTestExecution(ExtensionContext context) throws IOException {
    Cases cases = cases(context);
    boolean failed = context.getExecutionException().isPresent();
    long start = Objects.requireNonNull(context.getStore(NAMESPACE).get("start", Long.class));
    String line =
        String.join(
            " ",
            context.getRequiredTestClass().getSimpleName()
                + "."
                + context.getRequiredTestMethod().getName(),
            Integer.toString(Math.max(1, cases.run.get())),
            Integer.toString(Math.max(failed ? 1 : 0, cases.failed.get())),
            Long.toString((System.nanoTime() - start) / 1_000_000));
    // One write for a line, so that tests that run at once do not mix theirs.
    Files.writeString(FILE, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }
}
