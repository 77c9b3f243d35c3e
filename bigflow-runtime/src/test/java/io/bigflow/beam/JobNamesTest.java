// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class JobNamesTest {

  @Test
  void namesAreOfTheRunOrOfAllRuns() {
    BeamRun one = BeamRun.direct();
    BeamRun other = one.run("scheduled__2026-01-02");
    assertThat(JobNames.of(one.context(), false))
        .isEqualTo(JobNames.of(one.context(), false))
        .isNotEqualTo(JobNames.of(other.context(), false));
    assertThat(JobNames.of(one.context(), true))
        .isEqualTo(JobNames.of(other.context(), true))
        .isEqualTo(JobNames.streaming("sales", "count_words", "dev"));
  }

  @Test
  void namesAreWhatDataflowAllows() {
    Stream.of("a", "1_2", "Sales_Of.The-Day", "x".repeat(200), "é", "___")
        .forEach(
            id ->
                assertThat(JobNames.of(context(id, id), true))
                    .matches("[a-z]([-a-z0-9]*[a-z0-9])?")
                    .hasSizeLessThanOrEqualTo(63));
  }

  @Test
  void jobsThatDifferInWhatNamesCannotHoldHaveDifferentNames() {
    assertThat(JobNames.of(context("a_b", "c"), true))
        .isNotEqualTo(JobNames.of(context("a-b", "c"), true))
        .isNotEqualTo(JobNames.of(context("a", "b_c"), true));
  }

  private static RunContext context(String workflow, String job) {
    RunContext of = BeamRun.direct().context();
    return new RunContext(
        workflow,
        job,
        of.runtime(),
        of.env(),
        of.runId(),
        Map.of(),
        of.config(),
        null,
        new Cancellation());
  }
}
