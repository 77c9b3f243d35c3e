// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The bucket of a Composer environment, through which objects of other buckets can be reached, too:
 * a path {@code gs://bucket/object} is that of an object of another one.
 */
public final class BucketAmongOthers implements DagBucket {
  private static final String SCHEME = "gs://";

  private final DagBucket own;
  private final Function<String, DagBucket> opener;
  private final Map<String, DagBucket> others = new ConcurrentHashMap<>();

  /**
   * A bucket with others.
   *
   * @param own where all paths lie that name no bucket
   * @param opener opens the bucket of a name, without {@code gs://}; asked once for each
   */
  public BucketAmongOthers(DagBucket own, Function<String, DagBucket> opener) {
    this.own = own;
    this.opener = opener;
  }

  /** An object, and the bucket that it lies in. */
  private record Place(DagBucket bucket, String start, String path) {
    BucketObject outside(BucketObject object) {
      return new BucketObject(
          start + object.path(), object.md5(), object.generation(), object.metadata());
    }
  }

  private Place place(String path) {
    if (!path.startsWith(SCHEME)) {
      return new Place(own, "", path);
    }
    int slash = path.indexOf('/', SCHEME.length());
    if (slash < 0) {
      throw new IllegalArgumentException("No object of a bucket: " + path);
    }
    String name = path.substring(SCHEME.length(), slash);
    return new Place(
        others.computeIfAbsent(name, opener),
        path.substring(0, slash + 1),
        path.substring(slash + 1));
  }

  @Override
  public String name() {
    return own.name();
  }

  @Override
  public List<BucketObject> list(String prefix) {
    Place place = place(prefix);
    return place.bucket().list(place.path()).stream().map(place::outside).toList();
  }

  @Override
  public Optional<BucketObject> find(String path) {
    Place place = place(path);
    return place.bucket().find(place.path()).map(place::outside);
  }

  @Override
  public Optional<byte[]> read(String path) {
    Place place = place(path);
    return place.bucket().read(place.path());
  }

  @Override
  public Optional<BucketContent> fetch(String path) {
    Place place = place(path);
    return place
        .bucket()
        .fetch(place.path())
        .map(found -> new BucketContent(place.outside(found.object()), found.bytes()));
  }

  @Override
  public long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    Place place = place(path);
    return place.bucket().write(place.path(), content, contentType, metadata, expectedGeneration);
  }

  @Override
  public long write(
      String path,
      Path content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    Place place = place(path);
    return place.bucket().write(place.path(), content, contentType, metadata, expectedGeneration);
  }

  @Override
  public void delete(String path, long expectedGeneration) {
    Place place = place(path);
    place.bucket().delete(place.path(), expectedGeneration);
  }
}
