// SPDX-License-Identifier: Apache-2.0
package io.bigflow.image.jib;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.cloud.tools.jib.api.InsecureRegistryException;
import com.google.cloud.tools.jib.http.ResponseException;
import com.google.cloud.tools.jib.registry.RegistryCredentialsNotSentException;
import io.bigflow.image.RegistryHost;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.io.EOFException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Words what a registry or the way to it refused. Jib's own messages of failed logins are never
 * shown: some hold the request, and with it a token.
 */
final class RegistryFailures {

  /** Too many requests, and failures on the way or of the moment. */
  private static final Set<Integer> PASSING = Set.of(429, 500, 502, 503, 504);

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_REASON = 300;

  private final String action;
  private final String repository;
  private final String host;
  private final String login;
  private final List<String> asked;

  private RegistryFailures(String action, String repository, String login, List<String> asked) {
    this.action = action;
    this.repository = repository;
    this.host = repository.substring(0, Math.max(0, repository.indexOf('/')));
    this.login = login;
    this.asked = asked;
  }

  /**
   * The problem behind an exception of Jib.
   *
   * @param action {@code push to}, {@code log in to}, …
   * @param login the source of the credentials that were used; empty if there were none
   * @param asked the sources that were asked
   */
  static BigflowException translate(
      Exception failure, String action, String repository, String login, List<String> asked) {
    Problem problem =
        new RegistryFailures(action, repository, login, asked).problem(causes(failure), failure);
    return BigflowException.of(problem, failure);
  }

  /** Whether the registry says that it has no repository of this name. */
  static boolean isUnknownRepository(Exception failure) {
    List<Throwable> causes = causes(failure);
    return status(causes) == 404 && reason(causes).contains("NAME_UNKNOWN");
  }

  /** Whether the login was refused: it may have expired. */
  static boolean isRefusedLogin(Exception failure) {
    int status = status(causes(failure));
    return status == 401 || status == 403;
  }

  /**
   * Whether the same again may succeed: too many requests, a failure on the way or of the moment, a
   * connection that broke, an upload that the registry and we do not know equally much of.
   */
  static boolean mayPass(Exception failure) {
    List<Throwable> causes = causes(failure);
    int status = status(causes);
    if (status > 0) {
      return PASSING.contains(status) || isBrokenUpload(reason(causes));
    }
    if (has(causes, ConnectException.class) || has(causes, NoRouteToHostException.class)) {
      // Jib has tried for long enough to reach it.
      return false;
    }
    return has(causes, SocketException.class)
        || has(causes, SocketTimeoutException.class)
        || has(causes, EOFException.class);
  }

  /** A part of a blob arrived but its answer did not, or the registry has forgotten the others. */
  private static boolean isBrokenUpload(String reason) {
    return reason.contains("BLOB_UPLOAD_INVALID")
        || reason.contains("BLOB_UPLOAD_UNKNOWN")
        || reason.contains("RANGE_INVALID");
  }

  private Problem problem(List<Throwable> causes, Exception failure) {
    if (has(causes, RegistryCredentialsNotSentException.class)) {
      return problem(
          "the registry speaks plain HTTP, over which no password is sent",
          "Use a registry with HTTPS, or allow it on a trusted network with"
              + " -DsendCredentialsOverHttp=true");
    }
    int status = status(causes);
    if (status > 0) {
      return ofStatus(status, reason(causes));
    }
    if (has(causes, UnknownHostException.class)) {
      return problem(
          "the host '" + host + "' is unknown",
          "Check the registry's name in bigflow.image.repository, the network, and the <proxies> of"
              + " settings.xml");
    }
    if (has(causes, SSLException.class) || has(causes, InsecureRegistryException.class)) {
      return problem(
          "the registry's certificate or its TLS cannot be trusted (" + last(causes) + ")",
          "If the registry has a certificate authority of its own, add it to the JDK:"
              + " keytool -importcert -cacerts -file CA.pem. If it speaks plain HTTP on a trusted"
              + " network, allow it with -Djib.allowInsecureRegistries=true");
    }
    if (has(causes, ConnectException.class)
        || has(causes, NoRouteToHostException.class)
        || has(causes, SocketTimeoutException.class)
        || has(causes, SocketException.class)) {
      return problem(
          "the registry '" + host + "' cannot be reached (" + last(causes) + ")",
          "Check that it is running, the network, and the <proxies> of settings.xml, then run the"
              + " same command again: what was pushed is not pushed twice");
    }
    return problem(
        "" + last(List.of(failure)),
        "Run the same command again: what was pushed is not pushed twice; `mvn -X` shows more");
  }

