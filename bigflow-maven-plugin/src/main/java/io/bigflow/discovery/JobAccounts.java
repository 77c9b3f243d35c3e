// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import io.bigflow.problem.Problem;
import io.bigflow.spec.ProjectSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** As whom the jobs of an environment act on Google Cloud. */
public final class JobAccounts {
  private static final int NAMED = 5;

  private final ProjectSpec spec;
  private final Map<String, List<String>> jobsByAccounts = new LinkedHashMap<>();
  private final List<String> silent = new ArrayList<>();
  private int jobs;

  private JobAccounts(ProjectSpec spec) {
    this.spec = spec;
    spec.workflows()
        .forEach(
            workflow ->
                workflow
                    .tasks()
                    .forEach(
                        job ->
                            add(workflow.id() + "." + job.id(), job.settings().impersonation())));
  }

  /** The jobs of a project, built for one environment. */
  public static JobAccounts of(ProjectSpec spec) {
    return new JobAccounts(spec);
  }

  private void add(String job, @Nullable List<String> accounts) {
    jobs++;
    if (accounts == null) {
      silent.add(job);
    } else if (!accounts.isEmpty()) {
      jobsByAccounts.computeIfAbsent(String.join(",", accounts), key -> new ArrayList<>()).add(job);
    }
  }

  /** One line per account that is impersonated, delegates included; none if there is none. */
  public List<String> lines() {
    return jobsByAccounts.entrySet().stream()
        .map(
            entry ->
                (entry.getValue().size() == jobs ? "All jobs act as " : some(entry.getValue()))
                    + entry.getKey())
        .toList();
  }

  private static String some(List<String> acting) {
    return named(acting) + (acting.size() == 1 ? " acts as " : " act as ");
  }

  /**
   * What is hardly meant: jobs that work in one project with the account of another one's Composer.
   * A job that says so itself, with an empty {@code impersonateServiceAccount()}, means it.
   *
   * @param composerProject the project of Composer, if it is known
   */
  public Optional<Problem> warning(Optional<String> composerProject) {
    @Nullable String project = spec.jobsProject();
    if (project == null
        || silent.isEmpty()
        || composerProject.isEmpty()
        || composerProject.get().equals(project)) {
      return Optional.empty();
    }
    return Optional.of(
        Problem.of(
                "Environment '"
                    + spec.env()
                    + "' works in project '"
                    + project
                    + "', Composer is in '"
                    + composerProject.get()
                    + "', and "
                    + (silent.size() == jobs
                        ? "no job names a service account, so all act"
                        : named(silent)
                            + (silent.size() == 1
                                ? " names no service account, so it acts"
                                : " name no service account, so they act"))
                    + " as Composer's own",
                "gcp.project, bigflow.gcpProjectId",
                "Name the account in application-"
                    + spec.env()
                    + ".properties, for example bigflow.impersonateServiceAccount=jobs@"
                    + project
                    + ".iam.gserviceaccount.com")
            .see("jobs-of-another-project"));
  }

  private static String named(List<String> some) {
    return some.size() <= NAMED
        ? String.join(", ", some)
        : String.join(", ", some.subList(0, NAMED)) + " and " + (some.size() - NAMED) + " more";
  }
}
