// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.api.client.http.javanet.NetHttpTransport;
import io.bigflow.credentials.CredentialSettings;
import io.bigflow.credentials.CredentialSource;
import io.bigflow.credentials.CredentialSources;
import io.bigflow.credentials.Machine;
import io.bigflow.credentials.TestMachine;
import io.bigflow.credentials.vault.VaultLogin;
import io.bigflow.credentials.vault.VaultSettings;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeVault;
import io.bigflow.fakes.TestCertificates;
import io.bigflow.maven.image.PlainDecrypter;
import io.bigflow.maven.image.SettingsLogins;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.maven.model.Profile;
import org.apache.maven.model.io.xpp3.MavenXpp3Reader;
import org.apache.maven.settings.Settings;
import org.apache.maven.settings.io.xpp3.SettingsXpp3Reader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** What docs/authentication.md shows, works. */
final class AuthenticationPageTest {

  private static final Path PAGE = Path.of("../docs/authentication.md");
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w+)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern PARAMETER = Pattern.compile("\\bbigflow\\.[A-Za-z]+(\\.[A-Za-z]+)*");

  private @TempDir Path folder;

  @Test
  void everyKindOfSnippetIsTestedHere() throws IOException {
    assertThat(
            BLOCK.matcher(Files.readString(PAGE)).results().map(block -> block.group(1)).distinct())
        .containsExactlyInAnyOrder("xml", "sh", "yaml", "json", "hcl");
  }

  @Test
  void everyParameterExists() throws IOException {
    Set<String> known =
        Descriptor.goals().stream()
            .flatMap(
                goal ->
                    Descriptor.parameters(goal).stream()
                        .map(parameter -> Descriptor.expression(goal, parameter)))
            .map(expression -> expression.replaceFirst("^\\$\\{(.*)}$", "$1"))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> named =
        PARAMETER
            .matcher(Files.readString(PAGE))
            .results()
            .map(MatchResult::group)
            .collect(Collectors.toCollection(TreeSet::new));

    assertThat(named).contains("bigflow.authMethod", "bigflow.vault.endpoint");
    assertThat(known).containsAll(named);
    assertThat(named)
        .containsAll(known.stream().filter(name -> name.startsWith("bigflow.vault.")).toList());
  }

  @Test
  void profilesSayWhatTheyMean() throws Exception {
    List<CredentialSettings> settings = profiles();

    assertThat(settings).hasSize(2);
    assertThat(settings.get(0))
        .hasToString(
            settings(
                    Map.of(
                        "bigflow.authMethod", "service_account",
                        "bigflow.impersonateServiceAccount",
                            "deployer@my-project.iam.gserviceaccount.com"))
                .toString());
    VaultSettings vault = settings.get(1).vault().orElseThrow();
    assertThat(vault.endpoint().authority()).isEqualTo("vault.example.com:8200");
    assertThat(vault.caCertificate()).contains(folder.resolve("ci/vault-ca.pem"));
  }

  @Test
  void theServerOfSettingsLogsInToVault() throws Exception {
    Settings maven = new SettingsXpp3Reader().read(new StringReader(blocks("xml").get(2)));
    SettingsLogins logins = new SettingsLogins(maven, new PlainDecrypter());
    VaultSettings vault = profiles().get(1).vault().orElseThrow();

    VaultLogin login =
        vault.login(
            Map.of(),
            id ->
                logins
                    .find(id)
                    .map(found -> new VaultSettings.Server(found.username(), found.password())));

    assertThat(login)
        .isEqualTo(
            new VaultLogin.AppRole(
                "approle",
                "the-role-id",
                "the-secret-id",
                "the server 'vault.example.com' in settings.xml"));
  }

  @Test
  void theFileForGitLabGivesATokenOfTheDeployer() throws Exception {
    String json = blocks("json").get(0);
    String audience =
        yaml(1).path("deploy").path("id_tokens").path("IDENTITY_TOKEN").path("aud").asText();
    assertThat(json).contains("\"audience\": \"" + audience.replaceFirst("^https:", "") + "\"");
    Path token =
        Files.writeString(
            folder.resolve("identity"),
            FakeGoogle.identityToken(
                "example/jobs",
                audience.replace("/gitlab", "/github"),
                Instant.now().plusSeconds(60)));
    Path file =
        Files.writeString(
            folder.resolve("google.json"),
            json.replace("/providers/gitlab", "/providers/github")
                .replace("/tmp/gitlab-identity-token", token.toString()));
    try (FakeGoogle google = FakeGoogle.start().poolFor("example/jobs")) {
      google.grant(
          "principal://iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/ci"
              + "/subject/repo:example/jobs",
          "deployer@my-project.iam.gserviceaccount.com");
      CredentialSource source =
          CredentialSources.of(
              settings(Map.of("bigflow.keyFile", file.toString())),
              TestMachine.of(google, folder, Map.of()),
              id -> Optional.empty(),
              ProxySelector.of(null));

      assertThat(google.tokens()).isEmpty();
      assertThat(source.accessToken()).isNotEmpty();
      assertThat(source.member())
          .contains("serviceAccount:deployer@my-project.iam.gserviceaccount.com");
    }
  }

  @Test
  void pipelinesAreYamlWhoseCommandsAreOurs() throws IOException {
    for (int i = 0; i < blocks("yaml").size(); i++) {
      assertThat(yaml(i).isObject()).isTrue();
    }
    assertThat(blocks("yaml").get(0)).contains("id-token: write");
    assertThat(blocks("yaml"))
        .allSatisfy(block -> assertThat(block).contains("mvn --batch-mode deploy -Pprod"));
  }

  @Test
  void commandsAreWellFormed() throws Exception {
    for (String block : blocks("sh")) {
      Path script = Files.writeString(folder.resolve("script.sh"), block);
      run("sh", "-n", script.toString());
      for (String line : block.lines().toList()) {
        assertThat(line).matches("(gcloud|mvn|keytool|echo) .*");
      }
    }
    String all = String.join("\n", blocks("sh"));
    assertThat(Pattern.compile("--role=(\\S+)").matcher(all).results().map(role -> role.group(1)))
        .containsExactlyInAnyOrder(
            "roles/iam.serviceAccountTokenCreator",
            "roles/iam.workloadIdentityUser",
            "roles/storage.objectAdmin",
            "roles/artifactregistry.writer",
            "roles/composer.user");
  }

  @Test
  void thePolicyIsTheOneThatTheMessageAsksFor() throws IOException {
    try (FakeVault vault = FakeVault.start().powerlessToken("hvs.x")) {
      CredentialSource source =
          CredentialSources.of(
              settings(
                  Map.of(
                      "bigflow.authMethod",
                      "vault",
                      "bigflow.vault.endpoint",
                      vault.address() + "/v1/gcp/roleset/deployer/token",
                      "bigflow.vault.caCertificate",
                      TestCertificates.get().authorityPem().toString())),
              new Machine(Map.of("VAULT_TOKEN", "hvs.x"), folder, NetHttpTransport::new),
              id -> Optional.empty(),
              ProxySelector.of(null));

      assertThatThrownBy(source::accessToken).hasMessageContaining(blocks("hcl").get(0).strip());
    }
  }

  @Test
  void aPrivateAuthorityIsTrusted() throws Exception {
    String commands =
        blocks("sh").stream().filter(block -> block.contains("keytool")).findFirst().orElseThrow();
    Files.copy(TestCertificates.get().authorityPem(), folder.resolve("company-ca.pem"));
    Files.createDirectories(folder.resolve(".mvn"));

    run("sh", "-e", "-c", commands);

    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve("company.p12"))) {
      store.load(in, "changeit".toCharArray());
    }
    assertThat(store.isCertificateEntry("company")).isTrue();
    assertThat(folder.resolve(".mvn/jvm.config"))
        .content()
        .startsWith("-Djavax.net.ssl.trustStore=company.p12 ");
  }

  private void run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    String bin = Path.of(System.getProperty("java.home"), "bin").toString();
    builder.environment().merge("PATH", bin, (path, java) -> java + ":" + path);
    Process process = builder.start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private static JsonNode yaml(int number) throws IOException {
    Object content = new Yaml().load(blocks("yaml").get(number));
    return new ObjectMapper().valueToTree(content);
  }

  private List<CredentialSettings> profiles() throws Exception {
    return List.of(profile(blocks("xml").get(0)), profile(blocks("xml").get(1)));
  }

  private CredentialSettings profile(String xml) throws Exception {
    Profile profile =
        new MavenXpp3Reader()
            .read(new StringReader("<project><profiles>" + xml + "</profiles></project>"))
            .getProfiles()
            .get(0);
    Map<String, String> values = new HashMap<>();
    profile.getProperties().forEach((name, value) -> values.put("" + name, "" + value));
    return settings(values);
  }

  private CredentialSettings settings(Map<String, String> values) {
    return CredentialSettings.of(name -> Optional.ofNullable(values.get(name)), folder);
  }

  private static List<String> blocks(String language) throws IOException {
    return BLOCK
        .matcher(Files.readString(PAGE))
        .results()
        .filter(block -> block.group(1).equals(language))
        .map(block -> block.group(2))
        .toList();
  }
}
