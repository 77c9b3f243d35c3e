// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.image.BuiltImage;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImageDeployerTest {

  private static final Path TAR = Path.of("image.tar");
  private static final String NEW = "sha256:" + "b".repeat(64);

  private final Samples.InMemoryRegistry registry = new Samples.InMemoryRegistry();
  private final RecordingProgress progress = new RecordingProgress();

  @Test
  void pushesWhatIsNotThere() {
    assertThat(deploy("1.0")).isEqualTo(ImageDeployer.Result.PUSHED);

    assertThat(registry.pushes).containsExactly("image.tar as " + Samples.REPOSITORY + ":1.0");
    assertThat(progress.lines())
        .containsExactly(
            "say Pushing image " + Samples.REPOSITORY + ":1.0 to registry.example.com",
            "say Image pushed: " + Samples.REPOSITORY + ":1.0 (" + NEW + ")");
  }

  @Test
  void pushesNothingTwice() {
    deploy("1.0");

    assertThat(deploy("1.0")).isEqualTo(ImageDeployer.Result.ALREADY_THERE);

    assertThat(registry.pushes).hasSize(1);
    assertThat(progress.said())
        .last()
        .isEqualTo("Image already there: " + Samples.REPOSITORY + ":1.0 (" + NEW + ")");
  }

  @Test
  void neverMovesATag() {
    for (String tag : List.of("1.0", "1.0-SNAPSHOT-0123456789ab-dirty-0123456789ab")) {
      registry.tags.put(Samples.REPOSITORY + ":" + tag, Samples.DIGEST);

      assertThatThrownBy(() -> deploy(tag))
          .isInstanceOf(BigflowException.class)
          .hasMessageStartingWith(
              "The tag '%s:%s' is taken: it means sha256:%s, and the image built here is sha256:%s."
                  .formatted(Samples.REPOSITORY, tag, "a".repeat(64), "b".repeat(64)))
          .hasMessageContaining("docs/troubleshooting.md#tag-taken");
    }
    assertThat(registry.pushes).isEmpty();
  }

  @Test
  void believesTheRegistryOnlyWhenItHasTheDigest() {
    registry.losesWhatIsPushed = true;

    assertThatThrownBy(() -> deploy("1.0"))
        .hasMessageStartingWith(
            "The registry took the image '"
                + Samples.REPOSITORY
                + ":1.0' but has no manifest "
                + NEW
                + ".");
  }

  private ImageDeployer.Result deploy(String tag) {
    BuiltImage image =
        new BuiltImage(
            BuiltImage.FORMAT_VERSION,
            Samples.REPOSITORY,
            tag,
            NEW,
            "sha256:" + "c".repeat(64),
            List.of());
    return ImageDeployer.deploy(image, TAR, registry, progress);
  }
}
