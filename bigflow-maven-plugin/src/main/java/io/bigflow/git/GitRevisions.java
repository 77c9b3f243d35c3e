// SPDX-License-Identifier: Apache-2.0
package io.bigflow.git;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.Status;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * Finds the commit that a directory is checked out at.
 *
 * <p>A build must not fail because of its version control, so what cannot be read counts as no
 * repository, and {@link Found#remark()} says why.
 */
public final class GitRevisions {

  private static final int PATHS_NAMED = 3;

  static {
    // JGit measures the clock of the file system and keeps the result in the user's home. A build
    // tool has no business there.
    SystemReader.setInstance(new ReadOnlyGitConfig(SystemReader.getInstance()));
  }

  private GitRevisions() {}

  /**
   * What was found.
   *
   * @param revision the commit
   * @param remark why the revision is not exact, for example the paths that differ; empty if it is
   */
  public record Found(SourceRevision revision, String remark) {}

  /**
   * The revision of the work tree that a directory belongs to.
   *
   * <p>The work tree is dirty when a tracked file differs from the commit or an untracked file is
   * not ignored, anywhere in the repository: a build may read all of it.
   */
  public static Found find(Path directory) {
    try (Repository repository = open(directory)) {
      if (repository == null) {
        return none("no git repository");
      }
      if (repository.isBare()) {
        return none("the git repository has no work tree");
      }
      ObjectId head = repository.resolve(Constants.HEAD);
      if (head == null) {
        return none("the git repository has no commit");
      }
      Optional<String> changes = changes(repository);
      if (changes.isEmpty() && !isPartOf(repository, head, directory)) {
        return none("the git repository around the project ignores it");
      }
      return new Found(new SourceRevision(head.name(), changes.isPresent()), changes.orElse(""));
    } catch (IOException | GitAPIException | RuntimeException e) {
      // JGit reports damaged repositories by unchecked exceptions of several families.
      return none("the git repository cannot be read: " + reason(e));
    }
  }

  private static @Nullable Repository open(Path directory) throws IOException {
    File start = directory.toAbsolutePath().normalize().toFile();
    FileRepositoryBuilder builder = new FileRepositoryBuilder().readEnvironment();
    if (builder.getGitDir() == null) {
      builder.findGitDir(start);
    }
    return builder.getGitDir() == null ? null : builder.setMustExist(true).build();
  }

  // A project in an ignored folder: the commit, however clean, says nothing of it.
  private static boolean isPartOf(Repository repository, ObjectId head, Path directory)
      throws IOException {
    Path root = repository.getWorkTree().toPath().toRealPath();
    String path = root.relativize(directory.toRealPath()).toString().replace('\\', '/');
    if (path.isEmpty()) {
      return true;
    }
    RevCommit commit = repository.parseCommit(head);
    try (TreeWalk found = TreeWalk.forPath(repository, path, commit.getTree())) {
      return found != null;
    }
  }

  @SuppressWarnings("NullAway") // Status' sets are never null; JGit is not annotated.
  private static Optional<String> changes(Repository repository) throws GitAPIException {
    Status status;
    try (Git git = new Git(repository)) {
      status = git.status().call();
    }
    if (status.isClean()) {
      return Optional.empty();
    }
    TreeSet<String> paths = new TreeSet<>(status.getUncommittedChanges());
    paths.addAll(status.getUntracked());
    paths.addAll(status.getConflicting());
    String named = paths.stream().limit(PATHS_NAMED).collect(Collectors.joining(", "));
    int rest = paths.size() - PATHS_NAMED;
    return Optional.of("not committed: " + named + (rest > 0 ? " and " + rest + " more" : ""));
  }

  private static Found none(String why) {
    return new Found(SourceRevision.NONE, why);
  }

  private static String reason(Exception e) {
    String message = e.getMessage();
    return message == null ? e.getClass().getSimpleName() : message;
  }
}
