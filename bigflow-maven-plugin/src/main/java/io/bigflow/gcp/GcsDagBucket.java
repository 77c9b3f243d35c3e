// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.cloud.NoCredentials;
import com.google.cloud.http.HttpTransportOptions;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.BlobInfo;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobField;
import com.google.cloud.storage.Storage.BlobGetOption;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.Storage.BlobWriteOption;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import io.bigflow.bucket.BucketConflict;
import io.bigflow.bucket.BucketLocation;
import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.ContentHash;
import io.bigflow.bucket.DagBucket;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A bucket of Cloud Storage.
 *
 * <p>Every write and removal carries the generation it expects, so a request may be repeated after
 * any failure and two deployments at once cannot mix. Contents are stored as they are: Composer
 * does not sync objects that are stored compressed.
 */
public final class GcsDagBucket implements DagBucket, AutoCloseable {

  private static final int CONNECT_MILLIS = 10_000;
  // A bucket that stalls for half a minute and then answers need not be asked twice.
  private static final int READ_MILLIS = 40_000;

  // Requests on objects name no project, but without one the client looks for one itself, up to
  // asking the machine's metadata server.
  private static final String NO_PROJECT = "unused";

  /** A larger file is read and sent in pieces of this size; a multiple of 256 KiB. */
  private static final int LARGEST_IN_MEMORY = 8 << 20;

  private static final BlobField[] FIELDS = {
    BlobField.NAME, BlobField.MD5HASH, BlobField.GENERATION, BlobField.METADATA
  };

  private final String bucket;
  private final Storage storage;
  private final ObjectUpload upload;
  private final StorageProblems problems;

  private GcsDagBucket(
      String bucket, Storage storage, ObjectUpload upload, StorageProblems problems) {
    this.bucket = bucket;
    this.storage = storage;
    this.upload = upload;
    this.problems = problems;
  }

  /**
   * Opens a bucket. Nothing is sent yet, but credentials are looked up if the endpoint takes them.
   *
   * @param projectId the project that the client acts for; null = none, which is enough
   * @param progress hears of failed attempts, at detail level
   * @throws BigflowException if there are no credentials
   */
  public static GcsDagBucket open(
      BucketLocation.Gcs location,
      StorageEndpoint endpoint,
      @Nullable String projectId,
      CredentialSource credentials,
      Progress progress) {
    return open(
        location,
        endpoint,
        projectId,
        credentials,
        progress,
        Retries.STANDARD,
        authorised -> new StorageProblems(location.name(), endpoint, authorised));
  }

  /**
   * Opens a bucket that is not Composer's.
   *
   * @param setting what names it, for messages
   */
  public static GcsDagBucket open(
      BucketLocation.Gcs location,
      StorageEndpoint endpoint,
      @Nullable String projectId,
      CredentialSource credentials,
      Progress progress,
      String setting) {
    return open(
        location,
        endpoint,
        projectId,
        credentials,
        progress,
        Retries.STANDARD,
        authorised -> new StorageProblems(location.name(), endpoint, authorised, setting));
  }

  static GcsDagBucket open(
      BucketLocation.Gcs location,
      StorageEndpoint endpoint,
      @Nullable String projectId,
      CredentialSource credentials,
      Progress progress,
      Retries retries) {
    return open(
        location,
        endpoint,
        projectId,
        credentials,
        progress,
        retries,
        authorised -> new StorageProblems(location.name(), endpoint, authorised));
  }

  private static GcsDagBucket open(
      BucketLocation.Gcs location,
      StorageEndpoint endpoint,
      @Nullable String projectId,
      CredentialSource credentials,
      Progress progress,
      Retries retries,
      Function<@Nullable CredentialSource, StorageProblems> problems) {
    keepConnections();
    boolean authorised = endpoint.takesCredentials();
    StorageOptions options =
        StorageOptions.newBuilder()
            .setHost(endpoint.toString())
            .setProjectId(projectId == null || projectId.isBlank() ? NO_PROJECT : projectId)
            .setCredentials(authorised ? credentials.get() : NoCredentials.getInstance())
            .setRetrySettings(retries.settings())
            .setStorageRetryStrategy(retries.strategy(progress))
            .setTransportOptions(
                HttpTransportOptions.newBuilder()
                    .setConnectTimeout(CONNECT_MILLIS)
                    .setReadTimeout(READ_MILLIS)
                    .build())
            .build();
    return new GcsDagBucket(
        location.name(),
        options.getService(),
        new ObjectUpload(location.name(), options, retries, progress),
        problems.apply(authorised ? credentials : null));
  }

  // Java keeps five idle connections to a server, which is fewer than we use at a time: most
  // requests
  // would begin with a new connection and its handshake.
  // https://docs.oracle.com/en/java/javase/17/core/java-networking.html
  private static void keepConnections() {
    if (System.getProperty("http.maxConnections") == null) {
      System.setProperty("http.maxConnections", "32");
    }
  }

