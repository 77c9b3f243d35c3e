// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bigflow.progress.RecordingProgress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * One bucket and one repository of their own, with what others keep there: the stage of one
 * deployment that goes wrong.
 *
 * <p>Version 1 has the workflows w1 to w6, version 2 has w3 to w9: from the one to the other three
 * files are added, four changed and two removed.
 */
final class World implements AutoCloseable {

  static final List<String> WORKFLOWS_1 = List.of("w1", "w2", "w3", "w4", "w5", "w6");
  static final List<String> WORKFLOWS_2 = List.of("w3", "w4", "w5", "w6", "w7", "w8", "w9");

  // A deployment of a test is over before its first beat. Those who come after it know that it is
  // dead, and need not wait for long.
  private static final long BEAT_MILLIS = 10_000;
  private static final long PATIENCE_MILLIS = 300;
  private static final long LIMIT_SECONDS = 180;

  /** What must never be seen in any output. */
  static final String CANARY = "c4nary-";

  private final Servers servers;
  private final HttpInterposer interposer;
  private final RestBucket bucket;
  private final String repository;
  private SortedMap<String, RestBucket.Stored> foreign;
  private final Map<String, String> foreignTexts = new ConcurrentSkipListMap<>();

  private World(ObjectNode settings) {
    String name = "w-" + UUID.randomUUID();
    this.servers = Servers.open();
    this.interposer = HttpInterposer.start(servers.gcs(), servers.registry());
    this.bucket = new RestBucket(servers.gcs(), name).create(settings);
    this.repository = name + "/demo";
    seed("dags/airflow_monitoring.py", Map.of());
    seed("dags/other_team/report.py", Map.of("team", "other"));
    seed("dags/com.example.demo/prod/w1.py", Map.of("bigflow-owner", "com.example:demo/prod"));
    seed(Deploys.folder() + "notes.txt", Map.of());
    seed(Deploys.folder() + "theirs.py", Map.of("bigflow-owner", "com.example:other/dev"));
    seed("data/table.csv", Map.of());
    seed("bigflow/com.example.other/dev/record.json", Map.of());
    seed("bigflow/com.example.demo/prod/record.json", Map.of());
    foreign = presentForeign();
  }

  /** A bucket with the objects of others in it. */
  static World open() {
    return open(new ObjectMapper().createObjectNode());
  }

  /** The same with settings of the bucket's resource. */
  static World open(ObjectNode settings) {
    return new World(settings);
  }

  /** Puts more objects there that are not ours, many at a time. */
  void seedAll(List<String> paths, Map<String, String> metadata) {
    paths.parallelStream().forEach(path -> seed(path, metadata));
    foreign = presentForeign();
  }

  private void seed(String path, Map<String, String> metadata) {
    String text = "# kept by others: " + path + "\n";
    bucket.put(path, text, metadata);
    foreignTexts.put(path, text);
  }

  /** Brings version 1, undisturbed. */
  World withVersion1() {
    Deploys.deploy(version1(), new RecordingProgress());
    interposer.restart();
    return this;
  }

  /** Brings version 2 in a process of its own, while the interposer follows a rule. */
  DeployProcess.Result disturbed(HttpInterposer.Rule rule) {
    interposer.restart(rule);
    try {
      return DeployProcess.start(version2()).await(LIMIT_SECONDS);
    } finally {
      interposer.restart();
    }
  }

  DeployRequest version1() {
    return request(interposer.authority(), interposer.uri(), "1", WORKFLOWS_1, Images.of("1"));
  }

  DeployRequest version2() {
    return version2(interposer.authority(), interposer.uri());
  }

  /** Version 2 over other addresses. */
  DeployRequest version2(String registry, URI gcs) {
    return request(registry, gcs, "2", WORKFLOWS_2, Images.of("2"));
  }

  /** A deployment of the project. */
  DeployRequest request(
      String registry, URI gcs, String version, List<String> workflows, Images.Image image) {
    return new DeployRequest(
        gcs.toString(),
        bucket.name(),
        image.in(registry + "/" + repository, version),
        image.tar().toString(),
        version,
        workflows,
        "deployer-" + version,
        BEAT_MILLIS,
        PATIENCE_MILLIS,
        List.of(CANARY + "token"),
        "");
  }

  Servers servers() {
    return servers;
  }

  HttpInterposer interposer() {
    return interposer;
  }

  RestBucket bucket() {
    return bucket;
  }

  /** What is there of others, as it was in the beginning: name to text. */
  Map<String, String> foreignTexts() {
    return foreignTexts;
  }

  /** What the service told of these objects in the beginning. */
  SortedMap<String, RestBucket.Stored> foreignObjects() {
    return foreign;
  }

  /** What the service tells of these objects now. */
  SortedMap<String, RestBucket.Stored> presentForeign() {
    SortedMap<String, RestBucket.Stored> present = bucket.list("");
    present.keySet().retainAll(foreignTexts.keySet());
    return present;
  }

  @Override
  public void close() {
    interposer.close();
    servers.close();
  }
}
