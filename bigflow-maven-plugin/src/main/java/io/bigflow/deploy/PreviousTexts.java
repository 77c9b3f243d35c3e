// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.DagBucket;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The texts that the last deployment left: one read of its archive, not one for each file. What the
 * archive does not have comes from the bucket.
 */
public final class PreviousTexts {
  private final DagBucket bucket;
  private final RecordStore store;
  private final RecordedState recorded;
  private @Nullable DeploymentArchive archive;
  private boolean asked;

  PreviousTexts(DagBucket bucket, RecordStore store, RecordedState recorded) {
    this.bucket = bucket;
    this.store = store;
    this.recorded = recorded;
  }

  /** A file as it was deployed. */
  Optional<byte[]> deployed(DeploymentRecord.File file) {
    Optional<byte[]> archived = archive().flatMap(a -> a.content(file.path()));
    return archived
        .filter(content -> ContentHash.sha256(content).equals(file.entry().sha256()))
        .or(
            () ->
                bucket
                    .read(file.path())
                    .filter(c -> ContentHash.sha256(c).equals(file.entry().sha256())));
  }

  /** A file as it is now in the bucket. */
  Optional<byte[]> present(String path) {
    return bucket.read(path);
  }

  private Optional<DeploymentArchive> archive() {
    if (!asked && recorded.number() > 0) {
      archive = store.readArchive(recorded.number()).orElse(null);
    }
    asked = true;
    return Optional.ofNullable(archive);
  }
}
