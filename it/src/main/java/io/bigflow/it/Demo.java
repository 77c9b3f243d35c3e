// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The guided tour of the README: generates a project from the archetype, deploys it into a
 * directory that stands for a Composer bucket, runs its wordcount, and shows what was made and
 * where.
 */
public final class Demo {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final int LINES_SHOWN = 5;

  private Demo() {}

  /** Runs the tour. */
  public static void main(String[] arguments) throws IOException {
    Path parent = MavenBuild.work();
    step("Generate a project from the archetype");
    Path project = SampleProject.generate(parent, Demo::show);
    step("mvn deploy -Plocal");
    MavenBuild.in(project).options("-Plocal").echo(Demo::show).run("deploy").succeeded();
    step("mvn bigflow:run -Dbigflow.workflow=wordcount");
    MavenBuild.in(project)
        .with("bigflow.workflow", "wordcount")
        .echo(Demo::show)
        .run("io.bigflow:bigflow-maven-plugin:run")
        .succeeded();
    step("What was made");
    summary(project);
  }

  private static void summary(Path project) throws IOException {
    line("the project     " + project);
    Path composer = project.resolve("local-composer");
    for (Path dag : filesBelow(composer.resolve("dags"), ".py")) {
      line("a DAG file      " + dag);
    }
    for (Path image : filesBelow(composer.resolve("images"), ".tar")) {
      line("the image       " + image + " (" + Files.size(image) / 1_000_000 + " MB)");
    }
    for (Path counts : filesBelow(project.resolve("target/wordcount"), "")) {
      line("the word counts " + counts);
      try (Stream<String> lines = Files.lines(counts)) {
        lines.sorted().limit(LINES_SHOWN).forEach(count -> line("                  " + count));
      }
    }
  }

  private static List<Path> filesBelow(Path directory, String suffix) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> file.toString().endsWith(suffix))
          .filter(file -> !directory.relativize(file).toString().startsWith("."))
          .sorted()
          .toList();
    }
  }

  private static void step(String title) {
    line("");
    line("== " + title);
  }

  // Maven's own chatter is for those who look for a failure; the tour shows what a user reads.
  private static void show(String line) {
    if (line.startsWith("[INFO] ") && isChatter(line.substring("[INFO] ".length()))) {
      return;
    }
    line(line);
  }

  private static boolean isChatter(String text) {
    return text.isBlank()
        || text.startsWith("---")
        || text.startsWith("Download")
        || text.startsWith("Scanning")
        || text.startsWith("Finished at");
  }

  private static void line(String text) {
    OUT.println(text);
  }
}
