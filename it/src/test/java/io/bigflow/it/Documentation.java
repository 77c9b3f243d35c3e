// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** What the pages of the documentation show. */
final class Documentation {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private Documentation() {}

  /** The commands of the blocks {@code sh} of a page, in their order. */
  static List<String> commands(String page) throws IOException {
    return blocks(page, "sh").stream()
        .map(block -> block.replaceAll("\\\\\n\\s*", ""))
        .flatMap(String::lines)
        .map(line -> line.replaceFirst("\\s+#.*", ""))
        .filter(line -> !line.isBlank())
        .toList();
  }

  /** The blocks of a language of a page. */
  static List<String> blocks(String page, String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    BLOCK
        .matcher(Files.readString(ROOT.resolve(page)))
        .results()
        .filter(found -> found.group(1).equals(language))
        .forEach(found -> blocks.add(found.group(2)));
    return blocks;
  }
}
