// SPDX-License-Identifier: Apache-2.0
package io.bigflow.template;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import io.bigflow.image.ImageReference;
import io.bigflow.image.TestImages;
import io.bigflow.problem.BigflowException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Dataflow needs to find in an image that it starts for Flex templates. */
class LauncherCheckTest {

  private static final Map<String, String> VARIABLES =
      Map.of(
          "FLEX_TEMPLATE_JAVA_MAIN_CLASS",
          "io.bigflow.launch.Launcher",
          "FLEX_TEMPLATE_JAVA_CLASSPATH",
          "/app/libs/*");
  private static final List<String> TASKS = List.of("counting.count_words");

  @TempDir private Path folder;

  private Path image(String permissions, Map<String, String> variables) throws Exception {
    Path tar = folder.resolve("image.tar");
    TestImages.makeWith(
        tar,
        new ImageReference("localhost/demo", "1"),
        FileEntriesLayer.builder()
            .addEntry(
                Files.writeString(folder.resolve("launcher"), "launch"),
                AbsoluteUnixPath.get(LauncherCheck.PATH),
                FilePermissions.fromOctalString(permissions))
            .build(),
        variables);
    return tar;
  }

  @Test
  void itIsThereAndKnowsWhatToStart() throws Exception {
    Path image = image("755", VARIABLES);
    assertThatCode(() -> LauncherCheck.require(image, TASKS)).doesNotThrowAnyException();
  }

  @Test
  void anImageWithoutItIsRefusedWithTheWaysOut() throws Exception {
    Path image = image("644", VARIABLES);
    assertThatExceptionOfType(BigflowException.class)
        .isThrownBy(() -> LauncherCheck.require(image, TASKS))
        .withMessageContaining("it has no " + LauncherCheck.PATH)
        .withMessageContaining("counting.count_words")
        .withMessageContaining("-Dbigflow.image.base=gcr.io/dataflow-templates-base/")
        .withMessageContaining("src/main/jib/opt/google/dataflow/java_template_launcher")
        .withMessageContaining("#no-template-launcher");
    assertThatCode(() -> LauncherCheck.require(image, List.of())).doesNotThrowAnyException();
  }

  @Test
  void anImageThatDoesNotSayWhatToStartIsRefused() throws Exception {
    for (String other : List.of("FLEX_TEMPLATE_JAVA_MAIN_CLASS", "FLEX_TEMPLATE_JAVA_CLASSPATH")) {
      Map<String, String> variables = new HashMap<>(VARIABLES);
      variables.put(other, other.endsWith("CLASS") ? "a.B" : "");
      Path image = image("755", variables);
      assertThatExceptionOfType(BigflowException.class)
          .isThrownBy(() -> LauncherCheck.require(image, TASKS))
          .withMessageContaining("FLEX_TEMPLATE_JAVA_MAIN_CLASS=io.bigflow.launch.Launcher")
          .withMessageContaining("<container><environment>");
      Files.delete(image);
    }
  }
}
