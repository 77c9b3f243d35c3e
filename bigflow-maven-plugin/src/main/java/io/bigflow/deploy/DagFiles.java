// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import io.bigflow.bucket.ContentHash;
import io.bigflow.dag.BuiltDags;
import io.bigflow.dag.UploadNames;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The DAG files that a deployment brings, with their contents. A value in hand is exactly what was
 * built, and lies in the folder of its own project and environment.
 */
public final class DagFiles {

  private static final String NAME = "(?!\\.+(/|$))[A-Za-z0-9._-]+";
  private static final Pattern FOLDER = Pattern.compile("dags/" + NAME + "/" + NAME + "/");
  private static final Pattern FILE = Pattern.compile("(" + NAME + "/)*" + NAME);
  private static final Pattern PINNED = Pattern.compile("[^@\\s]+@sha256:[0-9a-f]{64}");

  private final Owner owner;
  private final Source source;
  private final List<DagEntry> entries;
  private final PackedFiles contents;
  private final Map<String, Local> uploads;

  private DagFiles(
      Owner owner,
      Source source,
      List<DagEntry> entries,
      PackedFiles contents,
      Map<String, Local> uploads) {
    this.owner = owner;
    this.source = source;
    this.entries = List.copyOf(entries);
    this.contents = contents;
    this.uploads = Map.copyOf(uploads);
  }

  /**
   * What the files were built from.
   *
   * @param version the project's version
   * @param commit the commit; empty outside a repository
   * @param dirty whether the work tree differed from the commit
   */
  public record Source(String version, String commit, boolean dirty) {}

  /** A file beside the DAGs on this machine. */
  private record Local(BuiltDags.Upload upload, Path file) {}

  /** Where the contents of files are. */
  @FunctionalInterface
  public interface Contents {
    /** The content of a file, if it is there. */
    Optional<byte[]> of(String path);
  }

  /**
   * Puts together what the build recorded and what lies in its output folder.
   *
   * @param built the record
   * @param contents the files by {@link BuiltDags.Dag#path()}; each is asked for once
   * @throws BigflowException if files are missing or were changed after the build, with all of them
   */
  public static DagFiles of(BuiltDags built, Contents contents) {
    return of(built, contents, upload -> Path.of("absent"));
  }

  /**
   * Puts together what the build recorded and what lies in its output folder.
   *
   * @param built the record
   * @param contents the files by {@link BuiltDags.Dag#path()}; each is asked for once
   * @param uploaded where the files beside the DAGs lie; they are not kept in memory
   * @throws BigflowException if files are missing or were changed after the build, with all of them
   */
  public static DagFiles of(
      BuiltDags built, Contents contents, Function<BuiltDags.Upload, Path> uploaded) {
    Owner owner = Owner.of(built);
    if (!FOLDER.matcher(built.folder()).matches()) {
      throw BigflowException.of(
          rebuild(
              "'" + built.folder() + "' cannot be the folder of a project and its environment"));
    }
    List<Problem> problems = new ArrayList<>();
    if (!PINNED.matcher(built.image()).matches()) {
      problems.add(
          rebuild("'" + built.image() + "' in dags.json is not an image pinned by its digest"));
    }
    List<DagEntry> entries =
        built.dags().stream().map(dag -> DagEntry.of(dag, built)).collect(Collectors.toList());
    PackedFiles own = check(owner, entries, contents, problems);
    Map<String, Local> uploads = checkUploads(owner, built, uploaded, problems);
    if (!problems.isEmpty()) {
      throw problems.size() == 1
          ? BigflowException.of(problems.get(0))
          : BigflowException.of("Cannot deploy what lies in target/bigflow", problems);
    }
    return new DagFiles(
        owner, new Source(built.version(), built.commit(), built.dirty()), entries, own, uploads);
  }

  /**
   * What an archive holds.
   *
   * @throws BigflowException if the archive does not hold what it lists
   */
  static DagFiles restored(
      Owner owner, Source source, List<DagEntry> entries, Contents contents, String archive) {
    List<Problem> problems = new ArrayList<>();
    PackedFiles own = check(owner, entries, contents, problems);
    boolean pinned = entries.stream().allMatch(e -> PINNED.matcher(e.image()).matches());
    boolean named =
        entries.stream()
            .flatMap(entry -> entry.uploads().stream())
            .allMatch(upload -> isUpload(owner, upload));
    if (!problems.isEmpty() || !pinned || !named) {
      throw BigflowException.of(
          new Problem(
              "The archive '" + archive + "' does not hold the DAG files that it lists",
              archive,
              "Choose another deployment of bigflow:history, or deploy the commit again",
              "record-damaged"));
    }
    return new DagFiles(owner, source, entries, own, Map.of());
  }

  /** No files at all: what undeploying leaves. */
  static DagFiles none(Owner owner, Source source) {
    return new DagFiles(owner, source, List.of(), new PackedFiles(), Map.of());
  }

