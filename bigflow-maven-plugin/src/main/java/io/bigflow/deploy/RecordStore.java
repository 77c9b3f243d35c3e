// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.bucket.BucketContent;
import io.bigflow.bucket.BucketObject;
import io.bigflow.bucket.DagBucket;
import io.bigflow.dag.BuiltDags;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads and writes one owner's record and archives in a bucket. */
final class RecordStore {

  private static final String JSON_TYPE = "application/json";
  private static final String ZIP_TYPE = "application/zip";
  private static final Pattern ARCHIVE = Pattern.compile("(\\d{6,9})\\.zip");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Holds, on an archive, what its deployment was, so that a listing tells the history. */
  private static final String DEPLOYMENT_METADATA = "bigflow-deployment";

  /** Holds, on an archive, the hashes in the paths of the files beside the DAGs that it needs. */
  private static final String UPLOADS_METADATA = "bigflow-uploads";

  /** All metadata of an object may take 8 KiB: https://cloud.google.com/storage/quotas. */
  private static final int MOST_IN_METADATA = 80;

  private static final String SEE_ARCHIVE = "*";

  private final DagBucket bucket;
  private final Owner owner;
  private final Progress progress;

  RecordStore(DagBucket bucket, Owner owner, Progress progress) {
    this.bucket = bucket;
    this.owner = owner;
    this.progress = progress;
  }

  /** The record's object. */
  String path() {
    return owner.recordFolder() + "record.json";
  }

  /** How messages name the record. */
  String name() {
    return bucket.name() + "/" + path();
  }

  /**
   * Reads the record. One that is damaged counts as lost, and both are made good by the next
   * deployment: the marks on the objects say what is ours, the archives say what was deployed.
   *
   * @throws BigflowException if the record is of a newer format or of another project
   */
  RecordedState read() {
    Optional<BucketContent> found = bucket.fetch(path());
    if (found.isEmpty()) {
      return new RecordedState(DeploymentRecord.empty(owner), 0, highestArchive());
    }
    long generation = found.get().object().generation();
    @Nullable DeploymentRecord record = parse(found.get().text());
    if (record == null) {
      progress.warn(
          "The deployment record "
              + name()
              + " is damaged; it is made anew from the marks on the objects");
      return new RecordedState(DeploymentRecord.empty(owner), generation, highestArchive());
    }
    if (!record.owner().equals(owner.mark())) {
      throw BigflowException.of(
          new Problem(
              "The deployment record belongs to '"
                  + record.owner()
                  + "', not to '"
                  + owner.mark()
                  + "'",
              name(),
              "Give this project another groupId, artifactId or env, so that its folder is its own",
              "record-of-another"));
    }
    DeploymentRecord.@Nullable Claim claim = record.claim();
    @Nullable Deployment last = record.last();
    int highest =
        Math.max(last == null ? 0 : last.number(), claim == null ? 0 : claim.deployment().number());
    return new RecordedState(record, generation, highest);
  }

  private @Nullable DeploymentRecord parse(String json) {
    try {
      JsonNode version = MAPPER.readTree(json).path("formatVersion");
      if (version.isInt() && version.intValue() > DeploymentRecord.FORMAT_VERSION) {
        throw BigflowException.of(
            new Problem(
                "The deployment record has format "
                    + version
                    + ", but this version of BigFlow knows formats up to "
                    + DeploymentRecord.FORMAT_VERSION,
                name(),
                "Deploy with the newer version of bigflow-maven-plugin that wrote it",
                "record-newer"));
      }
      return SpecJson.read(json, DeploymentRecord.class, name());
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException | RuntimeException e) {
      if (e instanceof BigflowException newer) {
        throw newer;
      }
      return null;
    }
  }

  /**
   * Replaces the record.
   *
   * @param expected the generation that is replaced; 0 = there must be none
   * @return the generation written
   * @throws io.bigflow.bucket.BucketConflict if the record is not the expected one
   */
  long write(DeploymentRecord record, long expected) {
    return bucket.write(
        path(),
        SpecJson.write(record).getBytes(StandardCharsets.UTF_8),
        JSON_TYPE,
        Map.of(Owner.METADATA, owner.mark()),
        expected);
  }

