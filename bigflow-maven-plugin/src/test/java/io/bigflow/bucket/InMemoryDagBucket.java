// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bucket;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** A bucket for tests: keeps the contract of {@link DagBucket} and writes down what is done. */
public final class InMemoryDagBucket implements DagBucket {

  /** A stored object. */
  @SuppressWarnings("ArrayRecordComponent") // Compared by its parts, where the bytes matter.
  public record Stored(
      byte[] content, String contentType, Map<String, String> metadata, long generation) {}

  private final TreeMap<String, Stored> objects = new TreeMap<>();
  private final List<String> calls = new ArrayList<>();
  private Consumer<String> before = call -> {};
  private long generation = 1000;

  /** Runs before each write and removal, with {@code write PATH} or {@code delete PATH}. */
  public void before(Consumer<String> action) {
    this.before = action;
  }

  /** Stores an object as somebody else would. */
  public synchronized long put(String path, byte[] content, Map<String, String> metadata) {
    objects.put(path, new Stored(content.clone(), "", Map.copyOf(metadata), ++generation));
    return generation;
  }

  /** Everything stored. */
  public synchronized SortedMap<String, Stored> objects() {
    return new TreeMap<>(objects);
  }

  /** One object, which must be there. */
  public synchronized Stored object(String path) {
    return Objects.requireNonNull(objects.get(path), path);
  }

  /** What was done: {@code list PREFIX}, {@code write PATH}, {@code delete PATH}. */
  public synchronized List<String> calls() {
    return List.copyOf(calls);
  }

  /** Forgets what was done. */
  public synchronized void clearCalls() {
    calls.clear();
  }

  @Override
  public String name() {
    return "gs://in-memory";
  }

  @Override
  public synchronized List<BucketObject> list(String prefix) {
    calls.add("list " + prefix);
    return objects.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(prefix))
        .map(entry -> describe(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static BucketObject describe(String path, Stored stored) {
    return new BucketObject(
        path, ContentHash.md5(stored.content()), stored.generation(), stored.metadata());
  }

  @Override
  public synchronized Optional<BucketObject> find(String path) {
    calls.add("find " + path);
    return Optional.ofNullable(objects.get(path)).map(stored -> describe(path, stored));
  }

  @Override
  public synchronized Optional<byte[]> read(String path) {
    calls.add("read " + path);
    return Optional.ofNullable(objects.get(path)).map(stored -> stored.content().clone());
  }

  @Override
  public long write(
      String path,
      byte[] content,
      String contentType,
      Map<String, String> metadata,
      long expectedGeneration) {
    before.accept("write " + path);
    synchronized (this) {
      calls.add("write " + path);
      Stored present = objects.get(path);
      long presentGeneration = present == null ? 0 : present.generation();
      if (presentGeneration != expectedGeneration) {
        if (present != null
            && Arrays.equals(present.content(), content)
            && present.metadata().equals(metadata)) {
          return presentGeneration;
        }
        throw BucketConflict.of("write", name(), path);
      }
      objects.put(
          path, new Stored(content.clone(), contentType, Map.copyOf(metadata), ++generation));
      return generation;
    }
  }

  @Override
  public void delete(String path, long expectedGeneration) {
    before.accept("delete " + path);
    synchronized (this) {
      calls.add("delete " + path);
      Stored present = objects.get(path);
      if (present == null) {
        return;
      }
      if (present.generation() != expectedGeneration) {
        throw BucketConflict.of("remove", name(), path);
      }
      objects.remove(path);
    }
  }
}
