// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.services.dataflow.model.Job;
import com.google.api.services.dataflow.model.LaunchTemplateParameters;
import com.google.api.services.dataflow.model.RuntimeEnvironment;
import com.google.auth.oauth2.AccessToken;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import io.bigflow.workflow.Template;
import io.bigflow.workflow.TemplateContext;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.extensions.gcp.storage.NoopPathValidator;
import org.apache.beam.sdk.options.ValueProvider;

/**
 * A classic template: the pipeline is made when the project is built.
 *
 * @see <a href="https://cloud.google.com/dataflow/docs/guides/templates/creating-templates">classic
 *     templates</a>
 */
record ClassicTemplate(TemplateOptions given) implements PipelineTemplate {

  private static final String OPERATOR =
      "airflow.providers.google.cloud.operators.dataflow.DataflowTemplatedJobStartOperator";

  ClassicTemplate {
    for (String parameter : given.parameters()) {
      if (given.types().stream()
          .noneMatch(
              type -> TemplateOptions.has(type, parameter, ClassicTemplate::givesProvider))) {
        throw new ConfigurationException(
            "A run cannot give a value to the option '"
                + parameter
                + "': no interface of BeamTemplate.options(…) has the method ValueProvider<…> "
                + TemplateOptions.getter(parameter)
                + "(). Its interfaces: "
                + given.types().stream().map(Class::getSimpleName).sorted().toList()
                + ". BeamTemplate.flex() takes options of any type, for it makes the pipeline at each"
                + " start.");
      }
    }
  }

  private static boolean givesProvider(Method getter) {
    return getter.getGenericReturnType() instanceof ParameterizedType returned
        && returned.getRawType() == ValueProvider.class;
  }

  /**
   * {@inheritDoc}
   *
   * <p>Only arguments that all versions since provider 10 (Airflow 2.10) have.
   *
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/RuntimeEnvironment">the
   *     environment of a start</a>
   */
  @Override
  public Operator operator(OperatorContext context, Map<String, Template> values) {
    DataflowPipelineOptions options = given.make();
    return Operator.of(OPERATOR)
        .with("project_id", options.getProject())
        .with("location", options.getRegion())
        .with("template", Template.pipelineTemplate(given.folder()))
        .with("job_name", given.jobName(context))
        .with("append_job_name", false)
        .with("parameters", values)
        .with("environment", environment(options, context.workflow(), context.task()))
        .with("deferrable", true);
  }

  private Map<String, Object> environment(
      DataflowPipelineOptions options, String workflow, String task) {
    return TemplateOptions.environment(options, workflow, task, given.env());
  }

  @Override
  public Job start(Run run, DataflowJobs jobs) throws IOException {
    RuntimeEnvironment environment = new RuntimeEnvironment();
    environment(run.options(), run.context().workflow(), run.context().job())
        .forEach(environment::set);
    return jobs.start(
        run.file(),
        new LaunchTemplateParameters()
            .setJobName(run.options().getJobName())
            .setParameters(run.values())
            .setEnvironment(environment));
  }

  @Override
  public void stage(TemplateContext context, Transforms transforms) throws Exception {
    DataflowPipelineOptions options = given.make();
    options.setJobName(JobNames.stem(context.workflow(), context.job(), context.env()));
    options.setLabels(TemplateOptions.labelsOfBuild(context.image(), context.version()));
    WorkerImage.use(context.image(), options);
    options.setFilesToStage(List.of());
    Path template = context.directory().resolve(TemplateContext.TEMPLATE);
    options.setTemplateLocation(template.toString());
    options.setStagingLocation(context.address());
    options.setStager(new FolderStager(context.directory(), context.address()));
    // Nothing is asked of Google while a project is built.
    options.setPathValidatorClass(NoopPathValidator.class);
    options.setGcpCredential(GoogleCredentials.create(new AccessToken("none", null)));
    PipelineTemplate.write(options, transforms);
    // Beam keeps where it wrote the file, which is a path of the machine that builds.
    String written = Files.readString(template);
    Files.writeString(
        template,
        written.replace(
            json(template.toString()), json(context.address() + "/" + TemplateContext.TEMPLATE)),
        StandardCharsets.UTF_8);
  }

  private static String json(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }
}
