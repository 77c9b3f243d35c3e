// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkflowTest {

  private final JobTask task = Task.job("a", job -> {});

  @Test
  void defaultsAreThoseOfTheDocumentation() {
    Workflow workflow = Workflow.builder("w").build();
    assertThat(workflow.schedule()).isEqualTo(Schedule.cron("0 0 * * *"));
    assertThat(workflow.retry()).isEqualTo(RetryPolicy.DEFAULT);
    assertThat(workflow.retry().retries()).isEqualTo(3);
    assertThat(workflow.retry().pause()).hasSeconds(60);
    assertThat(workflow.timeout()).hasHours(3);
    assertThat(workflow.catchup()).isFalse();
    assertThat(workflow.dependsOnPast()).isFalse();
    assertThat(workflow.maxActiveRuns()).isEqualTo(1);
    assertThat(workflow.runTimeout()).isEmpty();
    assertThat(workflow.start()).isEmpty();
  }

  @Test
  void aSequenceRunsOneAfterTheOther() {
    Workflow workflow =
        Workflow.builder("w")
            .sequence(task, Task.job("b", job -> {}), Task.job("c", job -> {}).after("x"))
            .build();
    assertThat(workflow.tasks())
        .extracting(Task::upstream)
        .containsExactly(List.of(), List.of("a"), List.of("x", "b"));
  }

  @Test
  void aTaskIsNotChangedByWhatIsMadeOfIt() {
    JobTask later = task.after("x").after("x", "y").retry(RetryPolicy.none());
    assertThat(later.upstream()).containsExactly("x", "y");
    assertThat(task.upstream()).isEmpty();
    assertThat(task.retry()).isEmpty();
  }

  @Test
  void aBuilderGoesOnWithoutChangingWhatItBuilt() {
    Workflow.Builder builder = Workflow.builder("w").task(task).tags("t");
    Workflow first = builder.build();
    builder.task(Task.job("b", job -> {})).tags("u");
    assertThat(first.tasks()).hasSize(1);
    assertThat(first.tags()).containsExactly("t");
  }

  @Test
  void zonesAndDays() {
    ZoneId warsaw = ZoneId.of("Europe/Warsaw");
    assertThat(Schedule.hourly().inZone(warsaw)).isEqualTo(new Schedule.Cron("0 * * * *", warsaw));
    assertThat(Workflow.builder("w").start(LocalDate.of(2026, 2, 3)).build().start())
        .contains(LocalDate.of(2026, 2, 3).atStartOfDay(ZoneOffset.UTC));
  }

  @Test
  @SuppressWarnings("NullAway")
  void nullIsRefusedWhereItIsGiven() {
    List<Runnable> calls =
        List.of(
            () -> Workflow.builder(null),
            () -> Workflow.builder("w").tasks(task, null),
            () -> Workflow.builder("w").sequence(task, null),
            () -> Workflow.builder("w").schedule(null),
            () -> Workflow.builder("w").start((LocalDate) null),
            () -> Workflow.builder("w").retry(null),
            () -> Workflow.builder("w").timeout(null),
            () -> Workflow.builder("w").resources(null),
            () -> Workflow.builder("w").secrets((Secret) null),
            () -> Workflow.builder("w").impersonateServiceAccount((String) null),
            () -> Workflow.builder("w").tags("a", null),
            () -> Workflow.builder("w").owner(null),
            () -> Workflow.builder("w").description(null),
            () -> Workflow.builder("w").documentation(null),
            () -> Task.job(null, job -> {}),
            () -> Task.job("a", null),
            () -> task.after("b", null),
            () -> task.retry(null),
            () -> task.timeout(null),
            () -> task.resources(null),
            () -> task.secrets((Secret) null),
            () -> task.impersonateServiceAccount((String) null),
            () -> task.documentation(null),
            () -> Schedule.cron(null),
            () -> Schedule.hourly().inZone(null),
            () -> Schedule.every(null),
            () -> RetryPolicy.of(1, null),
            () -> Resources.of("1", null),
            () -> Secret.all(null),
            () -> Secret.variable("V", "s", null));
    for (Runnable call : calls) {
      assertThatThrownBy(call::run)
          .isInstanceOf(NullPointerException.class)
          .message()
          .matches("(The|A) .+ (is|are) null");
    }
  }
}
