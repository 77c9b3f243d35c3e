// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.git.SourceRevision;
import java.util.Locale;
import java.util.Optional;

/**
 * The rule that gives an image its tag. A tag says what is inside and is never moved to other
 * content:
 *
 * <table>
 * <caption>Tags</caption>
 * <tr><td>a release version</td><td>{@code 1.4.0}</td></tr>
 * <tr><td>a snapshot of a commit</td><td>{@code 1.5.0-SNAPSHOT-0123456789ab}</td></tr>
 * <tr><td>a snapshot of a dirty work tree</td>
 *     <td>{@code 1.5.0-SNAPSHOT-0123456789ab-dirty-<12 digits of the image's digest>}</td></tr>
 * <tr><td>a snapshot outside any repository</td>
 *     <td>{@code 1.5.0-SNAPSHOT-<12 digits of the image's digest>}</td></tr>
 * </table>
 */
public final class ImageTag {

  private static final int DIGITS = 12;

  private ImageTag() {}

  /**
   * The tag of a built image.
   *
   * @param digest {@code sha256:…}
   */
  public static String of(String version, SourceRevision revision, String digest) {
    return known(version, revision)
        .orElseGet(() -> prefix(version, revision) + "-" + shortDigest(digest));
  }

  /** The tag, if it does not depend on the image's content. */
  public static Optional<String> known(String version, SourceRevision revision) {
    if (!isSnapshot(version)) {
      return Optional.of(legal(version));
    }
    return revision.isExact() ? Optional.of(prefix(version, revision)) : Optional.empty();
  }

  /**
   * The tag that is written into the archive, whose content cannot depend on its own digest: the
   * final tag, or its beginning.
   */
  public static String provisional(String version, SourceRevision revision) {
    return known(version, revision).orElseGet(() -> prefix(version, revision));
  }

  private static String prefix(String version, SourceRevision revision) {
    if (revision.commit().isEmpty()) {
      return legal(version);
    }
    return legal(version) + "-" + revision.shortCommit() + (revision.dirty() ? "-dirty" : "");
  }

  private static boolean isSnapshot(String version) {
    return version.toUpperCase(Locale.ROOT).endsWith("SNAPSHOT");
  }

  /** A tag begins with a letter, a digit or '_', and has only these, '.' and '-'. */
  private static String legal(String version) {
    return version.replaceAll("[^A-Za-z0-9_.-]", "_").replaceFirst("^[.-]", "_");
  }

  private static String shortDigest(String digest) {
    String hex = digest.substring(digest.indexOf(':') + 1);
    return hex.substring(0, Math.min(DIGITS, hex.length()));
  }
}
