// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.JobContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;

/** The names of Dataflow jobs, which tell to whom a running one belongs. */
final class JobNames {

  /** Compute Engine allows no more to what it names after the job. */
  private static final int LONGEST_NAME = 63;

  private static final int LONGEST_STEM = 50;
  private static final int HASH_LENGTH = 8;
  private static final int UUID_LENGTH = 36;

  private JobNames() {}

  /**
   * The name for a run; for a streaming pipeline the same in all runs. What Dataflow allows in
   * names is less than what ids may hold, so a hash keeps different jobs apart.
   */
  static String of(JobContext context, boolean streaming) {
    return of(
        context.workflow(),
        context.job(),
        context.env(),
        streaming ? "" : context.runId() + "\0" + context.runtime().toInstant());
  }

  /** The name for all runs of a streaming pipeline. */
  static String streaming(String workflow, String job, String env) {
    return of(workflow, job, env, "");
  }

  private static String of(String workflow, String job, String env, String run) {
    String identity = String.join("\0", workflow, job, env, run);
    return stem(workflow, job, env, LONGEST_STEM) + "-" + hash(identity, HASH_LENGTH);
  }

  /**
   * The start of the name of a Dataflow job whose end Airflow fills in: {@code -} and a UUID of
   * DAG, task and run, which alone keeps different jobs apart.
   */
  static String stem(String workflow, String job, String env) {
    return stem(workflow, job, env, LONGEST_NAME - 1 - UUID_LENGTH).replaceAll("-$", "");
  }

  private static String stem(String workflow, String job, String env, int longest) {
    String stem =
        (workflow + "-" + job + "-" + env)
            .toLowerCase(Locale.ROOT)
            .replaceAll("[^a-z0-9]+", "-")
            .replaceAll("^[^a-z]+", "");
    return stem.substring(0, Math.min(longest, stem.length()));
  }

  /** The start of the SHA-256 of a text, in hexadecimal digits. */
  static String hash(String text, int length) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
          .substring(0, length);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has SHA-256", e);
    }
  }
}
