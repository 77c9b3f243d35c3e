// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.dag.BuiltDags;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * All DAG files as a deployment left them, in one ZIP file: what a rollback brings back, and what a
 * plan compares with. {@code deployment.json} lists the files, which lie under their paths; what
 * somebody had edited by hand and the deployment overwrote lies under {@code edited/}.
 */
final class DeploymentArchive {

  private static final String INDEX = "deployment.json";
  private static final String EDITED = "edited/";

  /** DOS time begins in 1980; any constant does, so that the same files give the same bytes. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  /** No DAG file is larger; a damaged archive must not fill the memory. */
  private static final int LARGEST_ENTRY = 64 << 20;

  private final Index index;
  private final PackedFiles contents;

  private DeploymentArchive(Index index, PackedFiles contents) {
    this.index = index;
    this.contents = contents;
  }

  /**
   * What an archive holds.
   *
   * @param formatVersion the format of the file
   * @param owner the owner's mark
   * @param deployment which deployment it was
   * @param dags the files, ordered by path
   */
  record Index(int formatVersion, String owner, Deployment deployment, List<DagEntry> dags) {
    static final int FORMAT_VERSION = 1;

    Index {
      dags = List.copyOf(dags);
    }
  }

  /** Writes an archive. */
  static byte[] write(
      Owner owner,
      Deployment deployment,
      List<DagEntry> dags,
      DagFiles.Contents contents,
      Map<String, byte[]> edited) {
    Index index = new Index(Index.FORMAT_VERSION, owner.mark(), deployment, dags);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      add(zip, INDEX, SpecJson.write(index).getBytes(StandardCharsets.UTF_8));
      for (DagEntry dag : dags) {
        add(
            zip,
            dag.path(),
            contents
                .of(dag.path())
                .orElseThrow(() -> new IllegalArgumentException("No content of " + dag.path())));
      }
      for (Map.Entry<String, byte[]> file : new TreeMap<>(edited).entrySet()) {
        add(zip, EDITED + file.getKey(), file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(name);
    entry.setTimeLocal(TIME);
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /**
   * Reads an archive.
   *
   * @param name how messages name it
   * @throws BigflowException if it is damaged, of a newer format, or of another owner
   */
  static DeploymentArchive read(byte[] bytes, Owner owner, String name) {
    PackedFiles contents = new PackedFiles();
    byte @Nullable [] json = null;
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      @Nullable ZipEntry entry = zip.getNextEntry();
      while (entry != null) {
        byte[] content = zip.readNBytes(LARGEST_ENTRY + 1);
        if (content.length > LARGEST_ENTRY) {
          throw new IOException("'" + entry.getName() + "' is too large");
        }
        if (entry.getName().equals(INDEX)) {
          json = content;
        } else {
          contents.put(entry.getName(), content);
        }
        entry = zip.getNextEntry();
      }
      if (json == null) {
        throw new IOException("it has no " + INDEX);
      }
      Index index = SpecJson.read(new String(json, StandardCharsets.UTF_8), Index.class, INDEX);
      if (!index.owner().equals(owner.mark())) {
        throw new IOException("it belongs to '" + index.owner() + "'");
      }
      return new DeploymentArchive(index, contents);
    } catch (IOException | IllegalArgumentException e) {
      throw BigflowException.of(
          new Problem(
              "The archive '" + name + "' cannot be used: " + e.getMessage(),
              name,
              "Choose another deployment of bigflow:history, or deploy the commit again",
              "record-damaged"),
          e);
    }
  }

  /** Which deployment it was. */
  Deployment deployment() {
    return index.deployment();
  }

  /** The files beside the DAGs that its DAGs need. */
  Set<BuiltDags.Upload> uploads() {
    return index.dags().stream().flatMap(dag -> dag.uploads().stream()).collect(Collectors.toSet());
  }

  /** The files, checked against their hashes. */
  DagFiles files(Owner owner, String name) {
    Deployment deployment = index.deployment();
    return DagFiles.restored(
        owner,
        new DagFiles.Source(deployment.version(), deployment.commit(), deployment.dirty()),
        index.dags(),
        contents::get,
        name);
  }

  /** The text of one file, if the archive has it; not checked. */
  Optional<byte[]> content(String path) {
    return contents.get(path);
  }
}
