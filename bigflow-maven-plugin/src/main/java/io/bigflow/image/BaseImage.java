// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image;

import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What the project's layers are put on: {@code bigflow.image.base}. */
public sealed interface BaseImage {

  /** Why this base may give other images tomorrow, and what to do about it; empty if it cannot. */
  default Optional<String> warning() {
    return Optional.empty();
  }

  /**
   * An image of a registry.
   *
   * @param reference {@code [registry/]path[:tag][@sha256:…]}; without a registry it is Docker
   *     Hub's
   */
  record Registry(String reference) implements BaseImage {

    /** Whether the reference names a digest, so that it means the same image forever. */
    public boolean isPinned() {
      return reference.contains("@");
    }

    /** The registry's host with its port; Docker Hub if none is named. */
    public String host() {
      int slash = reference.indexOf('/');
      String first = slash < 0 ? "" : reference.substring(0, slash);
      return first.contains(".") || first.contains(":") || first.equals("localhost")
          ? first
          : "docker.io";
    }

    @Override
    public Optional<String> warning() {
      if (isPinned()) {
        return Optional.empty();
      }
      return Optional.of(
          "The base image '"
              + reference
              + "' is named by a tag, which may move between two builds. Pin it:"
              + " -Dbigflow.image.base="
              + reference
              + "@sha256:… (`docker buildx imagetools inspect "
              + reference
              + "` or `skopeo inspect docker://"
              + reference
              + "` prints the digest)");
    }

    @Override
    public String toString() {
      return reference;
    }
  }

  /**
   * An archive as {@code docker save}, {@code podman save} or Jib write it.
   *
   * @param file absolute
   */
  record Tar(Path file) implements BaseImage {
    @Override
    public String toString() {
      return "tar:" + file;
    }
  }

  /** The JDK that runs the build, with the C library it needs; made on this machine. */
  record Jdk() implements BaseImage {
    @Override
    public String toString() {
      return "jdk";
    }
  }

  /** The parameter that chooses the base. */
  String PARAMETER = "bigflow.image.base";

  /** The grammar of the OCI distribution specification; the registry may be left out. */
  Pattern REFERENCE =
      Pattern.compile(
          "([a-zA-Z0-9.-]+(:[0-9]{1,5})?/)?"
              + "[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*"
              + "(:[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127})?"
              + "(@sha256:[0-9a-f]{64})?");

  /**
   * Eclipse Temurin's runtimes, for every architecture it supports. The digests are those that the
   * Docker official images publish in docker-library/repo-info, repos/eclipse-temurin, state of
   * October 2026.
   */
  TreeMap<Integer, String> TEMURIN =
      new TreeMap<>(
          Map.of(
              17,
              "eclipse-temurin:17-jre-noble"
                  + "@sha256:f7537fa73fa7c5bc4e51ea11a611c1d0d8bbf4e9f22de93b666072de98e752e2",
              21,
              "eclipse-temurin:21-jre-noble"
                  + "@sha256:7edbe8532195c8222735caca437e56780e1fc7db08a4b4b4af77fe188cccc15f",
              25,
              "eclipse-temurin:25-jre-noble"
                  + "@sha256:30772b161c319f9a10c82e30fd77b7b6702c6b051e44e0e9f3d7ab5dd389a5ab"));

  /**
   * The base when the user names none and the image goes to a registry.
   *
   * @param javaRelease what the project's classes are compiled for
   */
  static BaseImage defaultFor(int javaRelease) {
    Map.Entry<Integer, String> runtime = TEMURIN.ceilingEntry(javaRelease);
    return new Registry(
        runtime == null ? "eclipse-temurin:" + javaRelease + "-jre" : runtime.getValue());
  }

  /**
   * The base when the user names none and the deployment goes to a directory of this machine, where
   * no registry may be within reach.
   */
  static BaseImage defaultForLocalTarget() {
    return new Jdk();
  }

  /**
   * Reads {@code jdk}, {@code tar:FILE} or the name of an image.
   *
   * @param directory what a relative file is relative to
   */
  static BaseImage parse(String text, Path directory) {
    String value = text.strip();
    if (value.equals("jdk")) {
      return new Jdk();
    }
    if (value.startsWith("tar:")) {
      String file = value.substring("tar:".length()).replaceFirst("^//", "");
      try {
        if (!file.isEmpty()) {
          return new Tar(directory.toAbsolutePath().resolve(file).normalize());
        }
      } catch (InvalidPathException e) {
        throw invalid(text);
      }
      throw invalid(text);
    }
    if (!REFERENCE.matcher(value).matches()) {
      throw invalid(text);
    }
    return new Registry(value);
  }

  private static BigflowException invalid(String text) {
    return BigflowException.of(
        Problem.of(
            "'" + text + "' names no base image",
            PARAMETER,
            "Write REGISTRY/PATH:TAG@sha256:DIGEST, or tar:FILE for an archive that `docker save`"
                + " wrote, or jdk for a base made from the JDK that runs Maven"));
  }
}
