// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.auth.oauth2.GoogleCredentials;
import io.bigflow.credentials.vault.VaultSettings.Server;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeVault;
import io.bigflow.fakes.TestCertificates;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Secrets are planted in every source, and every server answers with all that it was sent. Nothing
 * of it may be in a message, in a chain of causes, in a stack trace, in what libraries log, or in a
 * text that any of our objects has of itself.
 */
final class CredentialCanaryTest {

  private static final String TARGET = "deployer@my-project.iam.gserviceaccount.com";
  private static final List<Integer> STATUSES = List.of(200, 400, 401, 403, 404);

  /** Where secrets are. */
  enum Origin {
    PERSON,
    KEY,
    FEDERATION_FILE,
    FEDERATION_ADDRESS,
    FEDERATION_AS_ACCOUNT,
    GCLOUD,
    MACHINE,
    VAULT_TOKEN,
    VAULT_SERVER,
    VAULT_APPROLE,
    VAULT_JWT
  }

  private final FakeGoogle google = FakeGoogle.start();
  private final FakeVault vault = FakeVault.start();
  private final Map<String, String> parameters = new HashMap<>();
  private final Map<String, String> environment = new HashMap<>();
  private final Map<String, Server> servers = new HashMap<>();
  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler handler = new Recorder();
  private @TempDir Path home;

  @BeforeEach
  void listen() {
    Logger.getLogger("").addHandler(handler);
  }

  @AfterEach
  void close() {
    Logger.getLogger("").removeHandler(handler);
    vault.close();
    google.close();
  }

  @ParameterizedTest
  @EnumSource
  void noSecretIsInAnyText(Origin origin) throws IOException {
    plant(origin);
    for (int status : STATUSES) {
      for (String host :
          List.of(
              "oauth2.googleapis.com",
              "sts.googleapis.com",
              "iamcredentials.googleapis.com",
              "metadata.google.internal")) {
        google.echoing(host, status);
      }
      vault.echoing(status);
      assertSilent(source());
    }
  }

  @ParameterizedTest
  @EnumSource
  void noSecretIsInAnyTextWhenOnlyTheSecondTokenIsRefused(Origin origin) throws IOException {
    plant(origin);
    parameters.put("bigflow.impersonateServiceAccount", TARGET);
    for (int status : STATUSES) {
      google.echoing("iamcredentials.googleapis.com", status);
      assertSilent(source());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 400, 401, 403, 404})
  void noSecretOfTheJobIsInAnyTextWhenItGetsNoIdentityToken(int status) throws IOException {
    plant(Origin.FEDERATION_ADDRESS);
    google.echoing("pipelines.example.com", status);
    assertSilent(source());
    assertThat(google.requests("pipelines.example.com")).isNotEmpty();
  }

  private void assertSilent(CredentialSource source) {
    StringBuilder all = new StringBuilder();
    // gcloud's own token is not to be had from a server that could refuse it.
    Throwable failure = catchThrowable(source::accessToken);
    all.append(text(failure)).append(source).append(source.name()).append(source.advice());
    all.append(source.member());
    Throwable direct =
        catchThrowable(
            () -> {
              GoogleCredentials credentials = source.get();
              all.append(credentials).append(credentials.hashCode());
              credentials.refresh();
            });
    all.append(text(direct)).append(settings()).append(machine()).append(servers);
    all.append(logged);
    assertThat(all)
        .doesNotContain("CANARY")
        // JSON web tokens, access tokens, tokens of Vault, keys.
        .doesNotContain("eyJ")
        .doesNotContain("ya29.")
        .doesNotContain("hvs.")
        .doesNotContain("PRIVATE KEY");
  }

