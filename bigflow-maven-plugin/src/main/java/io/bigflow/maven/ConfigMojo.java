// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.maven.parameters.EffectiveParameters;
import io.bigflow.maven.parameters.Parameters;
import io.bigflow.spec.JobConfigSpec;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.util.List;
import org.apache.maven.model.Profile;
import org.apache.maven.plugin.PluginParameterExpressionEvaluator;
import org.apache.maven.plugins.annotations.Execute;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.codehaus.plexus.component.configurator.expression.ExpressionEvaluationException;

/**
 * Shows the configuration in force, each value with the place it comes from: the parameters of the
 * deployment, and the job configuration of the environment as it is deployed. Secrets are not
 * shown, nor are variables of the operating system of this machine, which override it in {@code
 * bigflow:run} only. Writes {@code target/bigflow/config.json} too.
 *
 * <p>{@code mvn bigflow:config -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "config", requiresDependencyResolution = ResolutionScope.RUNTIME, threadSafe = true)
@Execute(phase = LifecyclePhase.PROCESS_RESOURCES)
public final class ConfigMojo extends AbstractBigflowMojo {

  /**
   * What {@code config.json} holds.
   *
   * @param profiles the active profiles
   * @param env the environment
   * @param parameters the parameters that have a value
   * @param jobs the job configuration
   */
  record Document(
      List<String> profiles,
      String env,
      List<EffectiveParameters.Entry> parameters,
      JobConfigSpec jobs) {}

  @Override
  void run() throws IOException, InterruptedException {
    if (session().getProjects().size() > 1 && !BigflowLifecycleParticipant.isDeclared(project())) {
      progress().detail("bigflow:config passes over a module without workflows");
      return;
    }
    List<String> profiles = project().getActiveProfiles().stream().map(Profile::getId).toList();
    EffectiveParameters parameters =
        EffectiveParameters.of(
            knownParameters(),
            new Parameters(session(), project(), pluginConfiguration(project())),
            this::evaluated);
    JobConfigSpec jobs = JobConfigStep.read(this);
    SpecJson.write(new Document(profiles, env(), parameters.parameters(), jobs), output().config());
    progress()
        .say(
            "Deployment with "
                + (profiles.isEmpty() ? "no profile" : "profile " + String.join(", ", profiles))
                + ":");
    table(
        parameters.parameters().stream()
            .map(entry -> List.of(entry.name(), entry.value(), entry.origin()))
            .toList());
    progress().say("Jobs in environment " + env() + ":");
    table(
        jobs.entries().stream()
            .map(
                entry ->
                    List.of(
                        entry.key(),
                        entry.value() == null ? EffectiveParameters.HIDDEN : entry.value(),
                        entry.origin()))
            .toList());
    jobs.entries().stream()
        .map(JobConfigSpec.Entry::problem)
        .forEach(
            problem -> {
              if (problem != null) {
                progress().warn(problem);
              }
            });
    progress().say("Written: " + output().config());
  }

  private String evaluated(String expression) {
    try {
      Object value =
          new PluginParameterExpressionEvaluator(session(), execution()).evaluate(expression);
      return value == null ? "" : value.toString();
    } catch (ExpressionEvaluationException e) {
      throw new IllegalStateException(e);
    }
  }

  private void table(List<List<String>> rows) {
    int first = rows.stream().mapToInt(row -> row.get(0).length()).max().orElse(0);
    // A long value does not push all origins out of sight.
    int second = rows.stream().mapToInt(row -> Math.min(row.get(1).length(), 60)).max().orElse(0);
    rows.forEach(
        row ->
            progress()
                .say(
                    String.format(
                        "  %-" + Math.max(1, first) + "s  %-" + Math.max(1, second) + "s  %s",
                        row.get(0),
                        row.get(1).replace("\n", "\\n"),
                        row.get(2))));
  }
}
