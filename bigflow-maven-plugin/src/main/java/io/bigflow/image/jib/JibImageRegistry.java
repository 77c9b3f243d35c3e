// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.google.cloud.tools.jib.api.DescriptorDigest;
import com.google.cloud.tools.jib.api.RegistryException;
import com.google.cloud.tools.jib.blob.Blob;
import com.google.cloud.tools.jib.blob.Blobs;
import com.google.cloud.tools.jib.hash.Digests;
import com.google.cloud.tools.jib.image.json.V22ManifestTemplate;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.ImageRegistry;
import io.bigflow.image.ImageTar;
import io.bigflow.image.LoginSource;
import io.bigflow.image.PushChecks;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.DigestException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A registry, reached with Jib's core.
 *
 * <p>The archive's layers are sent as they are, so the image in the registry is the one that was
 * packaged, byte for byte. (Jib's public API would unpack the archive into its cache and assemble
 * the image anew, which keeps the digest only as long as every setting happens to be the same.)
 */
public final class JibImageRegistry implements ImageRegistry {

  private static final int PARALLEL_LAYERS = 4;
  private static final List<Duration> PAUSES =
      List.of(Duration.ofSeconds(1), Duration.ofSeconds(4), Duration.ofSeconds(10));

  private final String host;
  private final RegistryConnection.Settings settings;

  /**
   * A registry.
   *
   * @param host how messages name it
   * @param logins who may know the credentials; the first one that knows them is used
   * @param allowInsecure whether plain HTTP and unverified certificates are accepted from other
   *     machines; on this machine they always are
   */
  public JibImageRegistry(
      String host, List<LoginSource> logins, boolean allowInsecure, Progress progress) {
    this(host, new RegistryConnection.Settings(logins, allowInsecure, progress, PAUSES));
  }

  JibImageRegistry(String host, RegistryConnection.Settings settings) {
    this.host = host;
    this.settings = settings;
  }

  @Override
  public String name() {
    return host;
  }

  @Override
  public boolean has(String repository, String digest) {
    try (RegistryConnection connection = new RegistryConnection(repository, false, settings)) {
      return digestOf(connection, digest).isPresent();
    }
  }

  @Override
  public Optional<String> digestOf(ImageReference reference) {
    try (RegistryConnection connection =
        new RegistryConnection(reference.repository(), false, settings)) {
      return digestOf(connection, reference.tag());
    }
  }

