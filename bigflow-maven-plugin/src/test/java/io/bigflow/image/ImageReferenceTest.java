// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ImageReferenceTest {

  @Test
  void aRegistryMustBeNamed() {
    for (String repository :
        List.of("localhost/demo", "127.0.0.1:5000/a/b", "europe-docker.pkg.dev/p/r/i")) {
      assertThat(new ImageReference(repository, "1.0").repository()).isEqualTo(repository);
    }
    // Without a host these would silently mean Docker Hub.
    for (String repository : List.of("acme/sales", "sales", "gcr.io/Upper", "gcr.io/a:1")) {
      assertThatThrownBy(() -> new ImageReference(repository, "1.0"))
          .isInstanceOf(BigflowException.class)
          .hasMessageContaining("'" + repository + "' is not the name of an image repository")
          .hasMessageContaining("bigflow.image.repository");
    }
  }
}
