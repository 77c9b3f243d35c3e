// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.github.classgraph.ClassGraph;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ScanResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds the workflow definitions among a project's classes by reading class files. No class is
 * loaded, so nothing of the user's runs here.
 */
public final class DefinitionScanner {
  private static final String DEFINITION = "io.bigflow.workflow.WorkflowDefinition";

  /**
   * The concrete classes that implement {@code WorkflowDefinition}, themselves or through any
   * superclass or interface, sorted by name.
   *
   * @param classes the directory of the project's classes
   * @param classPath the whole class path, for superclasses that lie in dependencies
   */
  public List<String> scan(Path classes, List<Path> classPath) throws IOException {
    String[] packages = packages(classes);
    if (packages.length == 0) {
      return List.of();
    }
    try (ScanResult result =
        new ClassGraph()
            .overrideClasspath(classPath.stream().map(Path::toString).toList())
            .acceptPackagesNonRecursive(packages)
            .ignoreClassVisibility()
            .enableExternalClasses()
            .scan()) {
      return result.getClassesImplementing(DEFINITION).stream()
          .filter(found -> !found.isInterface() && !found.isAbstract())
          .filter(found -> isIn(classes, found))
          .map(ClassInfo::getName)
          .sorted()
          .toList();
    }
  }

  private static boolean isIn(Path classes, ClassInfo found) {
    return !found.isExternalClass()
        && found.getClasspathElementFile().toPath().toAbsolutePath().equals(classes);
  }

  private static String[] packages(Path classes) throws IOException {
    if (!Files.isDirectory(classes)) {
      return new String[0];
    }
    TreeSet<String> packages = new TreeSet<>();
    try (Stream<Path> files = Files.walk(classes)) {
      files
          .filter(file -> file.toString().endsWith(".class"))
          .map(file -> classes.relativize(file.getParent()).toString())
          .forEach(folder -> packages.add(folder.replace('/', '.').replace('\\', '.')));
    }
    return packages.toArray(String[]::new);
  }
}
