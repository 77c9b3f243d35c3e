// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.regex.Pattern;

/** What the files beside the DAGs are called in a bucket, and which names are possible. */
public final class UploadNames {

  // A name that needs no escape in an address, in Python, in Jinja and in a shell.
  private static final String NAME = "(?!\\.+(/|$))[A-Za-z0-9._-]+";
  private static final Pattern RESOURCE = Pattern.compile("(" + NAME + "/)*" + NAME);
  private static final Pattern BELOW_FOLDER = Pattern.compile("[0-9a-f]{64}/" + NAME);
  // Google's rule for names of buckets, then folders of the user's.
  private static final Pattern ELSEWHERE =
      Pattern.compile("gs://[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]/(" + NAME + "/)*");

  /** Below it everything of BigFlow's lies that is no DAG file. */
  static final String ROOT = "bigflow/";

  private UploadNames() {}

  /**
   * Where all files of a project and environment lie, with a slash at the end: {@code
   * bigflow/<groupId>.<artifactId>/<env>/uploads/}. Not below {@code dags/}, which is copied to
   * every worker.
   */
  public static String folder(String groupId, String artifactId, String env) {
    return ROOT + groupId + "." + artifactId + "/" + env + "/uploads/";
  }

  /** Whether a text is the path of a resource that can be deployed. */
  public static boolean isResource(String path) {
    return RESOURCE.matcher(path).matches();
  }

  /** Whether a path is that of a file in a folder: {@code <folder><sha256>/<name>}. */
  public static boolean isUpload(String folder, String path) {
    return path.startsWith(folder)
        && BELOW_FOLDER.matcher(path.substring(folder.length())).matches();
  }

  /**
   * Whether a path is that of a file in a bucket of its own: {@code
   * gs://bucket/…/<folder><sha256>/<name>}.
   *
   * @param folder as {@link #folder} gives it
   */
  public static boolean isUploadElsewhere(String folder, String path) {
    String below = folderOf(path);
    return isFolderElsewhere(folder, below) && isUpload(below, path);
  }

  /** Whether files of {@code folder} lie in this folder of another bucket. */
  public static boolean isFolderElsewhere(String folder, String elsewhere) {
    return elsewhere.endsWith("/" + folder)
        && ELSEWHERE
            .matcher(elsewhere.substring(0, elsewhere.length() - folder.length()))
            .matches();
  }

  /** Whether a path begins with the name of a bucket. */
  public static boolean namesBucket(String path) {
    return path.startsWith("gs://");
  }

  /** What lies above the hash, with a slash at the end; empty if there is none. */
  public static String folderOf(String path) {
    int hash = path.lastIndexOf('/', path.lastIndexOf('/') - 1);
    return path.substring(0, hash + 1);
  }

  /** What tells one content from others: the folder that the file lies in. */
  static String hash(String path) {
    int name = path.lastIndexOf('/');
    return path.substring(path.lastIndexOf('/', name - 1) + 1, name);
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
