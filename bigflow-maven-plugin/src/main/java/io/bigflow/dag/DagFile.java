// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The Airflow DAG file of a workflow.
 *
 * @param path the object's name in the bucket, {@code dags/<groupId>.<artifactId>/<env>/x.py}
 * @param dagId the DAG id
 * @param workflow the workflow's id
 * @param buildTag the tag that no other content has, {@code bigflow-build:} and 12 hexadecimal
 *     digits
 * @param text the content
 */
public record DagFile(String path, String dagId, String workflow, String buildTag, String text) {

  /** The content as bytes: UTF-8. */
  public byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The SHA-256 of the content in lower-case hexadecimal. */
  public String sha256() {
    return sha256(bytes());
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
