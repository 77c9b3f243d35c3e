// SPDX-License-Identifier: Apache-2.0
package io.bigflow.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class BigflowExceptionTest {

  @Test
  void oneProblemIsShownWithPlaceAndFix() {
    assertThat(BigflowException.of(Problem.of("It failed", "a file", "Mend it").see("Some-Page")))
        .hasMessage(
            """
            It failed.
              where: a file
              fix:   Mend it.
              more:  docs/troubleshooting.md#some-page""");
  }

  @Test
  void severalProblemsAreNumbered() {
    assertThat(
            BigflowException.of(
                "Two problems:",
                List.of(Problem.of("First", "", "Do this"), Problem.of("Second!", "there", ""))))
        .hasMessage(
            """
            Two problems:

            1. First.
                 fix:   Do this.

            2. Second!
                 where: there""");
  }
}
