// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.image.BaseImage;
import io.bigflow.image.BuiltImage;
import io.bigflow.image.ImageBuildRequest;
import io.bigflow.image.ImageTag;
import io.bigflow.image.ImageTar;
import io.bigflow.image.jib.JdkBaseImage;
import io.bigflow.image.jib.JibNames;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.plugin.BuildPluginManager;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.project.MavenProject;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.twdata.maven.mojoexecutor.MojoExecutor;

/**
 * Builds the image with the goal {@code buildTar} of the user's jib-maven-plugin: the version, the
 * configuration, the extensions and the credentials that the project gives it, except for what must
 * be BigFlow's.
 *
 * <p>The goal that calls this must require the resolution of runtime dependencies, because a goal
 * inside a goal resolves nothing.
 */
public final class JibPluginBuild {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final MavenProject project;
  private final MavenSession session;
  private final BuildPluginManager plugins;
  private final Progress progress;

  /** Builds in a project. */
  public JibPluginBuild(
      MavenProject project, MavenSession session, BuildPluginManager plugins, Progress progress) {
    this.project = project;
    this.session = session;
    this.plugins = plugins;
    this.progress = progress;
  }

  /**
   * Builds the image: {@code image.tar} and {@code image.json} in the request's directory.
   *
   * @return what {@code image.json} says
   * @throws BigflowException if the user's Jib settings cannot be used, or Jib fails
   */
  public BuiltImage build(ImageBuildRequest request) {
    Optional<Plugin> users = JibSettings.plugin(project);
    JibSettings settings = JibSettings.of(project, session);
    refuseSettings(settings.problems(request.repository(), request.base().isPresent()));
    users.ifPresent(this::warnOfExecutions);

    Optional<BaseImage> chosen =
        request
            .base()
            .or(
                () ->
                    settings.baseImage().isPresent()
                        ? Optional.empty()
                        : Optional.of(request.defaultBase()));
    Optional<JdkBaseImage.Made> jdk =
        chosen
            .filter(BaseImage.Jdk.class::isInstance)
            .map(
                base ->
                    new JdkBaseImage(request.javaHome(), request.cacheDirectory(), progress)
                        .make());
    jdk.flatMap(made -> settings.platformOtherThan(made.architecture()))
        .ifPresent(problem -> refuseSettings(List.of(problem)));
    Optional<String> base =
        jdk.map(made -> tarName(made.tar())).or(() -> chosen.map(JibPluginBuild::nameForJib));
    String shownBase = chosen.map(BaseImage::toString).or(settings::baseImage).orElse("");
    warnOfBase(chosen, settings);

    Path jib = request.outputDirectory().resolve("jib");
    JibSettings.Outputs outputs =
        new JibSettings.Outputs(
            request.tar(),
            jib.resolve("image.digest"),
            jib.resolve("image.id"),
            jib.resolve("image.json"));
    Xpp3Dom configuration =
        settings.merged(
            request.reference().toString(),
            base,
            jdk.map(JdkBaseImage.Made::architecture),
            outputs);
    if (runsOnDataflow()) {
      JibSettings.addEnvironment(configuration, settings.templateLauncher());
    }
    try {
      clean(request, outputs);
      progress.say("Building image " + request.reference() + " on " + shownBase);
      run(users, configuration, shownBase);
      BuiltImage image = read(request, outputs);
      SpecJson.write(image, request.description());
      progress.say("Built image " + image.pinned());
      return image;
    } catch (IOException e) {
      throw BigflowException.of(
          Problem.of(
              "The image's files cannot be written or read: " + e,
              request.outputDirectory().toString(),
              "Check that the directory is writable and that the disk has room, then build again:"
                  + " mvn clean package"),
          e);
    }
  }

