// SPDX-License-Identifier: Apache-2.0
package io.bigflow.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.eclipse.jgit.api.errors.GitAPIException;
import org.eclipse.jgit.lib.PersonIdent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitRevisionsTest {

  private static final PersonIdent WHO = new PersonIdent("Test", "test@example.com");

  @TempDir Path folder;
  private Path project;
  private String commit;

  @BeforeEach
  void commit() throws IOException, GitAPIException {
    // Loads the class, which keeps JGit from writing into the home of whoever runs the tests.
    assertThat(GitRevisions.find(folder).revision()).isEqualTo(SourceRevision.NONE);
    project = Files.createDirectories(folder.resolve("repository/project"));
    try (Git git = Git.init().setDirectory(folder.resolve("repository").toFile()).call()) {
      Files.writeString(project.resolve("pom.xml"), "<project/>\n");
      Files.writeString(folder.resolve("repository/.gitignore"), "target/\n");
      git.add().addFilepattern(".").call();
      commit =
          git.commit()
              .setMessage("one")
              .setAuthor(WHO)
              .setCommitter(WHO)
              .setSign(false)
              .call()
              .name();
    }
  }

  @Test
  void cleanWorkTreeIsExact() throws IOException {
    Files.createDirectories(project.resolve("target"));
    Files.writeString(project.resolve("target/demo.jar"), "built");

    GitRevisions.Found found = GitRevisions.find(project);

    assertThat(found).isEqualTo(new GitRevisions.Found(new SourceRevision(commit, false), ""));
    assertThat(found.revision().shortCommit()).isEqualTo(commit.substring(0, 12));
  }

  @Test
  void aProjectInAnIgnoredFolderHasNoRevision() throws IOException {
    Path ignored = Files.createDirectories(project.resolve("target/generated"));
    Files.writeString(ignored.resolve("pom.xml"), "<project/>");

    assertThat(GitRevisions.find(ignored).revision()).isEqualTo(SourceRevision.NONE);
  }

  @Test
  void changedFileMakesItDirty() throws IOException {
    Files.writeString(project.resolve("pom.xml"), "<project></project>\n");

    GitRevisions.Found found = GitRevisions.find(project);

    assertThat(found.revision()).isEqualTo(new SourceRevision(commit, true));
    assertThat(found.remark()).isEqualTo("not committed: project/pom.xml");
  }

  @Test
  void untrackedFilesMakeItDirty() throws IOException {
    for (int i = 1; i <= 5; i++) {
      Files.writeString(project.resolve("new" + i), "x");
    }

    GitRevisions.Found found = GitRevisions.find(project);

    assertThat(found.revision().dirty()).isTrue();
    assertThat(found.remark())
        .isEqualTo("not committed: project/new1, project/new2, project/new3 and 2 more");
  }

  @Test
  void directoryOutsideAnyRepositoryHasNone() {
    // The folder itself is no repository, unless the system's temporary folder lies in one.
    assertThat(GitRevisions.find(folder))
        .isEqualTo(new GitRevisions.Found(SourceRevision.NONE, "no git repository"));
  }

  @Test
  void repositoryWithoutCommitHasNone() throws GitAPIException {
    Git.init().setDirectory(folder.resolve("empty").toFile()).call().close();

    assertThat(GitRevisions.find(folder.resolve("empty")))
        .isEqualTo(new GitRevisions.Found(SourceRevision.NONE, "the git repository has no commit"));
  }

  @Test
  void bareRepositoryHasNone() throws GitAPIException {
    Git.init().setBare(true).setDirectory(folder.resolve("bare.git").toFile()).call().close();

    assertThat(GitRevisions.find(folder.resolve("bare.git")).revision())
        .isEqualTo(SourceRevision.NONE);
  }

  @Test
  void damagedRepositoryFailsNoBuild() throws IOException {
    Files.writeString(folder.resolve("repository/.git/HEAD"), "ref: refs/heads/main\n");
    Files.createDirectories(folder.resolve("repository/.git/refs/heads"));
    Files.writeString(folder.resolve("repository/.git/refs/heads/main"), "f".repeat(40) + "\n");

    GitRevisions.Found found = GitRevisions.find(project);

    assertThat(found.revision()).isEqualTo(SourceRevision.NONE);
    assertThat(found.remark()).startsWith("the git repository cannot be read");
  }

  @Test
  void linkedWorktreeHasItsOwnCommit() throws IOException {
    // What `git worktree add` writes; JGit can read it, but not make it.
    Path main = folder.resolve("repository/.git");
    Path linked = Files.createDirectories(folder.resolve("linked"));
    Path own = Files.createDirectories(main.resolve("worktrees/linked"));
    Files.writeString(linked.resolve(".git"), "gitdir: " + own + "\n");
    Files.writeString(own.resolve("gitdir"), linked.resolve(".git") + "\n");
    Files.writeString(own.resolve("commondir"), "../..\n");
    Files.writeString(own.resolve("HEAD"), commit + "\n");
    Files.copy(main.resolve("index"), own.resolve("index"));
    Files.createDirectories(linked.resolve("project"));
    Files.copy(project.resolve("pom.xml"), linked.resolve("project/pom.xml"));
    Files.copy(folder.resolve("repository/.gitignore"), linked.resolve(".gitignore"));

    assertThat(GitRevisions.find(linked.resolve("project")).revision())
        .isEqualTo(new SourceRevision(commit, false));

    Files.writeString(linked.resolve("project/pom.xml"), "changed");
    assertThat(GitRevisions.find(linked).revision()).isEqualTo(new SourceRevision(commit, true));
  }
}
