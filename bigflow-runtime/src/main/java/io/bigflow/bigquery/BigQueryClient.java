// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobConfig;
import java.io.IOException;
import java.util.Optional;

/** Makes clients as the job configuration says. */
final class BigQueryClient {

  private BigQueryClient() {}

  static BigQuery of(JobConfig config, String project) {
    BigQueryOptions.Builder options = BigQueryOptions.newBuilder().setProjectId(project);
    Optional<String> endpoint = config.find(BigQueryOperation.ENDPOINT_KEY);
    if (endpoint.isPresent()) {
      options.setHost(requireHttp(endpoint.get())).setCredentials(NoCredentials.getInstance());
    } else {
      options.setCredentials(applicationDefault());
    }
    return options.build().getService();
  }

  private static String requireHttp(String endpoint) {
    if (!endpoint.matches("https?://[^\\s]+")) {
      throw new ConfigurationException(
          BigQueryOperation.ENDPOINT_KEY
              + " is '"
              + endpoint
              + "', which is not an address. Write it like http://127.0.0.1:9050, or remove the key"
              + " to use BigQuery itself.");
    }
    return endpoint;
  }

  private static GoogleCredentials applicationDefault() {
    try {
      return GoogleCredentials.getApplicationDefault();
    } catch (IOException e) {
      throw new ConfigurationException(
          "There are no Google credentials for BigQuery. On your machine run: gcloud auth"
              + " application-default login; in Composer the pod acts as the environment's service"
              + " account.",
          e);
    }
  }
}
