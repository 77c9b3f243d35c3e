// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DAG files that a build left behind, with their contents. A value in hand is exactly what was
 * built, and lies in the folder of its own project and environment.
 */
public final class DagFiles {

  private static final String NAME = "(?!\\.+(/|$))[A-Za-z0-9._-]+";
  private static final Pattern FOLDER = Pattern.compile("dags/" + NAME + "/" + NAME + "/");
  private static final Pattern FILE = Pattern.compile("(" + NAME + "/)*" + NAME);
  private static final Pattern PINNED = Pattern.compile("[^@\\s]+@sha256:[0-9a-f]{64}");

  private final BuiltDags built;
  private final Map<String, byte[]> contents;

  private DagFiles(BuiltDags built, Map<String, byte[]> contents) {
    this.built = built;
    this.contents = contents;
  }

  /**
   * Puts together what the build recorded and what lies in its output folder.
   *
   * @param built the record
   * @param contents the files by {@link BuiltDags.Dag#path()}; others are passed over
   * @throws BigflowException if files are missing or were changed after the build, with all of them
   */
  public static DagFiles of(BuiltDags built, Map<String, byte[]> contents) {
    List<Problem> problems = new ArrayList<>();
    Map<String, byte[]> own = new TreeMap<>();
    Set<String> seen = new HashSet<>();
    if (!FOLDER.matcher(built.folder()).matches()) {
      throw BigflowException.of(
          rebuild(
              "'" + built.folder() + "' cannot be the folder of a project and its environment"));
    }
    if (!PINNED.matcher(built.image()).matches()) {
      problems.add(
          rebuild("'" + built.image() + "' in dags.json is not an image pinned by its digest"));
    }
    for (BuiltDags.Dag dag : built.dags()) {
      byte @Nullable [] content = contents.get(dag.path());
      if (!isInFolder(built.folder(), dag.path()) || !seen.add(dag.path())) {
        problems.add(
            rebuild(
                "'"
                    + dag.path()
                    + "' in dags.json is no DAG file of this project in '"
                    + built.folder()
                    + "'"));
      } else if (content == null) {
        problems.add(rebuild("The DAG file '" + dag.path() + "' that was built is missing"));
      } else if (!ContentHash.sha256(content).equals(dag.sha256())) {
        problems.add(
            new Problem(
                "The DAG file '" + dag.path() + "' was changed after it was built",
                "target/bigflow/" + dag.path(),
                "Change the workflow '"
                    + dag.workflow()
                    + "' instead of the generated file, then run: mvn package",
                "outputs-changed"));
      } else {
        own.put(dag.path(), content.clone());
      }
    }
    if (!problems.isEmpty()) {
      throw problems.size() == 1
          ? BigflowException.of(problems.get(0))
          : BigflowException.of("Cannot deploy what lies in target/bigflow", problems);
    }
    return new DagFiles(built, own);
  }

  // dags.json is a file that anybody may have written: its paths decide what is overwritten in a
  // bucket that others share.
  private static boolean isInFolder(String folder, String path) {
    return path.startsWith(folder)
        && path.endsWith(".py")
        && FILE.matcher(path.substring(folder.length())).matches();
  }

  private static Problem rebuild(String what) {
    return new Problem(
        what, "target/bigflow", "Build again with: mvn clean package", "outputs-changed");
  }

  /** What the build recorded. */
  public BuiltDags built() {
    return built;
  }

  /**
   * The content of a file that was built.
   *
   * @throws IllegalArgumentException if no such file was built
   */
  public byte[] content(String path) {
    byte @Nullable [] content = contents.get(path);
    if (content == null) {
      throw new IllegalArgumentException("Not built: " + path);
    }
    return content.clone();
  }
}
