// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.discovery.ClassFiles;
import io.bigflow.git.GitRevisions;
import io.bigflow.image.BaseImage;
import io.bigflow.image.ImageBuildRequest;
import io.bigflow.maven.image.JibPluginBuild;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.WorkflowIndex;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.maven.plugin.BuildPluginManager;
import org.apache.maven.plugins.annotations.Component;
import org.apache.maven.plugins.annotations.LifecyclePhase;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.apache.maven.plugins.annotations.ResolutionScope;
import org.jspecify.annotations.Nullable;

/**
 * Builds the image in which the jobs run, with the project's own Jib settings: {@code
 * target/bigflow/image.tar} and {@code image.json}. No Docker is needed, and nothing is pushed.
 *
 * @since 0.1.0
 */
@Mojo(
    name = "build-image",
    defaultPhase = LifecyclePhase.PACKAGE,
    requiresDependencyResolution = ResolutionScope.RUNTIME,
    threadSafe = true)
public final class BuildImageMojo extends AbstractTargetMojo {
  private static final int DEFAULT_JAVA_RELEASE = 17;

  /**
   * The image to build upon: {@code REGISTRY/PATH@sha256:…}, {@code REGISTRY/PATH:TAG}, {@code
   * tar:FILE}, or {@code jdk} for one made from the JDK that runs Maven. Default: the base of the
   * project's Jib configuration; without one, {@code jdk} if the bucket is a directory, else a
   * public Java runtime.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.image.base")
  private @Nullable String imageBase;

  /**
   * Keeps base images that were made from a JDK.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.cacheDirectory", defaultValue = "${user.home}/.cache/bigflow")
  private File cacheDirectory;

  // Its successor @Inject needs Maven to scan classes, which Maven 3.8 cannot do for Java 17.
  @SuppressWarnings("deprecation")
  @Component
  private BuildPluginManager plugins;

  @Override
  void run() throws IOException {
    requireIndex();
    GitRevisions.Found git = GitRevisions.find(baseDirectory());
    if (!git.remark().isEmpty()) {
      progress().detail(git.remark());
    }
    new JibPluginBuild(project(), session(), plugins, progress())
        .build(
            new ImageBuildRequest(
                repository(),
                project().getVersion(),
                git.revision(),
                base(),
                keepsDagsHere()
                    ? BaseImage.defaultForLocalTarget()
                    : BaseImage.defaultFor(javaRelease()),
                output().directory(),
                cacheDirectory(),
                RunMojo.javaHome()));
  }

  /** Where base images are kept. */
  Path cacheDirectory() {
    return directory("bigflow.cacheDirectory", cacheDirectory);
  }

  // Without it the launcher would find no job.
  private void requireIndex() {
    Path index = ProjectClassPath.of(project()).classes().resolve(WorkflowIndex.RESOURCE);
    if (!Files.isRegularFile(index)) {
      throw BigflowException.of(
          Problem.of(
              "The index of the workflows is missing; bigflow:describe writes it",
              index.toString(),
              "Build from the start: mvn package"));
    }
  }

  private Optional<BaseImage> base() {
    return value("bigflow.image.base", imageBase)
        .map(text -> BaseImage.parse(text, baseDirectory()));
  }

  private String repository() {
    return imageRepository()
        .orElseGet(
            () -> {
              if (!keepsDagsHere()) {
                throw BigflowException.of(
                    Problem.of(
                            "There is no repository for the image",
                            "bigflow.image.repository",
                            "Set it in the profile that you deploy with, for example"
                                + " <bigflow.image.repository>europe-west1-docker.pkg.dev/PROJECT/"
                                + "REPOSITORY/"
                                + project().getArtifactId()
                                + "</bigflow.image.repository>")
                        .see("no-repository"));
              }
              return LocalImage.repository(project().getArtifactId());
            });
  }

  // A build that names no target at all is one for this machine.
  private boolean keepsDagsHere() {
    return bucketLocation()
        .map(BucketLocation.Directory.class::isInstance)
        .orElseGet(() -> composerName().isEmpty());
  }

  // The base must run what the compiler made, whichever way it was told to.
  private int javaRelease() throws IOException {
    return ClassFiles.newestRelease(ProjectClassPath.of(project()).classes())
        .orElse(DEFAULT_JAVA_RELEASE);
  }
}