  private void plant(Origin origin) throws IOException {
    String identity =
        FakeGoogle.identityToken(
            "CANARY/repository", "https:" + FakeGoogle.POOL, Instant.now().plusSeconds(600));
    google.poolFor("CANARY/repository");
    switch (origin) {
      case PERSON -> file(google.user("jane@example.com", "1//CANARY-refresh-token"));
      case KEY -> file(google.key(TARGET));
      case FEDERATION_FILE -> {
        Path token = Files.writeString(home.resolve("token"), identity);
        file(federation(Map.of("file", token.toString()), false));
      }
      case FEDERATION_ADDRESS -> {
        google.answering(
            "pipelines.example.com", FakeGoogle.Reply.json(200, Map.of("value", identity)));
        file(
            federation(
                Map.of(
                    "url",
                    "https://pipelines.example.com/CANARY?x=CANARY",
                    "headers",
                    Map.of("Authorization", "Bearer CANARY-job")),
                false));
      }
      case FEDERATION_AS_ACCOUNT -> {
        Path token = Files.writeString(home.resolve("token"), identity);
        file(federation(Map.of("file", token.toString()), true));
      }
      case GCLOUD -> {
        Path bin = Files.createDirectories(home.resolve("bin"));
        Path program =
            Files.writeString(
                bin.resolve("gcloud"),
                "#!/bin/sh\necho CANARY-noise >&2\necho ya29.CANARY-of-gcloud-0123456789\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        environment.put("PATH", bin + ":/usr/bin:/bin");
        environment.put("OTHER_SECRET", "CANARY");
      }
      case MACHINE -> {
        google.machineAccount("vm@p.iam.gserviceaccount.com");
        parameters.put("bigflow.authMethod", "service_account");
      }
      case VAULT_TOKEN -> {
        vault();
        environment.put("VAULT_TOKEN", "hvs.CANARY-token");
      }
      case VAULT_SERVER -> {
        vault();
        servers.put("127.0.0.1", new Server("CANARY-user", "hvs.CANARY-token"));
      }
      case VAULT_APPROLE -> {
        vault();
        parameters.put("bigflow.vault.login", "approle");
        environment.put("VAULT_ROLE_ID", "CANARY-role");
        environment.put("VAULT_SECRET_ID", "CANARY-secret");
      }
      case VAULT_JWT -> {
        vault();
        parameters.put("bigflow.vault.login", "jwt");
        parameters.put("bigflow.vault.role", "deployer");
        environment.put("VAULT_ID_TOKEN", identity);
      }
    }
  }

  private void file(String content) throws IOException {
    Path file = Files.writeString(home.resolve("credentials.json"), content);
    environment.put("GOOGLE_APPLICATION_CREDENTIALS", file.toString());
  }

  private void vault() {
    parameters.put("bigflow.authMethod", "vault");
    parameters.put("bigflow.vault.endpoint", vault.address() + "/v1/gcp/token?x=CANARY");
    parameters.put("bigflow.vault.caCertificate", TestCertificates.get().authorityPem().toString());
  }

  private static String federation(Map<String, ?> source, boolean asAccount) {
    Map<String, Object> file = new HashMap<>();
    file.put("type", "external_account");
    file.put("audience", FakeGoogle.POOL);
    file.put("subject_token_type", "urn:ietf:params:oauth:token-type:jwt");
    file.put("token_url", "https://sts.googleapis.com/v1/token");
    file.put("credential_source", source);
    if (asAccount) {
      file.put(
          "service_account_impersonation_url",
          "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
              + TARGET
              + ":generateAccessToken");
    }
    try {
      return new ObjectMapper().writeValueAsString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CredentialSource source() {
    CredentialSettings settings = settings();
    if (settings.method() != AuthMethod.LOCAL_ACCOUNT) {
      return CredentialSources.of(
          settings, machine(), id -> Optional.ofNullable(servers.get(id)), ProxySelector.of(null));
    }
    // The library's own lookup would ask the real machine.
    LocalAccount account = new LocalAccount(machine(), TestMachine.notOnGoogleCloud());
    return settings
        .impersonation()
        .<CredentialSource>map(
            chain ->
                new Impersonation(
                    account, chain, Impersonation.Grant.TOKEN_CREATOR, machine().transports()))
        .orElse(account);
  }

  private CredentialSettings settings() {
    return CredentialSettings.of(name -> Optional.ofNullable(parameters.get(name)), home);
  }

  private Machine machine() {
    return TestMachine.of(google, home, environment);
  }

  private static String text(@Nullable Throwable failure) {
    if (failure == null) {
      return "";
    }
    StringWriter text = new StringWriter();
    failure.printStackTrace(new PrintWriter(text));
    for (Throwable t = failure; t != null; t = t.getCause()) {
      text.append(t.toString()).append(String.valueOf(t.getMessage()));
    }
    return text.toString();
  }

  private final class Recorder extends Handler {
    @Override
    public void publish(LogRecord entry) {
      logged.add(entry.getMessage() + text(entry.getThrown()));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
