// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.git.SourceRevision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageTagTest {

  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  private static final String DIGEST =
      "sha256:fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";

  @ParameterizedTest
  @CsvSource({
    "1.4.0,          clean, 1.4.0,                                            1.4.0",
    "1.4.0,          dirty, 1.4.0,                                            1.4.0",
    "1.4.0,          none,  1.4.0,                                            1.4.0",
    "1.5.0-SNAPSHOT, clean, 1.5.0-SNAPSHOT-0123456789ab,                      1.5.0-SNAPSHOT-0123456789ab",
    "1.5.0-SNAPSHOT, dirty, 1.5.0-SNAPSHOT-0123456789ab-dirty-fedcba987654,   1.5.0-SNAPSHOT-0123456789ab-dirty",
    "1.5.0-SNAPSHOT, none,  1.5.0-SNAPSHOT-fedcba987654,                      1.5.0-SNAPSHOT",
    "1.0.0+build.7,  clean, 1.0.0_build.7,                                    1.0.0_build.7",
    "-1 ü,           clean, _1__,                                             _1__"
  })
  void tagSaysWhatIsInside(String version, String state, String tag, String provisional) {
    SourceRevision revision =
        state.equals("none")
            ? SourceRevision.NONE
            : new SourceRevision(COMMIT, state.equals("dirty"));

    assertThat(ImageTag.of(version, revision, DIGEST)).isEqualTo(tag);
    assertThat(ImageTag.provisional(version, revision)).isEqualTo(provisional);
    assertThat(new ImageReference("localhost/demo", tag).tag()).isEqualTo(tag);
  }
}
