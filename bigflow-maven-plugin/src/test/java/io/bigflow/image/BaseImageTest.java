// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BaseImageTest {

  private static final Path PROJECT = Path.of("/projects/demo");
  private static final String DIGEST =
      "@sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

  @ParameterizedTest
  @CsvSource({
    "eclipse-temurin:17-jre,                     docker.io",
    "europe-docker.pkg.dev/p/r/base:1,           europe-docker.pkg.dev",
    "127.0.0.1:5000/base,                        127.0.0.1:5000",
    "localhost/base:1,                           localhost",
    "library/eclipse-temurin,                    docker.io"
  })
  void imageNamedByTagWorksWithAWarning(String text, String host) {
    BaseImage.Registry base = (BaseImage.Registry) BaseImage.parse(text, PROJECT);

    assertThat(base.reference()).isEqualTo(text);
    assertThat(base.host()).isEqualTo(host);
    assertThat(base.warning().orElse(""))
        .contains("may move", "-Dbigflow.image.base=" + text + "@sha256:");
  }

  @Test
  void imageNamedByDigestGivesNoWarning() {
    assertThat(BaseImage.parse("eclipse-temurin:17-jre" + DIGEST, PROJECT).warning()).isEmpty();
    assertThat(BaseImage.parse("eclipse-temurin" + DIGEST, PROJECT).warning()).isEmpty();
  }

  @Test
  void archivesAreRelativeToTheProject() {
    assertThat(BaseImage.parse("tar:base/java.tar", PROJECT))
        .isEqualTo(new BaseImage.Tar(PROJECT.resolve("base/java.tar").toAbsolutePath()));
    assertThat(BaseImage.parse("tar:///data/java.tar", PROJECT))
        .isEqualTo(new BaseImage.Tar(Path.of("/data/java.tar").toAbsolutePath()));
    assertThat(BaseImage.parse(" jdk ", PROJECT)).isEqualTo(new BaseImage.Jdk());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "tar:", "Upper/Case", "a b", "x:y:z", "image@sha256:12", "http://x/y"})
  void otherTextsAreRefusedWithTheAcceptedForms(String text) {
    assertThatThrownBy(() -> BaseImage.parse(text, PROJECT))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("'" + text + "'")
        .hasMessageContaining("bigflow.image.base")
        .hasMessageContaining("tar:FILE");
  }

  @ParameterizedTest
  @CsvSource({"8, 17", "17, 17", "18, 21", "21, 21", "25, 25"})
  void defaultsArePinnedAndNewEnough(int release, int runtime) {
    BaseImage base = BaseImage.defaultFor(release);

    assertThat(base.toString())
        .startsWith("eclipse-temurin:" + runtime + "-jre")
        .contains("@sha256:");
    assertThat(base).isEqualTo(BaseImage.parse(base.toString(), PROJECT));
    assertThat(base.warning()).isEmpty();
  }

  @Test
  void defaultForALaterJavaIsATag() {
    assertThat(BaseImage.defaultFor(27)).hasToString("eclipse-temurin:27-jre");
    assertThat(BaseImage.defaultFor(27).warning()).isPresent();
  }
}
