// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DefinitionScannerTest {
  private static final Path RUNTIME =
      Path.of("../bigflow-runtime/target/classes").toAbsolutePath().normalize();

  @TempDir private Path temporary;

  @Test
  void findsDefinitionsThroughSuperclassesInDependenciesAndNothingElse() throws IOException {
    Path library =
        compile(
            "library",
            List.of(RUNTIME),
            "lib/Base.java",
            "package lib; public abstract class Base implements"
                + " io.bigflow.workflow.WorkflowDefinition {}",
            "lib/InLibrary.java",
            "package lib; public class InLibrary extends Base { public"
                + " io.bigflow.workflow.Workflow define(io.bigflow.workflow.DefinitionContext c) {"
                + " return null; } }");
    Path classes =
        compile(
            "project",
            List.of(RUNTIME, library),
            "app/Direct.java",
            "package app; class Direct implements io.bigflow.workflow.WorkflowDefinition { public"
                + " io.bigflow.workflow.Workflow define(io.bigflow.workflow.DefinitionContext c) {"
                + " return null; } }",
            "app/deep/Inherited.java",
            "package app.deep; public class Inherited extends lib.InLibrary {}",
            "app/Half.java",
            "package app; public abstract class Half extends lib.Base {}",
            "app/Plain.java",
            "package app; public class Plain { static { if (true) throw new Error(); } }");

    assertThat(new DefinitionScanner().scan(classes, List.of(classes, library, RUNTIME)))
        .containsExactly("app.Direct", "app.deep.Inherited");
  }

  @Test
  void aProjectWithoutClassesHasNoDefinitions() throws IOException {
    Path nothing = temporary.resolve("absent");
    assertThat(new DefinitionScanner().scan(nothing, List.of(nothing, RUNTIME))).isEmpty();
  }

  private Path compile(String name, List<Path> classPath, String... pathsAndTexts)
      throws IOException {
    Path sources = temporary.resolve(name + "-src");
    Path classes = Files.createDirectories(temporary.resolve(name));
    for (int i = 0; i < pathsAndTexts.length; i += 2) {
      Path file = sources.resolve(pathsAndTexts[i]);
      Files.createDirectories(file.getParent());
      Files.writeString(file, pathsAndTexts[i + 1]);
    }
    List<String> arguments = new ArrayList<>(List.of("-d", classes.toString(), "-cp"));
    arguments.add(
        String.join(
            System.getProperty("path.separator"), classPath.stream().map(Path::toString).toList()));
    try (Stream<Path> files = Files.walk(sources)) {
      files.filter(Files::isRegularFile).map(Path::toString).forEach(arguments::add);
    }
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(exit).isZero();
    return classes;
  }
}
