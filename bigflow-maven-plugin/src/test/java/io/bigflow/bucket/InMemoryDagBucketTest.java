// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.util.Map;

/** The double that other tests rely on behaves like the buckets it stands for. */
class InMemoryDagBucketTest extends DagBucketContract {

  private final InMemoryDagBucket bucket = new InMemoryDagBucket();

  @Override
  protected DagBucket bucket() {
    return bucket;
  }

  @Override
  protected void putByOtherMeans(String path, byte[] content) {
    bucket.put(path, content, Map.of());
  }
}
