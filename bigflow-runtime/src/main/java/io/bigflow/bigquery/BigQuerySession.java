// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryException;
import com.google.cloud.bigquery.Dataset;
import com.google.cloud.bigquery.DatasetInfo;
import com.google.cloud.bigquery.JobId;
import com.google.cloud.bigquery.Table;
import com.google.cloud.bigquery.TableId;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobContext;
import java.net.HttpURLConnection;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A dataset, a client for it and the run that uses them.
 *
 * @param client acts as the operation is to act
 */
record BigQuerySession(BigQuery client, BigQueryDataset dataset, JobContext context) {

  private static final Logger log = LoggerFactory.getLogger(BigQuerySession.class);

  static BigQuerySession of(BigQueryDataset dataset, JobContext context) {
    return new BigQuerySession(BigQueryClient.of(context, dataset), dataset, context);
  }

  /** A call of BigQuery's API. */
  interface Call<T extends @Nullable Object> {
    T make();
  }

  /** Calls BigQuery, and says what could not be done. */
  <T extends @Nullable Object> T call(String purpose, Call<T> call) throws BigQueryJobException {
    try {
      return call.make();
    } catch (BigQueryException e) {
      throw failure(purpose, null, null, e);
    }
  }

  /** Calls BigQuery, and says what could not be done. */
  void act(String purpose, Runnable calls) throws BigQueryJobException {
    try {
      calls.run();
    } catch (BigQueryException e) {
      throw failure(purpose, null, null, e);
    }
  }

  /**
   * What could not be done and why, with advice.
   *
   * @param sql the SQL, if it has one
   * @param id the job, if there is one
   */
  BigQueryJobException failure(
      String purpose, @Nullable String sql, @Nullable JobId id, BigQueryException e) {
    return new BigQueryJobException(
        BigQueryMessages.text(purpose, sql, id, e.getError(), e.getMessage(), List.of())
            + (isUnanswered(e)
                ? " BigQuery cannot be reached at "
                    + client.getOptions().getHost()
                    + "; look at the network"
                    + (context.config().find(BigQueryOperation.ENDPOINT_KEY).isPresent()
                        ? ", or correct " + BigQueryOperation.ENDPOINT_KEY + "."
                        : ".")
                : advice(e.getCode(), e.getReason())),
        e);
  }

  private static boolean isUnanswered(BigQueryException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SocketException || cause instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  /** Makes the dataset if it is absent, labels it, and returns where it is. */
  String ensureDataset() {
    Dataset existing = client.getDataset(dataset.id());
    if (existing == null) {
      existing = create();
    }
    if (!existing.getLabels().entrySet().containsAll(dataset.labels().entrySet())) {
      log.info("Labelling dataset {}", dataset);
      // Only the labels: the rest, such as who may read it, may be changed by others meanwhile.
      client.update(
          DatasetInfo.newBuilder(dataset.id())
              .setLabels(merged(existing.getLabels(), dataset.labels()))
              .build());
    }
    String location = existing.getLocation();
    return location == null ? dataset.locationOrDefault() : location;
  }

  private Dataset create() {
    log.info("Creating dataset {} in {}", dataset, dataset.locationOrDefault());
    try {
      return client.create(
          DatasetInfo.newBuilder(dataset.id())
              .setLocation(dataset.locationOrDefault())
              .setLabels(dataset.labels())
              .build());
    } catch (BigQueryException e) {
      // Another job of the run may have been faster.
      Dataset existing =
          e.getCode() == HttpURLConnection.HTTP_CONFLICT ? client.getDataset(dataset.id()) : null;
      if (existing == null) {
        throw e;
      }
      return existing;
    }
  }

  /** Labels all tables that are to have labels and are there. */
  void labelTables() {
    dataset
        .tableLabels()
        .forEach(
            (name, labels) -> {
              Table table = client.getTable(tableId(name));
              if (table != null && !table.getLabels().entrySet().containsAll(labels.entrySet())) {
                log.info("Labelling table {}", dataset.fullId(name));
                client.update(
                    table.toBuilder().setLabels(merged(table.getLabels(), labels)).build());
              }
            });
  }

  private static Map<String, String> merged(Map<String, String> present, Map<String, String> own) {
    Map<String, String> all = new LinkedHashMap<>(present);
    all.putAll(own);
    return all;
  }

  TableId tableId(String name) {
    return TableId.of(dataset.project(), dataset.name(), name);
  }

  /**
   * What would help against an answer; begins with a blank unless it is empty.
   *
   * @param status of HTTP; 0 for a job that has failed, negative or 0 if there was no answer
   * @param reason BigQuery's word for it
   * @see <a href="https://cloud.google.com/bigquery/docs/error-messages">the reasons</a>
   */
  String advice(int status, @Nullable String reason) {
    if (reason != null) {
      switch (reason) {
        case "quotaExceeded", "rateLimitExceeded", "jobRateLimitExceeded" -> {
          return " A quota of project '"
              + dataset.project()
              + "' is used up for now, so a later try may succeed. Its quotas:"
              + " https://console.cloud.google.com/iam-admin/quotas?project="
              + dataset.project();
        }
        case "accessNotConfigured", "SERVICE_DISABLED" -> {
          return " Run: gcloud services enable bigquery.googleapis.com --project="
              + dataset.project();
        }
        case "accessDenied", "forbidden", "insufficientPermissions" -> {
          return roles();
        }
        default -> {
          if (status == HttpURLConnection.HTTP_FORBIDDEN) {
            // Of billing, policies and the like: the message says it, and roles do not help.
            return "";
          }
        }
      }
    }
    return switch (status) {
      case HttpURLConnection.HTTP_UNAUTHORIZED ->
          " The credentials are not accepted; on your machine run: gcloud auth application-default"
              + " login";
      case HttpURLConnection.HTTP_FORBIDDEN -> roles();
      default -> "";
    };
  }

  private String roles() {
    return " Grant "
        + actingAs().map(Impersonation::target).orElse("the job's service account")
        + " roles/bigquery.jobUser on project '"
        + dataset.project()
        + "' and roles/bigquery.dataEditor on dataset '"
        + dataset
        + "' (roles/bigquery.user on the project if it is to create the dataset"
        + (dataset.labels().isEmpty()
            ? ""
            : ", roles/bigquery.dataOwner on the dataset if it is to label it")
        + ").";
  }

  private Optional<Impersonation> actingAs() {
    return dataset.impersonation().or(context::impersonation);
  }
}
