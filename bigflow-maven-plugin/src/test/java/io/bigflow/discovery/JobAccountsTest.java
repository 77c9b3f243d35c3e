// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JobAccountsTest {
  private static final Optional<String> PROD = Optional.of("sales-prod");
  private static final List<String> ACCOUNT = List.of("jobs@sales-dev.iam.gserviceaccount.com");
  private static final List<String> CHAIN =
      List.of("a@ops.iam.gserviceaccount.com", "b@sales-dev.iam.gserviceaccount.com");

  @Test
  void jobsOfAnotherProjectWithoutAnAccountAreAWarning() {
    assertThat(JobAccounts.of(spec("sales-dev", job("a", null), job("b", null))).warning(PROD))
        .get()
        .extracting(problem -> problem.text())
        .isEqualTo(
            """
            Environment 'dev' works in project 'sales-dev', Composer is in 'sales-prod', and no \
            job names a service account, so all act as Composer's own.
              where: gcp.project, bigflow.gcpProjectId
              fix:   Name the account in application-dev.properties, for example \
            bigflow.impersonateServiceAccount=jobs@sales-dev.iam.gserviceaccount.com.
              more:  docs/troubleshooting.md#jobs-of-another-project""");
  }

  @Test
  void theJobsThatNameNoneAreListed() {
    assertThat(what(spec("sales-dev", job("a", ACCOUNT), job("b", null))))
        .endsWith(", and sales.b names no service account, so it acts as Composer's own");
    assertThat(what(spec("sales-dev", job("a", null), job("b", ACCOUNT), job("c", null))))
        .endsWith(", and sales.a, sales.c name no service account, so they act as Composer's own");
    List<TaskSpec> many = new ArrayList<>(List.of(job("x", ACCOUNT)));
    IntStream.range(0, 7).forEach(number -> many.add(job("j" + number, null)));
    assertThat(what(spec("sales-dev", many.toArray(TaskSpec[]::new))))
        .contains("sales.j3, sales.j4 and 2 more name no service account");
  }

  @Test
  void whatIsMeantIsNoWarning() {
    TaskSpec silent = job("a", null);
    assertThat(JobAccounts.of(spec("sales-prod", silent)).warning(PROD)).isEmpty();
    assertThat(JobAccounts.of(spec(null, silent)).warning(PROD)).isEmpty();
    assertThat(JobAccounts.of(spec("sales-dev", silent)).warning(Optional.empty())).isEmpty();
    assertThat(JobAccounts.of(spec("sales-dev", job("a", ACCOUNT))).warning(PROD)).isEmpty();
    assertThat(JobAccounts.of(spec("sales-dev", job("a", List.of()))).warning(PROD)).isEmpty();
  }

  @Test
  void accountsAreShownWithTheirJobs() {
    assertThat(JobAccounts.of(spec("p", job("a", ACCOUNT), job("b", ACCOUNT))).lines())
        .containsExactly("All jobs act as jobs@sales-dev.iam.gserviceaccount.com");
    assertThat(
            JobAccounts.of(
                    spec("p", job("a", CHAIN), job("b", ACCOUNT), job("c", CHAIN), job("d", null)))
                .lines())
        .containsExactly(
            "sales.a, sales.c act as"
                + " a@ops.iam.gserviceaccount.com,b@sales-dev.iam.gserviceaccount.com",
            "sales.b acts as jobs@sales-dev.iam.gserviceaccount.com");
    assertThat(JobAccounts.of(spec("p", job("a", null), job("b", List.of()))).lines()).isEmpty();
  }

  private static String what(ProjectSpec spec) {
    return JobAccounts.of(spec).warning(PROD).orElseThrow().what();
  }

  private static TaskSpec job(String id, @Nullable List<String> impersonation) {
    return new TaskSpec.Job(
        id,
        TaskSpec.Settings.of(
            List.of(),
            null,
            new WorkflowSpec.Retry(3, Duration.ofMinutes(1)),
            Duration.ofHours(3),
            impersonation),
        null,
        List.of());
  }

  private static ProjectSpec spec(@Nullable String jobsProject, TaskSpec... tasks) {
    return new ProjectSpec(
        SpecJson.FORMAT_VERSION,
        "dev",
        jobsProject,
        List.of(
            new WorkflowSpec(
                "sales",
                "com.example.Sales",
                null,
                null,
                null,
                new ScheduleSpec.Manual(),
                ZonedDateTime.parse("2024-01-01T00:00:00Z"),
                false,
                false,
                false,
                1,
                List.of(),
                List.of(tasks))),
        List.of());
  }
}
