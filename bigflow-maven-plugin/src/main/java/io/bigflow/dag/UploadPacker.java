// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowIndex;
import io.bigflow.spec.WorkflowSpec;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the files that are deployed with the DAGs, out of the project's compiled classes and
 * resources: {@code target/bigflow/uploads/<sha256>/<name>}.
 */
public final class UploadPacker {

  /** DOS time begins in 1980; any constant does. */
  private static final LocalDateTime TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private final Path classes;
  private final DagDirectory directory;
  private final String folder;
  private final String jarName;

  /**
   * A packer.
   *
   * @param classes the project's output directory, {@code target/classes}
   */
  public UploadPacker(Path classes, DagDirectory directory, DagContext context) {
    this.classes = classes;
    this.directory = directory;
    this.folder = UploadNames.folder(context.groupId(), context.artifactId(), context.env());
    this.jarName = context.artifactId() + ".jar";
  }

  /**
   * Packs what the operators of some workflows name, and removes what an earlier build left.
   *
   * @throws BigflowException with all resources that the project does not have
   */
  public Uploads pack(List<WorkflowSpec> workflows) throws IOException {
    return pack(workflows, PipelineTemplates.NONE);
  }

  /**
   * Packs what the operators of some workflows name, and removes what an earlier build left.
   *
   * @param templates those that the workflows start pipelines from
   * @throws BigflowException with all resources that the project does not have
   */
  public Uploads pack(List<WorkflowSpec> workflows, PipelineTemplates templates)
      throws IOException {
    directory.clearUploads();
    Map<ArgumentSpec.UploadPart, BuiltDags.Upload> packed = new LinkedHashMap<>();
    List<Problem> problems = new ArrayList<>();
    for (WorkflowSpec workflow : workflows) {
      for (TaskSpec task : workflow.tasks()) {
        for (Map.Entry<ArgumentSpec.UploadPart, String> named : Uploads.named(task).entrySet()) {
          ArgumentSpec.UploadPart part = named.getKey();
          if (packed.containsKey(part)) {
            continue;
          }
          @Nullable String resource = part.resource();
          if (resource == null) {
            packed.put(part, keep(jar(), jarName));
          } else if (UploadNames.isResource(resource)
              && Files.isRegularFile(classes.resolve(resource))) {
            packed.put(part, keep(copy(resource), UploadNames.name(resource)));
          } else {
            problems.add(
                Problem.of(
                    "Task '"
                        + workflow.id()
                        + "."
                        + task.id()
                        + "' names the resource '"
                        + resource
                        + "' in its argument '"
                        + named.getValue()
                        + "', but the project has no such file",
                    classes.toString(),
                    "Add src/main/resources/" + resource + ", or correct the path"));
          }
        }
      }
    }
    if (!problems.isEmpty()) {
      throw problems.size() == 1
          ? BigflowException.of(problems.get(0))
          : BigflowException.of("Cannot build the files beside the DAGs", problems);
    }
    return new Uploads(packed, templates);
  }

  private Path copy(String resource) throws IOException {
    Path file = unfinished();
    return Files.copy(classes.resolve(resource), file, StandardCopyOption.REPLACE_EXISTING);
  }

  /**
   * The project's own classes and resources as a jar. Entries are stored and not compressed,
   * because the same text compressed has other bytes with another version of zlib. BigFlow's index
   * is left out: it differs between environments, and nothing but the container needs it.
   */
  private Path jar() throws IOException {
    Path file = unfinished();
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, Path> entry : files().entrySet()) {
        ZipEntry header = new ZipEntry(entry.getKey());
        header.setTimeLocal(TIME);
        header.setMethod(ZipEntry.STORED);
        header.setSize(Files.size(entry.getValue()));
        header.setCrc(crc(entry.getValue()));
        zip.putNextEntry(header);
        Files.copy(entry.getValue(), zip);
        zip.closeEntry();
      }
    }
    return file;
  }

  private Map<String, Path> files() throws IOException {
    Map<String, Path> files = new TreeMap<>();
    if (Files.isDirectory(classes)) {
      try (Stream<Path> all = Files.walk(classes, FileVisitOption.FOLLOW_LINKS)) {
        for (Path file : all.filter(Files::isRegularFile).toList()) {
          List<String> names = new ArrayList<>();
          classes.relativize(file).forEach(name -> names.add(name.toString()));
          files.put(String.join("/", names), file);
        }
      }
    }
    files.remove(WorkflowIndex.RESOURCE);
    return files;
  }

  private static long crc(Path file) throws IOException {
    CRC32 crc = new CRC32();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        crc.update(buffer, 0, count);
      }
    }
    return crc.getValue();
  }

  private Path unfinished() throws IOException {
    Path file = directory.uploads().resolve("unfinished");
    Files.createDirectories(directory.uploads());
    return file;
  }

  private BuiltDags.Upload keep(Path file, String name) throws IOException {
    MessageDigest md5 = digest("MD5");
    MessageDigest sha256 = digest("SHA-256");
    try (InputStream in =
        new DigestInputStream(
            new DigestInputStream(new BufferedInputStream(Files.newInputStream(file)), md5),
            sha256)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    String hash = HexFormat.of().formatHex(sha256.digest());
    BuiltDags.Upload upload =
        new BuiltDags.Upload(
            folder + hash + "/" + name,
            hash,
            HexFormat.of().formatHex(md5.digest()),
            Files.size(file));
    Path kept = directory.file(upload);
    Files.createDirectories(directory.uploads().resolve(hash));
    Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
    return upload;
  }

  private static MessageDigest digest(String algorithm) {
    try {
      return MessageDigest.getInstance(algorithm);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has " + algorithm, e);
    }
  }
}
