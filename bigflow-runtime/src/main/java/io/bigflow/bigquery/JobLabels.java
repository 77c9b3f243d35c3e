// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.workflow.JobContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The labels of BigQuery jobs: the user's, and where the job comes from, so that a bill tells what
 * each workflow costs.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/labels-intro#requirements">what labels may
 *     be</a>
 */
final class JobLabels {

  private static final int LONGEST = 63;

  private JobLabels() {}

  static Map<String, String> of(BigQueryDataset dataset, JobContext context) {
    return of(dataset, context.workflow(), context.job(), context.env());
  }

  static Map<String, String> of(BigQueryDataset dataset, String workflow, String job, String env) {
    Map<String, String> labels = new LinkedHashMap<>(new TreeMap<>(dataset.jobLabels()));
    labels.put("bigflow-workflow", value(workflow));
    labels.put("bigflow-job", value(job));
    labels.put("bigflow-env", value(env));
    return labels;
  }

  /** The text with what a label cannot hold replaced. */
  private static String value(String text) {
    String allowed = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
    return allowed.substring(0, Math.min(LONGEST, allowed.length()));
  }
}