  private static PackedFiles check(
      Owner owner, List<DagEntry> entries, Contents contents, List<Problem> problems) {
    PackedFiles own = new PackedFiles();
    Set<String> seen = new HashSet<>();
    for (DagEntry dag : entries) {
      if (!isInFolder(owner.dagFolder(), dag.path()) || !seen.add(dag.path())) {
        problems.add(
            rebuild(
                "'"
                    + dag.path()
                    + "' in dags.json is no DAG file of this project in '"
                    + owner.dagFolder()
                    + "'"));
        continue;
      }
      Optional<byte[]> content = contents.of(dag.path());
      if (content.isEmpty()) {
        problems.add(rebuild("The DAG file '" + dag.path() + "' that was built is missing"));
      } else if (!ContentHash.sha256(content.get()).equals(dag.sha256())) {
        problems.add(
            new Problem(
                "The DAG file '" + dag.path() + "' was changed after it was built",
                "target/bigflow/" + dag.path(),
                "Change the workflow '"
                    + dag.workflow()
                    + "' instead of the generated file, then run: mvn package",
                "outputs-changed"));
      } else {
        own.put(dag.path(), content.get());
      }
    }
    return own;
  }

  private static Map<String, Local> checkUploads(
      Owner owner,
      BuiltDags built,
      Function<BuiltDags.Upload, Path> uploaded,
      List<Problem> problems) {
    Map<String, Local> files = new HashMap<>();
    Set<BuiltDags.Upload> seen = new LinkedHashSet<>();
    built.dags().forEach(dag -> seen.addAll(dag.uploads()));
    for (BuiltDags.Upload upload : seen) {
      if (!isUpload(owner, upload)) {
        problems.add(
            rebuild(
                "'"
                    + upload.path()
                    + "' in dags.json is no file of this project in '"
                    + owner.uploadFolder()
                    + "'"));
        continue;
      }
      Path file = uploaded.apply(upload);
      try {
        if (!ContentHash.of(file)
            .equals(new ContentHash.Sums(upload.md5(), upload.sha256(), upload.size()))) {
          problems.add(
              rebuild("The file '" + upload.name() + "' was changed after it was built: " + file));
        }
        files.put(upload.path(), new Local(upload, file));
      } catch (IOException e) {
        problems.add(
            rebuild("The file '" + upload.name() + "' that was built is missing: " + file));
      }
    }
    return files;
  }

  private static boolean isUpload(Owner owner, BuiltDags.Upload upload) {
    if (upload.isTemplate()) {
      return UploadNames.isUploadElsewhere(owner.uploadFolder(), upload.path());
    }
    return UploadNames.isUpload(owner.uploadFolder(), upload.path())
        && upload.path().startsWith(owner.uploadFolder() + upload.sha256() + "/");
  }

  // dags.json is a file that anybody may have written: its paths decide what is overwritten in a
  // bucket that others share.
  private static boolean isInFolder(String folder, String path) {
    return path.startsWith(folder)
        && path.endsWith(".py")
        && FILE.matcher(path.substring(folder.length())).matches();
  }

  private static Problem rebuild(String what) {
    return new Problem(
        what, "target/bigflow", "Build again with: mvn clean package", "outputs-changed");
  }

  /** Whose files these are. */
  public Owner owner() {
    return owner;
  }

  /** What they were built from. */
  public Source source() {
    return source;
  }

  /** The files, in the order of the build. */
  public List<DagEntry> entries() {
    return entries;
  }

  /** The files beside the DAGs that the DAGs of some workflows name, ordered by path. */
  public List<BuiltDags.Upload> uploads(Scope scope) {
    return entries.stream()
        .filter(entry -> scope.has(entry.workflow()))
        .flatMap(entry -> entry.uploads().stream())
        .distinct()
        .map(
            upload -> {
              @Nullable Local local = uploads.get(upload.path());
              return local == null ? upload : local.upload();
            })
        .sorted(Comparator.comparing(BuiltDags.Upload::path))
        .toList();
  }

  /** The folders that these files lie in, ordered. */
  public Set<String> uploadFolders(Scope scope) {
    return uploads(scope).stream()
        .map(upload -> UploadNames.folderOf(upload.path()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** A file beside the DAGs, if it is on this machine: an archive only tells what it was. */
  Optional<Path> upload(String path) {
    return Optional.ofNullable(uploads.get(path)).map(Local::file);
  }

  /** The images that the files name, ordered. */
  public Set<String> images() {
    return entries.stream().map(DagEntry::image).collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * The content of a file.
   *
   * @throws IllegalArgumentException if there is no such file
   */
  public byte[] content(String path) {
    return contents.get(path).orElseThrow(() -> new IllegalArgumentException("Not built: " + path));
  }
}
