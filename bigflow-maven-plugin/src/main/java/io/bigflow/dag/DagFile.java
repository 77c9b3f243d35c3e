// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The Airflow DAG file of a workflow.
 *
 * @param path the object's name in the bucket, {@code dags/<groupId>.<artifactId>/<env>/x.py}
 * @param dagId the DAG id
 * @param workflow the workflow's id
 * @param buildTag the tag that no other content has, {@code bigflow-build:} and 12 hexadecimal
 *     digits
 * @param text the content
 * @param uploads the files that its operators name, ordered by path
 * @param streaming the pipelines that go on when its tasks have ended, in the order of the tasks
 */
public record DagFile(
    String path,
    String dagId,
    String workflow,
    String buildTag,
    String text,
    List<BuiltDags.Upload> uploads,
    List<BuiltDags.Streaming> streaming) {

  /** Copies the lists. */
  public DagFile {
    uploads = List.copyOf(uploads);
    streaming = List.copyOf(streaming);
  }

  /** A file whose operators name no other. */
  public DagFile(String path, String dagId, String workflow, String buildTag, String text) {
    this(path, dagId, workflow, buildTag, text, List.of(), List.of());
  }

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
