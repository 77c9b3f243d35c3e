// SPDX-License-Identifier: Apache-2.0
package io.bigflow.google;

import io.bigflow.workflow.JobContext;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The labels of what a job starts on Google Cloud: the user's, and where it comes from, so that a
 * bill tells what each workflow costs.
 *
 * @see <a href="https://cloud.google.com/resource-manager/docs/labels-overview#requirements">what
 *     labels may be</a>
 */
public final class JobLabels {

  private static final int LONGEST = 63;

  private JobLabels() {}

  /** The labels for a run of a job; the user's come first and do not win. */
  public static Map<String, String> of(Map<String, String> own, JobContext context) {
    return of(own, context.workflow(), context.job(), context.env());
  }

  /** The labels for a job of which no run is known yet. */
  public static Map<String, String> of(
      Map<String, String> own, String workflow, String job, String env) {
    Map<String, String> labels = new LinkedHashMap<>(new TreeMap<>(own));
    labels.put("bigflow-workflow", value(workflow));
    labels.put("bigflow-job", value(job));
    labels.put("bigflow-env", value(env));
    return labels;
  }

  /** The text as a label's value: what a value cannot hold is replaced, what is too long is cut. */
  public static String value(String text) {
    String allowed = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9_-]", "_");
    return allowed.substring(0, Math.min(LONGEST, allowed.length()));
  }
}
