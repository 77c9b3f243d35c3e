// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import java.security.CodeSource;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Tells the user's code from the JDK, from libraries and from BigFlow. */
final class UserCode {
  private final Class<?> definition;

  private UserCode(Class<?> definition) {
    this.definition = definition;
  }

  static UserCode of(Class<?> definition) {
    return new UserCode(definition);
  }

  /**
   * Where something was thrown: the innermost frame of the project's own classes, else the
   * innermost of a library, else the class. A frame is written {@code Class.method(File.java:12)}.
   */
  String place(Throwable thrown) {
    return find(thrown, this::isOfProject)
        .or(() -> find(thrown, frame -> true))
        .orElse(definition.getName());
  }

  private static Optional<String> find(Throwable thrown, Predicate<StackTraceElement> wanted) {
    return Arrays.stream(thrown.getStackTrace())
        .filter(frame -> !isOfPlatform(frame.getClassName()))
        .filter(wanted)
        .findFirst()
        .map(UserCode::text);
  }

  private boolean isOfProject(StackTraceElement frame) {
    try {
      Class<?> type = Class.forName(frame.getClassName(), false, definition.getClassLoader());
      @Nullable CodeSource ours = definition.getProtectionDomain().getCodeSource();
      @Nullable CodeSource source = type.getProtectionDomain().getCodeSource();
      return ours != null && source != null && ours.equals(source);
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  private static boolean isOfPlatform(String className) {
    return className.startsWith("java.")
        || className.startsWith("javax.")
        || className.startsWith("jdk.")
        || className.startsWith("sun.")
        || className.startsWith("com.sun.")
        || className.startsWith("io.bigflow.");
  }

  private static String text(StackTraceElement frame) {
    String method = frame.getClassName() + "." + frame.getMethodName();
    if (frame.getFileName() == null) {
      return method;
    }
    String line = frame.getLineNumber() >= 0 ? ":" + frame.getLineNumber() : "";
    return method + "(" + frame.getFileName() + line + ")";
  }
}
