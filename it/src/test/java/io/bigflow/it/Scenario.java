// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A project of {@code src/test/projects}, copied to a place where it can be built. */
final class Scenario {
  private static final Path PROJECTS = Path.of("src/test/projects").toAbsolutePath();

  private final Path directory;

  private Scenario(Path directory) {
    this.directory = directory;
  }

  /** A fresh copy, named after the test that uses it. */
  static Scenario copy(String project, String test) throws IOException {
    return copyTo(project, MavenBuild.work().resolve(test));
  }

  /** A fresh copy in a directory of the caller's choice. */
  static Scenario copyTo(String project, Path directory) throws IOException {
    SampleProject.delete(directory);
    Path source = PROJECTS.resolve(project);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = directory.resolve(source.relativize(file).toString());
        Files.createDirectories(target.getParent());
        String text =
            Files.readString(file)
                .replace("@project.version@", MavenBuild.version())
                .replace("@beam.version@", MavenBuild.setting("it.beamVersion"));
        Files.writeString(target, text);
      }
    }
    return new Scenario(directory);
  }

  /** A project that is there already. */
  static Scenario at(Path directory) {
    return new Scenario(directory);
  }

  Path directory() {
    return directory;
  }

  Path file(String path) {
    return directory.resolve(path);
  }

  String read(String path) throws IOException {
    return Files.readString(file(path));
  }

  /** Replaces a text that must be there. */
  Scenario replace(String path, String text, String by) throws IOException {
    String before = read(path);
    if (!before.contains(text)) {
      throw new IllegalArgumentException(path + " does not contain: " + text);
    }
    Files.writeString(file(path), before.replace(text, by));
    return this;
  }

  /** Writes a file. */
  Scenario write(String path, String text) throws IOException {
    Files.createDirectories(file(path).getParent());
    Files.writeString(file(path), text);
    return this;
  }

  /** Makes a Git repository of the project, with one commit. */
  Scenario commit() throws IOException, InterruptedException {
    git("init", "-q");
    git("add", "-A");
    git("-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-q", "-m", "first");
    return this;
  }

  /** Runs Git in the project. */
  void git(String... arguments) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Stream.concat(Stream.of("git"), Stream.of(arguments)).toList())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
  }

  /** A run of Maven on this project. */
  MavenBuild maven() {
    return MavenBuild.in(directory);
  }

  /** The paths of all files below a directory, relative to it, sorted. */
  List<String> filesBelow(String path) throws IOException {
    Path root = file(path);
    if (!Files.exists(root)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
