// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.cloud.NoCredentials;
import com.google.cloud.bigquery.BigQuery;
import com.google.cloud.bigquery.BigQueryOptions;
import io.bigflow.google.JobCredentials;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import java.util.Optional;

/** Makes clients that act as the dataset says, else as the job is to act. */
final class BigQueryClient {

  private BigQueryClient() {}

  static BigQuery of(JobContext context, BigQueryDataset dataset) {
    return options(context, dataset).build().getService();
  }

  static BigQueryOptions.Builder options(JobContext context, BigQueryDataset dataset) {
    BigQueryOptions.Builder options =
        BigQueryOptions.newBuilder()
            .setProjectId(dataset.project())
            .setResultRetryAlgorithm(new PassingFailures());
    Optional<String> endpoint = context.config().find(BigQueryOperation.ENDPOINT_KEY);
    if (endpoint.isPresent()) {
      options.setHost(requireHttp(endpoint.get())).setCredentials(NoCredentials.getInstance());
    } else {
      options.setCredentials(JobCredentials.of(dataset.impersonation().or(context::impersonation)));
    }
    return options;
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
}