  private static void refuseSettings(List<Problem> problems) {
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "The image cannot be built with these settings of jib-maven-plugin", problems);
    }
  }

  // Not by what workflows ask for in one environment: the image is the same in all of them.
  private boolean runsOnDataflow() {
    return project.getArtifacts().stream()
        .anyMatch(
            artifact ->
                artifact.getGroupId().equals("org.apache.beam")
                    && artifact.getArtifactId().equals("beam-runners-google-cloud-dataflow-java"));
  }

  // ---- the user's plugin

  private void warnOfExecutions(Plugin plugin) {
    if (plugin.getConfiguration() == null
        && plugin.getExecutions().stream().anyMatch(e -> e.getConfiguration() != null)) {
      progress.warn(
          "The <configuration> inside <executions> of jib-maven-plugin is not used for the image of"
              + " BigFlow. Move what should count to the <configuration> of the plugin itself.");
    }
  }

  private static Plugin plugin(Optional<Plugin> users) throws IOException {
    Plugin plugin = new Plugin();
    plugin.setGroupId(JibSettings.GROUP);
    plugin.setArtifactId(JibSettings.ARTIFACT);
    plugin.setVersion(users.map(Plugin::getVersion).orElse(null));
    if (plugin.getVersion() == null) {
      plugin.setVersion(defaultVersion());
    }
    users.ifPresent(theirs -> plugin.setDependencies(new ArrayList<>(theirs.getDependencies())));
    return plugin;
  }

  private static String defaultVersion() throws IOException {
    String file = "/io/bigflow/maven/versions.properties";
    try (InputStream in = JibPluginBuild.class.getResourceAsStream(file)) {
      Properties versions = new Properties();
      if (in != null) {
        versions.load(in);
      }
      String version = versions.getProperty(JibSettings.ARTIFACT);
      if (version == null) {
        throw new IOException(
            "the plugin's own file " + file + " names no version of " + JibSettings.ARTIFACT);
      }
      return version;
    }
  }

  // ---- the base

  private static String nameForJib(BaseImage base) {
    return base instanceof BaseImage.Tar tar ? tarName(tar.file()) : base.toString();
  }

  private static String tarName(Path file) {
    if (!Files.isReadable(file)) {
      throw BigflowException.of(
          Problem.of(
              "The base image's archive '" + file + "' cannot be read",
              BaseImage.PARAMETER,
              "Write tar:FILE with the path of an archive that `docker save` wrote"));
    }
    return "tar://" + file;
  }

  private void warnOfBase(Optional<BaseImage> chosen, JibSettings settings) {
    chosen
        .or(
            () ->
                settings
                    .baseImage()
                    .filter(name -> BaseImage.REFERENCE.matcher(name).matches())
                    .map(BaseImage.Registry::new))
        .flatMap(BaseImage::warning)
        .ifPresent(progress::warn);
  }

  // ---- running Jib

  private void run(Optional<Plugin> users, Xpp3Dom configuration, String base) throws IOException {
    Plugin plugin = plugin(users);
    progress.detail("Running " + JibSettings.ARTIFACT + ":" + plugin.getVersion() + ":buildTar");
    try {
      UpdateCheckOff.<MojoExecutionException>during(
          () ->
              MojoExecutor.executeMojo(
                  plugin,
                  "buildTar",
                  configuration,
                  MojoExecutor.executionEnvironment(project, session, plugins)));
    } catch (MojoExecutionException e) {
      throw JibFailures.translate(e, base);
    }
  }

  private static void clean(ImageBuildRequest request, JibSettings.Outputs outputs)
      throws IOException {
    Files.deleteIfExists(request.description());
    for (Path file : outputs.all()) {
      Files.deleteIfExists(file);
      Files.createDirectories(file.getParent());
    }
  }

  private static BuiltImage read(ImageBuildRequest request, JibSettings.Outputs outputs)
      throws IOException {
    for (Path file : outputs.all()) {
      if (!Files.isRegularFile(file)) {
        throw surprising("Jib ran, but did not write " + file.getFileName(), file);
      }
    }
    JsonNode metadata = JSON.readTree(Files.readAllBytes(outputs.json()));
    String name = metadata.path("image").asText();
    if (!JibNames.same(name, request.reference().toString())) {
      throw surprising(
          "Jib built the image '" + name + "' instead of '" + request.reference() + "'",
          outputs.json());
    }
    try (ImageTar tar = ImageTar.open(request.tar())) {
      String digest = metadata.path("imageDigest").asText();
      if (!tar.digest().equals(digest) || !tar.id().equals(metadata.path("imageId").asText())) {
        throw surprising(
            "Jib says that it built '" + digest + "', but the archive holds '" + tar.digest() + "'",
            request.tar());
      }
      List<String> entrypoint = tar.entrypoint();
      if (entrypoint.isEmpty()
          || !entrypoint.get(entrypoint.size() - 1).equals(JibSettings.MAIN_CLASS)) {
        throw surprising(
            "The image starts " + entrypoint + " instead of " + JibSettings.MAIN_CLASS,
            request.tar());
      }
      return new BuiltImage(
          BuiltImage.FORMAT_VERSION,
          request.repository(),
          ImageTag.of(request.version(), request.revision(), digest),
          digest,
          tar.id(),
          tar.layers().stream().map(ImageTar.Layer::digest).toList());
    }
  }

  private static BigflowException surprising(String what, Path where) {
    return BigflowException.of(
        Problem.of(
            what,
            where.toString(),
            "Look for settings of Jib outside the project (JAVA_TOOL_OPTIONS, MAVEN_OPTS,"
                + " .mvn/maven.config), for a Jib extension that changes the image's name or start,"
                + " and for a packaging other than jar"));
  }
}
