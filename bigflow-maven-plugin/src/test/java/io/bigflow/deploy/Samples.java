// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageReference;
import io.bigflow.image.ImageRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Built outputs and a registry for the tests of this package. */
final class Samples {

  static final String DIGEST = "sha256:" + "a".repeat(64);
  static final String REPOSITORY = "registry.example.com/team/demo";
  static final String FOLDER = "dags/com.example.demo/dev/";
  static final String MARK = "com.example:demo/dev";

  private Samples() {}

  /** Files of {@code com.example:demo}, environment {@code dev}: name without folder to text. */
  static DagFiles files(Map<String, String> texts) {
    return files("dev", texts);
  }

  static DagFiles files(String env, Map<String, String> texts) {
    String folder = BuiltDags.folder("com.example", "demo", env);
    List<BuiltDags.Dag> dags = new ArrayList<>();
    Map<String, byte[]> contents = new HashMap<>();
    new TreeMap<>(texts)
        .forEach(
            (name, text) -> {
              String workflow = name.replace(".py", "").replace('/', '_');
              dags.add(
                  new BuiltDags.Dag(
                      folder + name,
                      workflow + "__" + env,
                      workflow,
                      ContentHash.sha256(bytes(text)),
                      "bigflow-build:" + ContentHash.sha256(bytes(text)).substring(0, 12)));
              contents.put(folder + name, bytes(text));
            });
    return DagFiles.of(built(env, dags), inMap(contents));
  }

  static DagFiles.Contents inMap(Map<String, byte[]> contents) {
    return path -> Optional.ofNullable(contents.get(path));
  }

  static BuiltDags built(String env, List<BuiltDags.Dag> dags) {
    return new BuiltDags(
        BuiltDags.FORMAT_VERSION,
        "com.example",
        "demo",
        "1.0",
        env,
        "0123456789abcdef",
        false,
        REPOSITORY + "@" + DIGEST,
        "",
        dags);
  }

  static final String RECORD = "bigflow/com.example.demo/dev/record.json";

  static String archive(int number) {
    return "bigflow/com.example.demo/dev/deployments/%06d.zip".formatted(number);
  }

  /** What a deployment writes on a file. */
  static Map<String, String> metadata(String name, String text) {
    return Map.of(
        "bigflow-owner",
        MARK,
        "bigflow-dag-id",
        name.replace(".py", "").replace('/', '_') + "__dev",
        "bigflow-version",
        "1.0",
        "bigflow-md5",
        ContentHash.md5(bytes(text)));
  }

  static DeployOptions options() {
    return DeployOptions.standard("alice", "0.1.0")
        .withThreads(1)
        .withHeartbeat(Duration.ofHours(1), Duration.ofMillis(60))
        .withClock(Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC));
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  /** A registry in memory. */
  static final class InMemoryRegistry implements ImageRegistry {
    final Map<String, String> tags = new HashMap<>();
    final List<String> digests = new ArrayList<>(List.of(REPOSITORY + "@" + DIGEST));
    final List<String> pushes = new ArrayList<>();
    boolean losesWhatIsPushed;

    @Override
    public String name() {
      return "registry.example.com";
    }

    @Override
    public boolean has(String repository, String digest) {
      return digests.contains(repository + "@" + digest);
    }

    @Override
    public Optional<String> digestOf(ImageReference reference) {
      return Optional.ofNullable(tags.get(reference.toString()));
    }

    @Override
    public void push(Path tar, BuiltImage image) {
      pushes.add(tar + " as " + image.reference());
      if (!losesWhatIsPushed) {
        tags.put(image.reference().toString(), image.digest());
        digests.add(image.pinned());
      }
    }
  }
}