  private Problem ofStatus(int status, String reason) {
    String said = status + (reason.isEmpty() ? "" : ": " + reason);
    if (status >= 400 && status < 500 && RegistryHost.isContainerRegistry(host)) {
      // https://cloud.google.com/artifact-registry/docs/transition/prepare-gcr-shutdown
      return problem(
              "Google's Container Registry refused ("
                  + said
                  + "). It was replaced by Artifact Registry, and takes no images since 18 March 2025",
              "Create a repository in Artifact Registry (gcloud artifacts repositories create NAME"
                  + " --repository-format=docker --location=REGION) and set"
                  + " bigflow.image.repository to REGION-docker.pkg.dev/PROJECT/NAME/IMAGE")
          .see("container-registry");
    }
    if (isBrokenUpload(reason)) {
      return problem(
          "an upload was broken off again and again (" + said + ")",
          "Check the network and what stands before the registry, then run the same command again:"
              + " what was pushed is not pushed twice");
    }
    return switch (status) {
      case 401 ->
          problem(
              login.isEmpty()
                  ? "the registry wants a login (" + said + "), and none was found"
                  : "the registry does not accept the login of " + login + " (" + said + ")",
              (login.isEmpty() ? "Looked in: " + String.join("; ", asked) + ". " : "")
                  + "Log in with `"
                  + (host.endsWith("docker.pkg.dev")
                      ? "gcloud auth configure-docker " + host
                      : "docker login " + host)
                  + "`, or add a <server> with username and password to settings.xml whose <id> is "
                  + host);
      case 403 ->
          problem(
              "access is denied (" + said + ")" + account(),
              host.endsWith("docker.pkg.dev")
                  ? "Grant the account roles/artifactregistry.writer on the repository (to build on"
                      + " it, .reader), and check that the Artifact Registry API is enabled"
                  : "Grant the account the right to write to the repository");
      case 404 ->
          problem(
              "the registry does not know the repository (" + said + ")",
              host.endsWith("docker.pkg.dev")
                  ? "Check bigflow.image.repository, or create the repository:" + createCommand()
                  : "Check bigflow.image.repository, or create the repository in the registry");
      case 413 ->
          problem(
              "a layer is larger than the registry or a proxy before it accepts (" + said + ")",
              "Raise the limit there, or leave large files out of the image");
      case 429 ->
          problem(
              "the registry takes no more requests for now (" + said + ")",
              "Wait a few minutes, then run the same command again; what was pushed is not pushed"
                  + " twice");
      default ->
          problem(
              (status >= 500 ? "the registry failed (" : "the registry refused (") + said + ")",
              "Run the same command again: what was pushed is not pushed twice. If it fails again,"
                  + " ask those who run "
                  + host);
    };
  }

  private String account() {
    return login.isEmpty() ? " without a login" : " to the login of " + login;
  }

  /** For Artifact Registry, whose names are REGION-docker.pkg.dev/PROJECT/REPOSITORY/IMAGE. */
  private String createCommand() {
    String[] parts = repository.split("/", -1);
    if (parts.length < 3) {
      return " gcloud artifacts repositories create NAME --repository-format=docker";
    }
    return " gcloud artifacts repositories create "
        + parts[2]
        + " --repository-format=docker --location="
        + parts[0].replace("-docker.pkg.dev", "")
        + " --project="
        + parts[1];
  }

  private Problem problem(String why, String fix) {
    return Problem.of("Cannot " + action + " '" + repository + "': " + why, host, fix);
  }

  private static int status(List<Throwable> causes) {
    for (Throwable cause : causes) {
      if (cause instanceof ResponseException response) {
        return response.getStatusCode();
      }
    }
    return 0;
  }

  /** What the registry says, in the form that the specification gives to errors. */
  private static String reason(List<Throwable> causes) {
    Optional<String> body =
        causes.stream()
            .filter(ResponseException.class::isInstance)
            .flatMap(cause -> Stream.ofNullable(((ResponseException) cause).getContent()))
            .findFirst();
    List<String> reasons = new ArrayList<>();
    try {
      for (JsonNode error : JSON.readTree(body.orElse("{}")).path("errors")) {
        reasons.add((error.path("code").asText() + " " + error.path("message").asText()).strip());
      }
    } catch (JsonProcessingException e) {
      // A proxy's page or the like; the status has to do.
    }
    String text = String.join(", ", reasons).replaceAll("\\s+", " ");
    return text.length() > LONGEST_REASON ? text.substring(0, LONGEST_REASON) + "…" : text;
  }

  private static @Nullable String last(List<Throwable> causes) {
    String found = null;
    for (Throwable cause : causes) {
      String message = cause.getMessage();
      found = message == null ? found : message;
    }
    return found == null ? causes.get(causes.size() - 1).getClass().getSimpleName() : found;
  }

  private static boolean has(List<Throwable> causes, Class<? extends Throwable> type) {
    return causes.stream().anyMatch(type::isInstance);
  }

  private static List<Throwable> causes(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    for (Throwable t = failure; t != null && !causes.contains(t); t = t.getCause()) {
      causes.add(t);
    }
    return causes;
  }
}
