// SPDX-License-Identifier: Apache-2.0
package io.bigflow.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import example.HelloWorkflow;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.Job;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WorkflowTesterTest {

  private final List<JobContext> contexts = new ArrayList<>();

  @Test
  void runsTheJobsOfTheSampleInOrder() {
    assertThat(WorkflowTester.of(new HelloWorkflow()).run().order())
        .containsExactly("say_hello", "say_goodbye");
  }

  @Test
  void orderIsThatOfTheGraphThenOfTheDeclaration() {
    WorkflowDefinition diamond =
        graph(
            task("join").after("left", "right"),
            task("right").after("start"),
            task("left").after("start"),
            task("alone"),
            task("start"));
    assertThat(WorkflowTester.of(diamond).run().order())
        .containsExactly("alone", "start", "right", "left", "join");
  }

  @Test
  void jobsGetWhatTheTestChooses() {
    WorkflowTester.of(graph(Task.job("one", contexts::add)))
        .env("prod")
        .runtime("2026-02-03T04:00+01:00")
        .runId("mine")
        .conf(Map.of("raw_path", "gs://b/f"))
        .config("a.b", "${bigflow.env}-value")
        .run();
    JobContext context = contexts.get(0);
    assertThat(context.env()).isEqualTo("prod");
    assertThat(context.runtime())
        .isEqualTo(ZonedDateTime.of(2026, 2, 3, 3, 0, 0, 0, ZoneOffset.UTC));
    assertThat(context.runId()).isEqualTo("mine");
    assertThat(context.conf()).containsExactly(Map.entry("raw_path", "gs://b/f"));
    assertThat(context.config().get("a.b")).isEqualTo("prod-value");
    assertThat(context.workflow() + "." + context.job()).isEqualTo("graph.one");
  }

  @Test
  void jobsActAsInAContainer() {
    String dev = "jobs@sales-dev.iam.gserviceaccount.com";
    String own = "own@sales-dev.iam.gserviceaccount.com";
    WorkflowTester.of(
            graph(
                Task.job("one", contexts::add),
                Task.job("two", contexts::add).impersonateServiceAccount(own),
                Task.job("three", contexts::add).impersonateServiceAccount()))
        .config(Impersonation.KEY, dev)
        .run();
    assertThat(contexts)
        .extracting(JobContext::impersonation)
        .containsExactly(
            Optional.of(Impersonation.parse(dev)),
            Optional.of(Impersonation.parse(own)),
            Optional.empty());
  }

  @Test
  void theDefinitionSeesTheSameConfiguration() {
    WorkflowDefinition definition =
        context -> Workflow.builder(context.config().get("id") + "_" + context.env()).build();
    assertThat(WorkflowTester.of(definition).config("id", "x").workflow().id())
        .isEqualTo("x_local");
  }

  @Test
  void doublesRunInPlaceOfJobs() {
    WorkflowDefinition definition =
        graph(
            Task.job(
                "real",
                job -> {
                  throw new IOException("needs a network");
                }));
    assertThat(WorkflowTester.of(definition).replace("real", contexts::add).run().order())
        .containsExactly("real");
    assertThat(contexts).hasSize(1);
    assertThatThrownBy(() -> WorkflowTester.of(definition).replace("reel", contexts::add).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Workflow 'graph' has no job 'reel'. Its jobs: real.");
  }

  @Test
  void someJobsRunAlone() {
    WorkflowDefinition definition =
        graph(task("a"), Task.job("b", contexts::add).after("a"), task("c").after("b"));
    assertThat(WorkflowTester.of(definition).runJobs("b").order()).containsExactly("b");
    assertThat(contexts).hasSize(1);
    assertThatThrownBy(() -> WorkflowTester.of(definition).runJobs("d"))
        .hasMessageContaining("Its jobs: a, b, c");
  }

  @Test
  void aFailureStopsTheRunAndSaysWhatWasDone() {
    IOException failure = new IOException("disk full");
    WorkflowDefinition definition =
        graph(task("a"), Task.job("b", throwing(failure)).after("a"), task("c").after("b"));
    assertThatThrownBy(() -> WorkflowTester.of(definition).run())
        .isInstanceOfSatisfying(
            JobFailedException.class,
            e -> {
              assertThat(e.job()).isEqualTo("b");
              assertThat(e.done()).containsExactly("a");
              assertThat(e).hasCause(failure).hasMessageContaining("disk full");
            });
  }

  @Test
  void assertionsAndConfigurationPassThrough() {
    AssertionError assertion = new AssertionError("in a double");
    assertThatThrownBy(
            () ->
                WorkflowTester.of(graph(task("a")))
                    .replace(
                        "a",
                        job -> {
                          throw assertion;
                        })
                    .run())
        .isSameAs(assertion);
    assertThatThrownBy(
            () -> WorkflowTester.of(graph(Task.job("a", job -> job.config().get("no.key")))).run())
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void aGraphThatCannotRunIsExplained() {
    assertThatThrownBy(() -> WorkflowTester.of(graph(task("a").after("b"))).run())
        .hasMessageContaining("task 'a' waits for 'b'");
    assertThatThrownBy(
            () -> WorkflowTester.of(graph(task("a").after("b"), task("b").after("a"))).run())
        .hasMessageContaining("cycle")
        .hasMessageContaining("a, b");
    assertThatThrownBy(() -> WorkflowTester.of(graph(task("a"), task("a"))).run())
        .hasMessageContaining("two tasks with the id 'a'");
  }

  private static Job throwing(Exception failure) {
    return job -> {
      throw failure;
    };
  }

  private static Task task(String id) {
    return Task.job(id, job -> {});
  }

  private static WorkflowDefinition graph(Task... tasks) {
    return (DefinitionContext context) -> Workflow.builder("graph").tasks(tasks).build();
  }
}
