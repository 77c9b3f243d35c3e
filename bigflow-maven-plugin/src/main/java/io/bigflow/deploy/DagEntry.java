// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.bigflow.dag.BuiltDags;
import java.util.List;

/**
 * One DAG file of a deployment.
 *
 * @param path the object's name in the bucket
 * @param dagId the DAG id
 * @param workflow the workflow's id
 * @param sha256 the SHA-256 of the content in lower-case hexadecimal
 * @param buildTag the tag of the DAG that only this version of it carries
 * @param image the image that its tasks run in, {@code repository@sha256:…}
 * @param version the project's version that it was built from
 * @param uploads the files beside the DAGs that it names, ordered by path
 * @param streaming the pipelines that go on when its tasks have ended, in the order of the tasks
 */
public record DagEntry(
    String path,
    String dagId,
    String workflow,
    String sha256,
    String buildTag,
    String image,
    String version,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<BuiltDags.Upload> uploads,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<BuiltDags.Streaming> streaming) {

  /** Copies the lists; earlier versions of BigFlow wrote none. */
  public DagEntry {
    uploads = BuiltDags.copy(uploads);
    streaming = BuiltDags.copy(streaming);
  }

  static DagEntry of(BuiltDags.Dag dag, BuiltDags built) {
    return new DagEntry(
        dag.path(),
        dag.dagId(),
        dag.workflow(),
        dag.sha256(),
        dag.buildTag(),
        built.image(),
        built.version(),
        dag.uploads().stream().map(BuiltDags.Upload::anyContent).toList(),
        dag.streaming());
  }
}
