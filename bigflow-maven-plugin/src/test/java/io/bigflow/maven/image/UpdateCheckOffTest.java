// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UpdateCheckOffTest {

  private static final String PROPERTY = "jib.disableUpdateChecks";

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  @Test
  void propertyIsGoneAfterTheLastBuild() {
    UpdateCheckOff.during(
        () -> {
          UpdateCheckOff.during(() -> assertThat(System.getProperty(PROPERTY)).isEqualTo("true"));
          assertThat(System.getProperty(PROPERTY)).isEqualTo("true");
        });

    assertThat(System.getProperty(PROPERTY)).isNull();
  }

  @Test
  void usersValueComesBackAfterAFailure() {
    System.setProperty(PROPERTY, "false");

    assertThatThrownBy(
            () ->
                UpdateCheckOff.<IOException>during(
                    () -> {
                      throw new IOException("failed");
                    }))
        .isInstanceOf(IOException.class);

    assertThat(System.getProperty(PROPERTY)).isEqualTo("false");
  }
}
