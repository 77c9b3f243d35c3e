// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.git.SourceRevision;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The DAG files between build and deployment: {@code target/bigflow/dags/…} and {@code
 * target/bigflow/dags.json}, which lists them. Only what is listed, and is still as it was built,
 * comes back.
 */
public final class DagDirectory {
  private static final String BUILD = "Build the project: mvn package";
  private static final String REBUILD = "Build the project again: mvn clean package";

  private static final Pattern BUILD_TAG =
      Pattern.compile(DagFileGenerator.BUILD_TAG_PREFIX + "[0-9a-f]{12}");

  private final Path root;

  /**
   * A directory.
   *
   * @param root {@code target/bigflow}; it need not exist
   */
  public DagDirectory(Path root) {
    this.root = root.toAbsolutePath().normalize();
  }

  /** The file that lists the others. */
  public Path index() {
    return root.resolve("dags.json");
  }

  /**
   * Replaces what an earlier build left.
   *
   * @param target where they will be deployed to, as far as the build knows
   * @return the list, as it was written
   * @throws IOException if a file cannot be written or removed; then there is no list any more
   */
  public BuiltDags write(List<DagFile> files, DagContext context, String target)
      throws IOException {
    SourceRevision revision = context.revision();
    BuiltDags built =
        new BuiltDags(
            BuiltDags.FORMAT_VERSION,
            context.groupId(),
            context.artifactId(),
            context.version(),
            context.env(),
            revision.commit(),
            revision.dirty(),
            context.image(),
            target,
            files.stream()
                .map(
                    file ->
                        new BuiltDags.Dag(
                            file.path(),
                            file.dagId(),
                            file.workflow(),
                            file.sha256(),
                            file.buildTag(),
                            file.uploads(),
                            file.streaming()))
                .sorted(Comparator.comparing(BuiltDags.Dag::path))
                .toList());
    clear();
    for (DagFile file : files) {
      Path path = root.resolve(file.path());
      Files.createDirectories(path.getParent());
      Files.write(path, file.bytes());
    }
    // Last, so that a build that was interrupted leaves nothing to deploy.
    SpecJson.write(built, index());
    return built;
  }

  /**
   * Removes what an earlier build left.
   *
   * @throws IOException if a file cannot be removed
   */
  public void clear() throws IOException {
    Files.deleteIfExists(index());
    Path dags = root.resolve("dags");
    if (Files.exists(dags)) {
      Files.walkFileTree(dags, new Removal());
    }
  }

  /** Where the files beside the DAGs lie; may be absent. */
  Path uploads() {
    return root.resolve("uploads");
  }

  /** Removes the files beside the DAGs that an earlier build left, and the list with them. */
  void clearUploads() throws IOException {
    Files.deleteIfExists(index());
    if (Files.exists(uploads())) {
      Files.walkFileTree(uploads(), new Removal());
    }
  }

  /** Where the build puts a file that is deployed with the DAGs. */
  public Path file(BuiltDags.Upload upload) {
    Path folder = upload.isTemplate() ? templates() : uploads();
    return folder.resolve(upload.hash()).resolve(upload.name());
  }

  /** Where the build puts the templates of pipelines; may be absent. */
  public Path templates() {
    return root.resolve("templates");
  }

  /** Removes the templates that an earlier build left. */
  public void clearTemplates() throws IOException {
    Files.deleteIfExists(index());
    if (Files.exists(templates())) {
      Files.walkFileTree(templates(), new Removal());
    }
  }

  private static final class Removal extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.delete(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure)
        throws IOException {
      if (failure != null) {
        throw failure;
      }
      Files.delete(folder);
      return FileVisitResult.CONTINUE;
    }
  }

  /**
   * Reads the list of what was built, and checks the files one after the other.
   *
   * @throws BigflowException with all problems, if nothing was built, or not all of it is there as
   *     it was built
   */
  public BuiltDags read() {
    BuiltDags built = readIndex();
    List<Problem> problems = new ArrayList<>();
    for (BuiltDags.Dag dag : built.dags()) {
      Path path = root.resolve(dag.path()).normalize();
      if (!dag.path().startsWith(built.folder()) || !path.startsWith(root.resolve("dags"))) {
        problems.add(
            Problem.of(
                "The list of DAG files names '"
                    + dag.path()
                    + "', which is not below '"
                    + built.folder()
                    + "'",
                index().toString(),
                REBUILD));
        continue;
      }
      if (!isBuildTag(dag.buildTag())) {
        problems.add(
            Problem.of(
                "The list of DAG files has no build tag for workflow '"
                    + dag.workflow()
                    + "', so another version of BigFlow wrote it",
                index().toString(),
                REBUILD));
        continue;
      }
      try {
        if (!DagFile.sha256(Files.readAllBytes(path)).equals(dag.sha256())) {
          problems.add(
              Problem.of(
                  "The DAG file of workflow '"
                      + dag.workflow()
                      + "' was changed after it was built",
                  path.toString(),
                  "Change the workflow instead of the file, then build again: mvn clean package"));
        }
      } catch (NoSuchFileException e) {
        problems.add(
            Problem.of(
                "The DAG file of workflow '" + dag.workflow() + "' is missing",
                path.toString(),
                REBUILD));
      } catch (IOException e) {
        problems.add(unreadable(path, e));
      }
    }
    if (!problems.isEmpty()) {
      throw BigflowException.of("The DAG files cannot be deployed.", problems);
    }
    return built;
  }

  /**
   * The content of a file, if it can be read.
   *
   * @param path one of those that {@link #read} has checked
   */
  public Optional<byte[]> content(String path) {
    try {
      return Optional.of(Files.readAllBytes(root.resolve(path)));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  // Jackson leaves out of a record what the JSON leaves out.
  private static boolean isBuildTag(@Nullable String tag) {
    return tag != null && BUILD_TAG.matcher(tag).matches();
  }

  private BuiltDags readIndex() {
    try {
      return SpecJson.read(index(), BuiltDags.class);
    } catch (NoSuchFileException e) {
      throw BigflowException.of(
          Problem.of("There are no DAG files to deploy", index().toString(), BUILD), e);
    } catch (IOException e) {
      throw BigflowException.of(unreadable(index(), e), e);
    }
  }

  private static Problem unreadable(Path path, IOException e) {
    return Problem.of(
        "'" + path.getFileName() + "' cannot be read: " + e.getMessage(), path.toString(), REBUILD);
  }
}
