// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.ProjectDirectory;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.TemplateJob;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher does when Dataflow starts the image for a Flex template. */
class TemplateLaunchTest {

  private static final List<LaunchContext> LAUNCHED = new ArrayList<>();

  /** Has a template that starts without the image. */
  private static class Classic implements TemplateJob {
    @Override
    public Optional<Operator> operator(OperatorContext context) {
      return Optional.empty();
    }

    @Override
    public void stage(TemplateContext context) {}

    @Override
    public void execute(JobContext context) {}
  }

  /** Remembers what it is told. */
  private static final class Remembering extends Classic {
    @Override
    public void launch(LaunchContext context) {
      LAUNCHED.add(context);
    }
  }

  /** Finds no bucket. */
  private static final class Failing extends Classic {
    @Override
    public void launch(LaunchContext context) throws Exception {
      throw new IOException("no bucket");
    }
  }

  /** Templates and others. */
  public static final class Counting implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("counting")
          .schedule(Schedule.manual())
          .task(Task.job("count", new Remembering()))
          .task(Task.job("fail", new Failing()))
          .task(Task.job("classic", new Classic()))
          .task(Task.job("plain", run -> {}))
          .build();
    }
  }

  @TempDir private Path folder = Path.of("");

  private final StringWriter err = new StringWriter();
  private ProjectDirectory project = new ProjectDirectory(folder);

  @BeforeEach
  void writeProject() {
    LAUNCHED.clear();
    project =
        new ProjectDirectory(folder)
            .with(
                WorkflowIndex.RESOURCE,
                SpecJson.write(
                    new WorkflowIndex(
                        SpecJson.FORMAT_VERSION,
                        "com.acme:demo",
                        "1.2.3",
                        List.of("dev"),
                        List.of(
                            new WorkflowIndex.Entry(
                                "counting",
                                Counting.class.getName(),
                                List.of("count", "fail", "classic", "plain"))))))
            .with("application.properties", "limit=${LIMIT:none}");
  }

  private int run(String... arguments) {
    return new Launcher(
            project.loader(),
            Map.of("LIMIT", "of a pod"),
            new PrintWriter(new StringWriter(), true),
            new PrintWriter(err, true),
            hook -> {})
        .run(arguments);
  }

  @Test
  void theTaskLearnsWhatDataflowSays() {
    assertThat(
            run(
                "--bigflowImage=example.com/demo@sha256:0123",
                "--region=europe-west1",
                "--templateLocation=gs://acme/launch/job_object",
                "--bigflowTask=counting.count",
                "--input=--bigflowTask=x",
                "--labels={\n}",
                "--bigflowEnv=dev"))
        .isEqualTo(Launcher.DONE);
    LaunchContext launched = LAUNCHED.get(0);
    assertThat(launched.workflow()).isEqualTo("counting");
    assertThat(launched.job()).isEqualTo("count");
    assertThat(launched.env()).isEqualTo("dev");
    assertThat(launched.version()).isEqualTo("1.2.3");
    assertThat(launched.image()).isEqualTo("example.com/demo@sha256:0123");
    // As it was when the DAG was built, whatever the machine of the launcher has.
    assertThat(launched.config().get("limit")).isEqualTo("none");
    assertThat(launched.options())
        .containsExactly(
            "--region=europe-west1",
            "--templateLocation=gs://acme/launch/job_object",
            "--input=--bigflowTask=x",
            "--labels={\n}");
  }

  @Test
  void saysWhatDoesNotFit() {
    String target = "--templateLocation=gs://acme/launch/job_object";
    assertThat(run(target)).isEqualTo(Launcher.MISUSED);
    assertThat(err.toString()).contains("without its parameter 'bigflowTask'");
    assertThat(run(target, "--bigflowTask=counting.cuont", "--bigflowEnv=dev"))
        .isEqualTo(Launcher.MISUSED);
    assertThat(err.toString()).contains("Did you mean 'count'?");
    assertThat(run(target, "--bigflowTask=counting.count", "--bigflowEnv=prod"))
        .isEqualTo(Launcher.MISUSED);
    assertThat(err.toString()).contains("Unknown environment 'prod'");
    assertThat(run(target, "--bigflowTask=counting.count", "--bigflowEnv=dev"))
        .isEqualTo(Launcher.MISUSED);
    assertThat(err.toString()).contains("without its parameter 'bigflowImage'");
    String[] plain = {target, "--bigflowTask=counting.plain", "--bigflowEnv=dev"};
    assertThat(run(plain)).isEqualTo(Launcher.MISUSED);
    assertThat(err.toString()).contains("'counting.plain' has no job that is started from a");
    assertThat(run(target, "--bigflowTask=counting.fail", "--bigflowEnv=dev", "--bigflowImage=i"))
        .isEqualTo(Launcher.FAILED);
    assertThat(
            run(target, "--bigflowTask=counting.classic", "--bigflowEnv=dev", "--bigflowImage=i"))
        .isEqualTo(Launcher.MISUSED);
    assertThat(err.toString())
        .contains("The template of counting.classic is none that Dataflow starts the image for");
    assertThat(LAUNCHED).isEmpty();
  }
}