  @Override
  public String name() {
    return "gs://" + bucket;
  }

  @Override
  public List<BucketObject> list(String prefix) {
    try {
      List<BucketObject> objects = new ArrayList<>();
      for (Blob blob :
          storage
              .list(bucket, BlobListOption.prefix(prefix), BlobListOption.fields(FIELDS))
              .iterateAll()) {
        objects.add(describe(blob));
      }
      objects.sort(Comparator.comparing(BucketObject::path));
      return List.copyOf(objects);
    } catch (StorageException e) {
      throw problems.of("list", object(prefix), e);
    }
  }

  @Override
  public Optional<BucketObject> find(String path) {
    try {
      return Optional.ofNullable(storage.get(BlobId.of(bucket, path), BlobGetOption.fields(FIELDS)))
          .map(GcsDagBucket::describe);
    } catch (StorageException e) {
      throw problems.of("look at", object(path), e);
    }
  }

  @Override
  public Optional<byte[]> read(String path) {
    try {
      return Optional.of(storage.readAllBytes(BlobId.of(bucket, path)));
    } catch (StorageException e) {
      if (e.getCode() == 404) {
        return Optional.empty();
      }
      throw problems.of("read", object(path), e);
    }
  }

  @Override
  public long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    try {
      return upload.write(path, content, contentType, metadata, expectedGeneration);
    } catch (StorageException e) {
      if (e.getCode() == 412) {
        return alreadyThere(path, ContentHash.md5(content), metadata);
      }
      throw problems.of("write", object(path), e);
    }
  }

  @Override
  public long write(
      String path,
      Path content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    ContentHash.Sums sums;
    String crc;
    try {
      if (Files.size(content) <= LARGEST_IN_MEMORY) {
        return write(path, Files.readAllBytes(content), contentType, metadata, expectedGeneration);
      }
      sums = ContentHash.of(content);
      crc = crc32c(content);
    } catch (IOException e) {
      throw DagBucket.unreadable(content, e);
    }
    BlobInfo object =
        BlobInfo.newBuilder(BlobId.of(bucket, path))
            .setContentType(contentType)
            .setMetadata(metadata)
            .setCrc32c(crc)
            .build();
    try {
      // In pieces, each of which is tried again by itself. The service compares the whole with the
      // hash before it keeps it.
      @Nullable Long generation =
          storage
              .createFrom(
                  object,
                  content,
                  LARGEST_IN_MEMORY,
                  BlobWriteOption.generationMatch(expectedGeneration),
                  BlobWriteOption.crc32cMatch())
              .getGeneration();
      return generation == null ? 0 : generation;
    } catch (StorageException e) {
      if (e.getCode() == 412) {
        return alreadyThere(path, sums.md5(), metadata);
      }
      throw problems.of("write", object(path), e);
    } catch (IOException e) {
      throw DagBucket.unreadable(content, e);
    }
  }

  /** As the service writes it: four bytes, the highest first, in Base64. */
  private static String crc32c(Path file) throws IOException {
    CRC32C crc = new CRC32C();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    byte[] bytes = ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array();
    return Base64.getEncoder().encodeToString(bytes);
  }

  // Perhaps our own doing: the object was written but the answer was lost.
  private long alreadyThere(String path, String md5, Map<String, String> metadata) {
    Optional<BucketObject> present = find(path);
    if (present.isPresent()
        && present.get().md5().equals(md5)
        && present.get().metadata().equals(metadata)) {
      return present.get().generation();
    }
    throw BucketConflict.of("write", name(), path);
  }

  @Override
  public void delete(String path, long expectedGeneration) {
    try {
      // False = already gone.
      storage.delete(BlobId.of(bucket, path), BlobSourceOption.generationMatch(expectedGeneration));
    } catch (StorageException e) {
      if (e.getCode() == 412) {
        throw BucketConflict.of("remove", name(), path);
      }
      throw problems.of("remove", object(path), e);
    }
  }

  private static BucketObject describe(Blob blob) {
    @Nullable String md5 = blob.getMd5ToHexString();
    Map<String, String> metadata = new HashMap<>();
    @Nullable Map<String, @Nullable String> own = blob.getMetadata();
    if (own != null) {
      own.forEach((key, value) -> metadata.put(key, value == null ? "" : value));
    }
    @Nullable Long generation = blob.getGeneration();
    return new BucketObject(
        blob.getName(), md5 == null ? "" : md5, generation == null ? 0 : generation, metadata);
  }

  private String object(String path) {
    return name() + "/" + path;
  }

  /** Ends the client's connections. */
  @Override
  public void close() {
    try {
      storage.close();
    } catch (Exception e) {
      // The work is done by now, so a connection that does not close well harms nobody.
      throw new IllegalStateException("Cannot close the client of Cloud Storage", e);
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