  private static Optional<String> digestOf(RegistryConnection connection, String tagOrDigest) {
    return connection.call(
        "look into",
        () -> {
          try {
            return connection
                .client()
                .checkManifest(tagOrDigest)
                .map(found -> found.getDigest().toString());
          } catch (RegistryException e) {
            // Many registries make a repository with its first image.
            if (RegistryFailures.isUnknownRepository(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  @Override
  public void push(Path tar, BuiltImage image) {
    PushChecks.sameImage(tar, image);
    ImageReference reference = image.reference();
    try (ImageTar archive = ImageTar.open(tar);
        RegistryConnection connection =
            new RegistryConnection(image.repository(), true, settings)) {
      Optional<String> tagged = digestOf(connection, reference.tag());
      PushChecks.tagStays(reference, tagged, image, host);
      if (tagged.isPresent()) {
        settings.progress().say("Image already pushed: " + reference);
        return;
      }
      sendLayers(connection, archive);
      V22ManifestTemplate manifest = manifest(archive);
      requireSame(image, digest(manifest).toString(), "Jib would push");
      connection.call(
          "push to",
          () -> {
            Blob config = Blobs.from(out -> out.write(archive.config()), true);
            sendBlob(connection, archive.id(), config, bytes -> {});
            return connection.client().pushManifest(manifest, reference.tag());
          });
      requireSame(
          image, digestOf(connection, reference.tag()).orElse("nothing"), "the registry holds");
    }
  }

  private void requireSame(BuiltImage image, String digest, String who) {
    if (!digest.equals(image.digest())) {
      throw BigflowException.of(
          Problem.of(
              "The image is not the one that was packaged: "
                  + who
                  + " '"
                  + digest
                  + "' instead of '"
                  + image.digest()
                  + "'",
              image.reference().toString(),
              "The registry, or a proxy before it, changes images. Push to another repository, and"
                  + " delete this tag"));
    }
  }

  // ---- layers

  /** Sends what is missing, several layers at once. */
  private void sendLayers(RegistryConnection connection, ImageTar archive) {
    List<ImageTar.Layer> layers = archive.layers().stream().distinct().toList();
    List<ImageTar.Layer> missing = new ArrayList<>();
    List<Boolean> there = inParallel(layers, layer -> isThere(connection, layer));
    for (int i = 0; i < layers.size(); i++) {
      if (!there.get(i)) {
        missing.add(layers.get(i));
      }
    }
    if (missing.isEmpty()) {
      settings.progress().say("All layers of the image are in the registry already");
      return;
    }
    long size = missing.stream().mapToLong(ImageTar.Layer::size).sum();
    try (Progress.Step step =
        settings.progress().step("pushing image", size, Progress.Unit.BYTES)) {
      inParallel(missing, layer -> sendLayer(connection, archive, layer, step));
    }
  }

  private boolean isThere(RegistryConnection connection, ImageTar.Layer layer) {
    boolean there =
        connection.call(
            "look into", () -> connection.client().checkBlob(parse(layer.digest())).isPresent());
    if (there) {
      settings.progress().detail("Layer already there: " + layer.digest());
    }
    return there;
  }

  private <T, R> List<R> inParallel(List<T> items, Function<T, R> work) {
    ExecutorService threads = Executors.newFixedThreadPool(PARALLEL_LAYERS);
    try {
      List<Future<R>> running = new ArrayList<>();
      for (T item : items) {
        running.add(threads.submit(() -> work.apply(item)));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> one : running) {
        results.add(one.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof BigflowException problem) {
        throw problem;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw BigflowException.of(
          Problem.of("The push was interrupted", host, "Run the same command again"), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean sendLayer(
      RegistryConnection connection, ImageTar archive, ImageTar.Layer layer, Progress.Step step) {
    Blob blob =
        Blobs.from(
            out -> {
              try (InputStream in = archive.open(layer)) {
                in.transferTo(out);
              }
            },
            true);
    Meter meter = new Meter(step);
    boolean sent =
        connection.call(
            "push to", () -> sendBlob(connection, layer.digest(), blob, meter.newAttempt()));
    meter.finish(layer.size());
    settings.progress().detail("Layer sent: " + layer.digest());
    return sent;
  }

  private static boolean sendBlob(
      RegistryConnection connection, String name, Blob blob, Consumer<Long> listener)
      throws IOException, RegistryException {
    DescriptorDigest digest = parse(name);
    if (connection.client().checkBlob(digest).isPresent()) {
      return false;
    }
    connection.client().pushBlob(digest, blob, null, listener);
    return true;
  }

  /** Counts the bytes of a layer once, however often it is sent. */
  private static final class Meter {
    private final Progress.Step step;
    private long shown;

    Meter(Progress.Step step) {
      this.step = step;
    }

    Consumer<Long> newAttempt() {
      AtomicLong sent = new AtomicLong();
      return bytes -> show(sent.addAndGet(bytes));
    }

    void finish(long size) {
      show(size);
    }

    private void show(long bytes) {
      if (bytes > shown) {
        step.advance(bytes - shown);
        shown = bytes;
      }
    }
  }

  // ---- the manifest

  private static V22ManifestTemplate manifest(ImageTar archive) {
    V22ManifestTemplate manifest = new V22ManifestTemplate();
    manifest.setContainerConfiguration(archive.config().length, parse(archive.id()));
    for (ImageTar.Layer layer : archive.layers()) {
      manifest.addLayer(layer.size(), parse(layer.digest()));
    }
    return manifest;
  }

  private static DescriptorDigest digest(V22ManifestTemplate manifest) {
    try {
      return Digests.computeJsonDigest(manifest);
    } catch (IOException e) {
      throw new AssertionError("a manifest in memory can be written", e);
    }
  }

  private static DescriptorDigest parse(String digest) {
    try {
      return DescriptorDigest.fromDigest(digest);
    } catch (DigestException e) {
      throw new IllegalArgumentException(digest, e);
    }
  }
}
