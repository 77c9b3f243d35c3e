// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import com.google.api.client.googleapis.json.GoogleJsonResponseException;
import com.google.api.client.googleapis.services.AbstractGoogleClientRequest;
import com.google.api.services.dataflow.Dataflow;
import com.google.api.services.dataflow.model.Job;
import com.google.api.services.dataflow.model.LaunchFlexTemplateParameter;
import com.google.api.services.dataflow.model.LaunchFlexTemplateRequest;
import com.google.api.services.dataflow.model.LaunchTemplateParameters;
import com.google.api.services.dataflow.model.ListJobsResponse;
import io.bigflow.workflow.ConfigurationException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.jspecify.annotations.Nullable;

/**
 * The jobs of Dataflow in one project and region.
 *
 * @see <a
 *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.jobs">the
 *     API</a>
 */
final class DataflowJobs {

  /** States in which a job has ended. */
  private static final Set<String> ENDED =
      Set.of(
          "JOB_STATE_DONE",
          "JOB_STATE_FAILED",
          "JOB_STATE_CANCELLED",
          "JOB_STATE_UPDATED",
          "JOB_STATE_DRAINED");

  /** States of a job that goes on to its end whatever one does. */
  private static final Set<String> ENDING =
      Set.of("JOB_STATE_DRAINING", "JOB_STATE_CANCELLING", "JOB_STATE_RESOURCE_CLEANING_UP");

  private final Dataflow.Projects.Locations locations;
  private final Dataflow.Projects.Locations.Jobs jobs;
  private final String project;
  private final String region;

  DataflowJobs(DataflowPipelineOptions options) {
    this.locations = options.getDataflowClient().projects().locations();
    this.jobs = locations.jobs();
    this.project = options.getProject();
    this.region = options.getRegion();
  }

  /** The one that has the name and has not ended; Dataflow lets there be one at most. */
  Optional<Job> active(String name) throws IOException {
    @Nullable String page = null;
    do {
      // What a list tells of a job lacks its labels.
      Dataflow.Projects.Locations.Jobs.List request =
          jobs.list(project, region).setName(name).setFilter("ACTIVE");
      ListJobsResponse answer =
          send("list Dataflow jobs", page == null ? request : request.setPageToken(page))
              .orElseThrow();
      List<Job> found = answer.getJobs() == null ? List.of() : answer.getJobs();
      for (Job job : found) {
        if (name.equals(job.getName()) && !hasEnded(job)) {
          return get(job.getId());
        }
      }
      page = answer.getNextPageToken();
    } while (page != null && !page.isEmpty());
    return Optional.empty();
  }

  /** With labels, without steps. */
  Optional<Job> get(String id) throws IOException {
    return send(
        "read Dataflow job " + id, jobs.get(project, region, id).setView("JOB_VIEW_DESCRIPTION"));
  }

  /**
   * Starts a classic template.
   *
   * @param file the template, {@code gs://…}
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.templates/launch">the
   *     request</a>
   */
  Job start(String file, LaunchTemplateParameters said) throws IOException {
    return send(
            "start the template " + file,
            locations.templates().launch(project, region, said).setGcsPath(file))
        .orElseThrow(() -> noTemplate(file))
        .getJob();
  }

  /**
   * Starts a Flex template.
   *
   * @see <a
   *     href="https://cloud.google.com/dataflow/docs/reference/rest/v1b3/projects.locations.flexTemplates/launch">the
   *     request</a>
   */
  Job start(LaunchFlexTemplateParameter said) throws IOException {
    String file = said.getContainerSpecGcsPath();
    return send(
            "start the Flex template " + file,
            locations
                .flexTemplates()
                .launch(project, region, new LaunchFlexTemplateRequest().setLaunchParameter(said)))
        .orElseThrow(() -> noTemplate(file))
        .getJob();
  }

  private static ConfigurationException noTemplate(String file) {
    return new ConfigurationException(
        "Dataflow finds no template "
            + file
            + ". A deployment brings it there: mvn deploy with the same bigflow.env and image.");
  }

  /** Lets it take no more input, finish what it has, and end. */
  void drain(Job job) throws IOException {
    send(
        "drain Dataflow job " + job.getId(),
        jobs.update(
            project, region, job.getId(), new Job().setRequestedState("JOB_STATE_DRAINED")));
  }

  /** Ends it at once. */
  void cancel(Job job) throws IOException {
    send(
        "cancel Dataflow job " + job.getId(),
        jobs.update(
            project, region, job.getId(), new Job().setRequestedState("JOB_STATE_CANCELLED")));
  }

  static boolean hasEnded(Job job) {
    return ENDED.contains(state(job));
  }

  static boolean isEnding(Job job) {
    return ENDING.contains(state(job));
  }

  static String state(Job job) {
    @Nullable String state = job.getCurrentState();
    return state == null ? "JOB_STATE_UNKNOWN" : state;
  }

  /** Empty if there is no such thing. */
  private <T> Optional<T> send(String what, AbstractGoogleClientRequest<T> request)
      throws IOException {
    try {
      return Optional.of(request.execute());
    } catch (GoogleJsonResponseException e) {
      if (e.getStatusCode() == HttpURLConnection.HTTP_NOT_FOUND) {
        return Optional.empty();
      }
      if (e.getStatusCode() == HttpURLConnection.HTTP_FORBIDDEN
          || e.getStatusCode() == HttpURLConnection.HTTP_UNAUTHORIZED) {
        throw new ConfigurationException("Cannot " + what + ": " + advice(e), e);
      }
      throw e;
    }
  }

  private String advice(GoogleJsonResponseException failure) {
    @Nullable String message =
        failure.getDetails() == null ? null : failure.getDetails().getMessage();
    String text = message == null ? "Dataflow answered " + failure.getStatusCode() : message;
    if (text.contains("has not been used in project") || text.contains("SERVICE_DISABLED")) {
      return text + " Run: gcloud services enable dataflow.googleapis.com --project=" + project;
    }
    return text
        + " Grant the account that the job acts as roles/dataflow.developer on project '"
        + project
        + "', and roles/iam.serviceAccountUser on the account of the workers.";
  }
}
