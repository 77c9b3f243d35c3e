// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells a change of a workflow from what every build changes in a DAG file: the project's version,
 * the commit and whether the work tree differed from it, the image's digest, the hashes of files
 * that are deployed beside it, and the build tag.
 *
 * <p>These are found where {@link DagFileGenerator} writes them and nowhere else, so a text in the
 * workflow that looks like the version counts as the workflow's.
 */
public final class DagTextChange {
  private static final String QUOTES = "\"\"\"";
  // Without the blank, because a long version begins on the next line.
  private static final String VERSION = "\nVersion:";
  private static final String IMAGE = "\nImage:\n";
  private static final Pattern DIGEST = Pattern.compile("\n  @(sha256:[0-9a-f]{64})\n");
  // The last tag, whether the list has one line or several. No string of a DAG file goes over the
  // end of a line, so only the end of the DAG's arguments looks like this.
  private static final Pattern TAG =
      Pattern.compile(
          "\"" + DagFileGenerator.BUILD_TAG_PREFIX + "[0-9a-f]{12}\"(?=(,\n {4})?],\n\\):\n)");

  // The address of a file beside the DAGs up to its hash, and the hash, on lines of its own. It
  // begins with what is rare: looking back from every character would take much longer than
  // generating the text.
  private static final Pattern UPLOAD =
      Pattern.compile(
          "(\"gs://[^\"\n]{1,700}/bigflow/\"\n {1,80}\"[^\"\n]{1,500}/uploads/\"\n {1,80}\")"
              + "([0-9a-f]{1,64}(\"\n {1,80}\"[0-9a-f]{1,63}){0,3})(?=/\"\n)");

  private DagTextChange() {}

  /**
   * Whether two texts are DAG files of the same workflow, which differ in nothing but what every
   * build changes. Another repository of the image, or another version of BigFlow, is more than
   * that; and so is whatever somebody changed by hand, but for words about the version or commit.
   */
  public static boolean isOnlyTheBuild(String before, String after) {
    Optional<Parts> old = Parts.of(withoutHashes(before));
    return old.isPresent()
        && old.map(Parts::workflow).equals(Parts.of(withoutHashes(after)).map(Parts::workflow));
  }

  /**
   * The text of before as the build of after would have written it: compared with after, it shows
   * what has changed in the workflow alone. Empty if one of them is no text of the generator.
   */
  public static Optional<String> withBuildOf(String after, String before) {
    Optional<Parts> build = Parts.of(after);
    return build.flatMap(now -> Parts.of(before).map(old -> withHashesOf(after, old.builtAs(now))));
  }

  private static String withoutHashes(String text) {
    return UPLOAD.matcher(text).replaceAll("$1");
  }

  /** With the hashes of after, if it has as many. */
  private static String withHashesOf(String after, String text) {
    List<String> hashes = UPLOAD.matcher(after).results().map(found -> found.group(2)).toList();
    if (hashes.size() != UPLOAD.matcher(text).results().count()) {
      return text;
    }
    Iterator<String> next = hashes.iterator();
    return UPLOAD
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(found.group(1)) + next.next());
  }

  /**
   * A DAG file taken apart.
   *
   * @param workflow the six parts around what every build changes, in their order
   * @param version the lines of the version and the commit
   * @param digest the image's, which stands in the header
   * @param hasPods whether it stands in the code too
   * @param tag the build tag, in quotes
   */
  private record Parts(
      List<String> workflow, String version, String digest, boolean hasPods, String tag) {

    /** Empty if this is no text of the generator. */
    static Optional<Parts> of(String text) {
      int end = text.startsWith(QUOTES) ? text.indexOf(QUOTES, QUOTES.length()) : -1;
      if (end < 0) {
        return Optional.empty();
      }
      String header = text.substring(0, end);
      String code = text.substring(end);
      int version = header.indexOf(VERSION);
      int image = header.indexOf(IMAGE, Math.max(0, version));
      if (version < 0 || image < 0) {
        return Optional.empty();
      }
      String rest = header.substring(image);
      Matcher digest = DIGEST.matcher(rest);
      Matcher tag = TAG.matcher(code);
      if (!digest.find() || !tag.find()) {
        return Optional.empty();
      }
      // The first digest of the code is that of the constant IMAGE, unless somebody changed it.
      int pinned = code.indexOf("\nIMAGE = ");
      int at = pinned < 0 ? -1 : code.indexOf("@" + digest.group(1) + "\"", pinned);
      if (pinned >= 0 && (at < 0 || at > code.indexOf("\n\n", pinned + 1))) {
        return Optional.empty();
      }
      // Without a pod the code names no image.
      int inCode = pinned < 0 ? tag.start() : at + 1;
      String inCodeDigest = pinned < 0 ? "" : digest.group(1);
      return Optional.of(
          new Parts(
              List.of(
                  header.substring(0, version),
                  rest.substring(0, digest.start(1)),
                  rest.substring(digest.end(1)),
                  code.substring(0, inCode),
                  code.substring(inCode + inCodeDigest.length(), tag.start()),
                  code.substring(tag.end())),
              header.substring(version, image),
              digest.group(1),
              pinned >= 0,
              tag.group()));
    }

    String builtAs(Parts build) {
      return workflow.get(0)
          + build.version
          + workflow.get(1)
          + build.digest
          + workflow.get(2)
          + workflow.get(3)
          + (hasPods ? build.digest : "")
          + workflow.get(4)
          + build.tag
          + workflow.get(5);
    }
  }
}
