// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.auth.oauth2.AccessToken;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Google's command-line program, and the user who is logged in to it. */
final class Gcloud {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  // The program does not say how long its token lasts: up to an hour, but it may be an old one.
  private static final Duration ASKED_AGAIN = Duration.ofMinutes(10);
  // RFC 6750.
  private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/=-]{20,16384}");
  private static final Pattern EMAIL = Pattern.compile("[^\\s@,]+@[^\\s@,]+");
  private static final String LOGIN = "gcloud auth login";

  private final Machine machine;
  private final Path program;
  private volatile @Nullable String member;

  private Gcloud(Machine machine, Path program) {
    this.machine = machine;
    this.program = program;
  }

  /** The program, if it is on the PATH. */
  static Optional<Gcloud> of(Machine machine) {
    String path = machine.variable("PATH").or(() -> machine.variable("Path")).orElse("");
    for (String folder : path.split(Pattern.quote(File.pathSeparator), -1)) {
      // On Windows it is a script for the command processor.
      for (String name : List.of("gcloud", "gcloud.cmd")) {
        boolean fits = name.endsWith(".cmd") == (File.separatorChar == '\\');
        if (fits && !folder.isBlank()) {
          Path file = Path.of(folder).resolve(name);
          if (Files.isRegularFile(file) && Files.isExecutable(file)) {
            return Optional.of(new Gcloud(machine, file));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Where {@code gcloud auth application-default login} writes; Google's libraries look there. */
  static Path defaultCredentials(Machine machine) {
    Path folder =
        machine
            .variable("CLOUDSDK_CONFIG")
            .map(Path::of)
            .or(() -> machine.variable("APPDATA").map(data -> Path.of(data, "gcloud")))
            .orElse(machine.home().resolve(".config/gcloud"));
    return folder.resolve("application_default_credentials.json");
  }

  /** The user who is logged in, if somebody is. */
  Optional<CredentialSource> user() {
    GoogleAccount account =
        new GoogleAccount(
            "login of gcloud",
            "Log in again with: " + LOGIN,
            this::member,
            this::token,
            machine.variable("GOOGLE_CLOUD_QUOTA_PROJECT").orElse(null),
            failure ->
                new Refusal("gcloud gives none", "Log in again with: " + LOGIN, "login-expired"));
    try {
      account.get().refresh();
      return Optional.of(account);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private AccessToken token() throws IOException {
    String token = run("auth", "print-access-token", "--quiet").strip();
    if (!TOKEN.matcher(token).matches()) {
      throw new IOException("gcloud printed no token");
    }
    return new AccessToken(token, Date.from(Instant.now().plus(ASKED_AGAIN)));
  }

  private Optional<String> member() {
    String known = member;
    if (known == null) {
      known = askForMember();
      member = known;
    }
    return Optional.of(known).filter(name -> !name.isEmpty());
  }

  /** Empty if it is not to be had; messages go without the name then. */
  private String askForMember() {
    try {
      JsonNode properties = JSON.readTree(run("config", "list", "--format=json", "--quiet"));
      String impersonated = properties.path("auth").path("impersonate_service_account").asText();
      String account = properties.path("core").path("account").asText();
      String name = impersonated.isEmpty() ? account : impersonated;
      if (!EMAIL.matcher(name).matches()) {
        return "";
      }
      return (name.endsWith(".gserviceaccount.com") ? "serviceAccount:" : "user:") + name;
    } catch (IOException e) {
      return "";
    }
  }

  /** What the program prints. Its messages are discarded: nobody knows what they hold. */
  private String run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    builder.environment().putAll(machine.environment());
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      // What it prints is shorter than a pipe holds, so it need not be read while it runs.
      if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("gcloud did not end in time");
      }
      if (process.exitValue() != 0) {
        throw new IOException("gcloud ended with exit code " + process.exitValue());
      }
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
