// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import io.bigflow.config.EnvironmentConfig;
import io.bigflow.definition.DeclaredFor;
import io.bigflow.run.LaunchParameters;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.LaunchContext;
import io.bigflow.workflow.TemplateJob;
import io.bigflow.workflow.Workflow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the pipeline of a Flex template, for which Dataflow has started this image. Like the build,
 * it knows no variables of the operating system: those of a pod are not there.
 */
final class TemplateLaunch {

  private static final Set<String> OF_A_LAUNCH =
      Set.of("--" + LaunchParameters.TEMPLATE_LOCATION, "--" + LaunchParameters.TASK);

  private final ClassLoader classLoader;
  private final WorkflowIndex index;

  TemplateLaunch(ClassLoader classLoader, WorkflowIndex index) {
    this.classLoader = classLoader;
    this.index = index;
  }

  /** Whether Google's launcher has given the arguments. */
  static boolean isMeantBy(List<String> arguments) {
    return arguments.stream()
        .map(argument -> argument.replaceFirst("(?s)=.*", ""))
        .anyMatch(OF_A_LAUNCH::contains);
  }

  /**
   * Makes the pipeline.
   *
   * @return the exit code
   * @throws ConfigurationException if the arguments, the definition or the configuration do not fit
   * @throws Exception if the pipeline cannot be made
   */
  int run(List<String> arguments) throws Exception {
    Map<String, String> own = new LinkedHashMap<>();
    List<String> options = new ArrayList<>();
    for (String argument : arguments) {
      int equals = argument.indexOf('=');
      if (equals > 0 && argument.startsWith("--" + LaunchParameters.PREFIX)) {
        own.put(argument.substring("--".length(), equals), argument.substring(equals + 1));
      } else {
        options.add(argument);
      }
    }
    KnownJobs known = new KnownJobs(index);
    KnownJobs.Name name = known.require(require(own, LaunchParameters.TASK));
    String env = require(own, LaunchParameters.ENV);
    known.requireEnvironment(env);
    JobConfig config = EnvironmentConfig.builder(env).classLoader(classLoader).build();
    Workflow workflow = KnownJobs.declare(classLoader, name.entry(), new DeclaredFor(env, config));
    if (!(KnownJobs.require(name.job(), workflow, env).job() instanceof TemplateJob job)) {
      throw new ConfigurationException(
          "Task '"
              + own.get(LaunchParameters.TASK)
              + "' has no job that is started from a template. Make it a BeamTemplate.");
    }
    job.launch(
        new LaunchContext(
            workflow.id(),
            name.job(),
            env,
            index.version(),
            require(own, LaunchParameters.IMAGE),
            config,
            options));
    return Launcher.DONE;
  }

  private static String require(Map<String, String> parameters, String name) {
    @Nullable String value = parameters.get(name);
    if (value == null || value.isBlank()) {
      throw new ConfigurationException(
          "The template was started without its parameter '"
              + name
              + "', which a task of BigFlow gives. Who starts it by other means gives it the"
              + " default that the template's own metadata name.");
    }
    return value;
  }
}
