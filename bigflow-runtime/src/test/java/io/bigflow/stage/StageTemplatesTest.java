// SPDX-License-Identifier: Apache-2.0
package io.bigflow.stage;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TemplateRequest;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Schedule;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import io.bigflow.workflow.TemplateJob;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the build asks for, and what it hears. */
class StageTemplatesTest {
  private static final String IMAGE = "example.pkg.dev/p/r/jobs@sha256:" + "ab".repeat(32);
  private static final String ADDRESS = "gs://acme-dataflow/x";

  @TempDir private Path folder = Path.of("");
  private final StringWriter err = new StringWriter();

  /** Writes what it is told. */
  private record Telling() implements TemplateJob {
    @Override
    public void stage(TemplateContext context) throws IOException {
      Files.writeString(
          context.directory().resolve(TemplateContext.TEMPLATE),
          String.join(
              " ",
              context.workflow(),
              context.job(),
              context.env(),
              context.version(),
              context.image(),
              context.address(),
              context.config().find("greeting").orElse("-")));
    }

    @Override
    public Optional<Operator> operator(OperatorContext context) {
      return Optional.of(
          Operator.of("a.b.C").with("template", Template.pipelineTemplate("gs://acme-dataflow")));
    }

    @Override
    public void execute(JobContext context) {}
  }

  /** Fails. */
  private record Failing(Exception failure) implements TemplateJob {
    @Override
    public void stage(TemplateContext context) throws Exception {
      throw failure;
    }

    @Override
    public Optional<Operator> operator(OperatorContext context) {
      return Optional.empty();
    }

    @Override
    public void execute(JobContext context) {}
  }

  /** Has a job of each kind. */
  public static final class Pipelines implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      return Workflow.builder("pipelines")
          .schedule(Schedule.manual())
          .task(Task.job("tell", new Telling()))
          .task(Task.job("misconfigured", new Failing(new ConfigurationException("No region."))))
          .task(Task.job("broken", new Failing(new IOException("no such thing"))))
          .task(Task.job("plain", run -> {}))
          .build();
    }
  }

  /** Is none. */
  public static final class Broken implements WorkflowDefinition {
    @Override
    public Workflow define(DefinitionContext context) {
      throw new IllegalStateException("not today");
    }
  }

  @BeforeEach
  void makeFolder() throws IOException {
    Files.createDirectories(folder.resolve("out"));
  }

  private int stage(Class<?> definition, String... tasks) throws IOException {
    List<TemplateRequest.Wanted> wanted =
        List.of(tasks).stream()
            .map(
                task ->
                    new TemplateRequest.Wanted(
                        definition.getName(),
                        "pipelines",
                        task,
                        ADDRESS,
                        folder.resolve("out").toString()))
            .toList();
    Path request = folder.resolve("request.json");
    SpecJson.write(new TemplateRequest("dev", "1.2.3", IMAGE, wanted), request);
    return StageTemplates.run(
        new String[] {"--request", request.toString()},
        StageTemplatesTest.class.getClassLoader(),
        new PrintWriter(err, true));
  }

  @Test
  void makesWhatIsWanted() throws IOException {
    assertThat(stage(Pipelines.class, "tell")).isZero();
    assertThat(folder.resolve("out/template"))
        .hasContent("pipelines tell dev 1.2.3 " + IMAGE + " " + ADDRESS + " -");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void saysWhoseConfigurationIsWrongWithoutAStackTrace() throws IOException {
    assertThat(stage(Pipelines.class, "misconfigured")).isEqualTo(1);
    assertThat(err.toString().strip()).isEqualTo("Task 'pipelines.misconfigured': No region.");
  }

  @Test
  void showsWhereAPipelineFails() throws IOException {
    assertThat(stage(Pipelines.class, "broken")).isEqualTo(1);
    assertThat(err.toString())
        .startsWith("The pipeline of task 'pipelines.broken' cannot be made:")
        .contains("java.io.IOException: no such thing");
  }

  @Test
  void aJobThatMakesNoTemplateIsNamed() throws IOException {
    assertThat(stage(Pipelines.class, "plain")).isEqualTo(1);
    assertThat(err.toString()).contains("Task 'pipelines.plain'").contains("BeamTemplate");
    assertThat(stage(Broken.class, "tell")).isEqualTo(1);
    assertThat(err.toString()).contains("not today");
  }

  @Test
  void withoutARequestItSaysWhatItNeeds() {
    assertThat(
            StageTemplates.run(
                new String[0],
                StageTemplatesTest.class.getClassLoader(),
                new PrintWriter(err, true)))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--request=FILE");
  }
}
