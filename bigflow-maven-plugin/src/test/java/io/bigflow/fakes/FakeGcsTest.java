// SPDX-License-Identifier: Apache-2.0
package io.bigflow.fakes;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.NoCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.WriteChannel;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.BucketInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import io.bigflow.fakes.FakeGcs.Kind;
import io.bigflow.fakes.FakeGcs.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What our own bucket does not use, with Google's client. */
class FakeGcsTest {

  private final FakeGcs gcs = FakeGcs.withBucket("b");
  private final Storage storage =
      StorageOptions.newBuilder()
          .setHost(gcs.endpoint().toString())
          .setProjectId("p")
          .setCredentials(NoCredentials.getInstance())
          .build()
          .getService();

  @AfterEach
  void close() throws Exception {
    storage.close();
    gcs.close();
  }

  @Test
  void bucketsAreMadeAndFound() {
    storage.create(BucketInfo.of("new-one"));

    assertThat(storage.get("new-one").getName()).isEqualTo("new-one");
    assertThat(storage.get("no-such-one")).isNull();
    assertThatThrownBy(() -> storage.create(BucketInfo.of("new-one")))
        .isInstanceOf(StorageException.class);
  }

  @Test
  void aLargeObjectComesInSeveralParts() throws IOException {
    byte[] content = new byte[700_000];
    new Random(1).nextBytes(content);
    BlobInfo info =
        BlobInfo.newBuilder("b", "data/large")
            .setContentType("application/x-large")
            .setMetadata(Map.of("k", "v"))
            .build();
    try (WriteChannel channel = storage.writer(info, BlobWriteOption.doesNotExist())) {
      channel.setChunkSize(256 * 1024);
      channel.write(ByteBuffer.wrap(content));
    }

    FakeGcs.Stored stored = gcs.object("b", "data/large");
    assertThat(stored.content()).isEqualTo(content);
    assertThat(stored.contentType()).isEqualTo("application/x-large");
    assertThat(stored.metadata()).isEqualTo(Map.of("k", "v"));
    assertThat(gcs.requests())
        .extracting(Request::kind)
        .containsExactly(
            Kind.START_UPLOAD, Kind.CONTINUE_UPLOAD, Kind.CONTINUE_UPLOAD, Kind.CONTINUE_UPLOAD);

    ByteBuffer part = ByteBuffer.allocate(10);
    try (ReadChannel channel = storage.reader(BlobId.of("b", "data/large"))) {
      channel.seek(500_000);
      channel.limit(500_010);
      while (part.hasRemaining() && channel.read(part) >= 0) {
        // Until the part is there.
      }
    }
    assertThat(part.array()).isEqualTo(Arrays.copyOfRange(content, 500_000, 500_010));
  }

  @Test
  void compressedRequestsAreStoredPlain() {
    storage.create(BlobInfo.newBuilder("b", "x").build(), "text".getBytes(UTF_8));

    assertThat(gcs.object("b", "x").text()).isEqualTo("text");
  }

  @Test
  @SuppressWarnings("deprecation") // The one way to make the client send a hash that is wrong.
  void aContentWithTheWrongHashIsRefused() {
    BlobInfo info = BlobInfo.newBuilder("b", "x").setMd5("AAAAAAAAAAAAAAAAAAAAAA==").build();

    assertThatThrownBy(
            () -> {
              try (WriteChannel channel = storage.writer(info, BlobWriteOption.md5Match())) {
                channel.write(ByteBuffer.wrap("text".getBytes(UTF_8)));
              }
            })
        .hasStackTraceContaining("Provided MD5 hash does not match the content.");
    assertThat(gcs.objects("b")).isEmpty();
  }

  @Test
  void whatItDoesNotServeIsSaid() {
    gcs.put("b", "x", "text".getBytes(UTF_8), Map.of());

    assertThatThrownBy(() -> storage.copy(Storage.CopyRequest.of("b", "x", "y")).getResult())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("/rewriteTo/");
  }
}
