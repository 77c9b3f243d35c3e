// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.regex.Pattern;

/** What the files beside the DAGs are called in a bucket, and which names are possible. */
public final class UploadNames {

  // A name that needs no escape in an address, in Python, in Jinja and in a shell.
  private static final String NAME = "(?!\\.+(/|$))[A-Za-z0-9._-]+";
  private static final Pattern RESOURCE = Pattern.compile("(" + NAME + "/)*" + NAME);
  private static final Pattern BELOW_FOLDER = Pattern.compile("[0-9a-f]{64}/" + NAME);

  private UploadNames() {}

  /**
   * Where all files of a project and environment lie, with a slash at the end: {@code
   * bigflow/<groupId>.<artifactId>/<env>/uploads/}. Not below {@code dags/}, which is copied to
   * every worker.
   */
  public static String folder(String groupId, String artifactId, String env) {
    return "bigflow/" + groupId + "." + artifactId + "/" + env + "/uploads/";
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

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