  /** The generation of the record at this moment; 0 = there is none. */
  long generation() {
    return bucket.find(path()).map(BucketObject::generation).orElse(0L);
  }

  // ---- archives

  private String archiveFolder() {
    return owner.recordFolder() + "deployments/";
  }

  private String archive(int number) {
    return archiveFolder() + String.format(java.util.Locale.ROOT, "%06d.zip", number);
  }

  /** How messages name an archive. */
  String archiveName(int number) {
    return bucket.name() + "/" + archive(number);
  }

  /**
   * Stores an archive.
   *
   * @param uploads the files beside the DAGs that its DAGs need
   */
  void writeArchive(Deployment deployment, byte[] bytes, Collection<BuiltDags.Upload> uploads) {
    Map<String, String> metadata = new HashMap<>();
    metadata.put(Owner.METADATA, owner.mark());
    metadata.put(
        DEPLOYMENT_METADATA, SpecJson.write(deployment).replaceAll("\\s*\n\\s*", " ").strip());
    if (uploads.size() > MOST_IN_METADATA) {
      metadata.put(UPLOADS_METADATA, SEE_ARCHIVE);
    } else if (!uploads.isEmpty()) {
      metadata.put(
          UPLOADS_METADATA,
          uploads.stream().map(BuiltDags.Upload::hash).sorted().collect(Collectors.joining(",")));
    }
    bucket.write(archive(deployment.number()), bytes, ZIP_TYPE, metadata, 0);
  }

  /**
   * The hashes in the paths of all files beside the DAGs that a rollback to one of the newest may
   * need.
   */
  Set<String> neededUploads(int kept) {
    Set<String> needed = new HashSet<>();
    for (BucketObject archive : own().stream().limit(kept).toList()) {
      String uploads = archive.metadata().getOrDefault(UPLOADS_METADATA, "");
      if (uploads.equals(SEE_ARCHIVE)) {
        readArchive(number(archive))
            .ifPresent(read -> read.uploads().forEach(upload -> needed.add(upload.hash())));
      } else {
        Collections.addAll(needed, uploads.split(",", -1));
      }
    }
    return needed;
  }

  /** Reads an archive, if it is there. */
  Optional<DeploymentArchive> readArchive(int number) {
    return bucket
        .read(archive(number))
        .map(bytes -> DeploymentArchive.read(bytes, owner, archiveName(number)));
  }

  /** The deployments whose archives are kept, the newest first. */
  List<Deployment> history() {
    List<Deployment> deployments = new ArrayList<>();
    for (BucketObject object : bucket.list(archiveFolder())) {
      @Nullable String json = object.metadata().get(DEPLOYMENT_METADATA);
      if (number(object) > 0 && owner.owns(object) && json != null) {
        try {
          deployments.add(SpecJson.read(json, Deployment.class, object.path()));
        } catch (IOException e) {
          progress.warn(
              bucket.name() + "/" + object.path() + " is passed over: its metadata are damaged");
        }
      }
    }
    deployments.sort(Comparator.comparing(Deployment::number).reversed());
    return deployments;
  }

  /** Removes the oldest archives beyond a number. */
  void prune(int kept) {
    own().stream().skip(kept).forEach(old -> bucket.delete(old.path(), old.generation()));
  }

  /** The archives, the newest first. */
  private List<BucketObject> own() {
    return bucket.list(archiveFolder()).stream()
        .filter(object -> number(object) > 0 && owner.owns(object))
        .sorted(Comparator.comparing(RecordStore::number).reversed())
        .toList();
  }

  private int highestArchive() {
    return bucket.list(archiveFolder()).stream().mapToInt(RecordStore::number).max().orElse(0);
  }

  /** The number of an archive; 0 = the object is none. */
  private static int number(BucketObject object) {
    String name = object.path().substring(object.path().lastIndexOf('/') + 1);
    Matcher matcher = ARCHIVE.matcher(name);
    return matcher.matches() ? Integer.parseInt(matcher.group(1)) : 0;
  }
}
