// SPDX-License-Identifier: Apache-2.0
package io.bigflow.template;

import io.bigflow.dag.Uploads;
import io.bigflow.image.ImageTar;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.TaskSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What Dataflow starts in an image for Flex templates: a program of Google's, which is in Google's
 * own base images only.
 *
 * @see <a
 *     href="https://cloud.google.com/dataflow/docs/reference/flex-templates-launcher-images">the
 *     base images</a>
 */
public final class LauncherCheck {

  /** Where Dataflow looks for it. */
  static final String PATH = "/opt/google/dataflow/java_template_launcher";

  private static final String MAIN_CLASS =
      "FLEX_TEMPLATE_JAVA_MAIN_CLASS=io.bigflow.launch.Launcher";
  private static final String CLASS_PATH = "FLEX_TEMPLATE_JAVA_CLASSPATH=";

  private LauncherCheck() {}

  /** The tasks that need it, as {@code workflow.task}. */
  public static List<String> tasks(ProjectSpec spec) {
    List<String> tasks = new ArrayList<>();
    spec.workflows()
        .forEach(
            workflow ->
                workflow.tasks().stream()
                    .filter(Uploads::hasFlexTemplate)
                    .map(TaskSpec::id)
                    .forEach(task -> tasks.add(workflow.id() + "." + task)));
    return tasks;
  }

  /**
   * Makes sure that it is in an image.
   *
   * @param archive the image
   * @param tasks those that need it
   * @throws BigflowException if it is not, or would not know what to start
   */
  public static void require(Path archive, List<String> tasks) throws IOException {
    if (tasks.isEmpty()) {
      return;
    }
    try (ImageTar image = ImageTar.open(archive)) {
      if (!image.hasExecutable(PATH)) {
        throw problem(
            "Dataflow cannot start this image for a Flex template, because it has no " + PATH,
            tasks,
            "Build upon an image of Google's that has it, for the Java release of the project, such as"
                + " -Dbigflow.image.base=gcr.io/dataflow-templates-base/"
                + "java17-template-launcher-base-distroless@sha256:…, or copy that file to"
                + " src/main/jib"
                + PATH
                + " with the permissions 755 in <extraDirectories> of jib-maven-plugin, or leave"
                + " out flex() to have a classic template");
      }
      List<String> variables = image.environment();
      if (!variables.contains(MAIN_CLASS)
          || variables.stream().noneMatch(given -> given.matches(CLASS_PATH + "\\S.*"))) {
        throw problem(
            "Dataflow cannot start this image for a Flex template, because its variables are not "
                + MAIN_CLASS
                + " and "
                + CLASS_PATH
                + "…",
            tasks,
            "The build sets both in a project with"
                + " org.apache.beam:beam-runners-google-cloud-dataflow-java. Add that, and remove"
                + " them from <container><environment> of jib-maven-plugin, and the property"
                + " jib.container.environment, whose variables belong there");
      }
    }
  }

  private static BigflowException problem(String what, List<String> tasks, String fix) {
    return BigflowException.of(
        new Problem(what, String.join(", ", tasks), fix, "no-template-launcher"));
  }
}
