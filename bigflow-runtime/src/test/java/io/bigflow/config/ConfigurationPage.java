// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import io.bigflow.ProjectDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a page of the documentation shows. */
final class ConfigurationPage {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern FILE = Pattern.compile("# (application[a-z-]*\\.properties)\\n");
  private static final Pattern ROW = Pattern.compile("(?m)^\\|.*\\| *`(\\w+\\.\\w+)` *\\|$");

  private final String text;

  ConfigurationPage(String name) throws IOException {
    text = Files.readString(ROOT.resolve("docs").resolve(name));
  }

  List<String> blocks(String language) {
    List<String> blocks = new ArrayList<>();
    Matcher block = BLOCK.matcher(text);
    while (block.find()) {
      if (block.group(1).equals(language)) {
        blocks.add(block.group(2));
      }
    }
    return blocks;
  }

  /** The tests that the rows of a table name, as {@code Class.method}. */
  List<String> rows() {
    return ROW.matcher(text).results().map(row -> row.group(1)).toList();
  }

  /** The files of the page as resources of a project. */
  ProjectDirectory project(Path folder) {
    ProjectDirectory project = new ProjectDirectory(folder);
    for (String block : blocks("properties")) {
      Matcher name = FILE.matcher(block);
      if (!name.lookingAt()) {
        throw new IllegalStateException("Which file is this?\n" + block);
      }
      project.with(name.group(1), block.stripTrailing());
    }
    return project;
  }
}
