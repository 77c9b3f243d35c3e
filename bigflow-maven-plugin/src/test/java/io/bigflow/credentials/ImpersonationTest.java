// SPDX-License-Identifier: Apache-2.0
package io.bigflow.credentials;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.fakes.FakeGoogle;
import io.bigflow.fakes.FakeGoogle.Request;
import io.bigflow.problem.BigflowException;
import java.io.IOException;
import java.net.ProxySelector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Acting as a service account, over real HTTP. */
final class ImpersonationTest {

  private static final String REFRESH_TOKEN = "1//refresh-token-of-jane";
  private static final String JANE = "user:jane@example.com";
  private static final String FIRST = "first@my-project.iam.gserviceaccount.com";
  private static final String SECOND = "second@my-project.iam.gserviceaccount.com";
  private static final String TARGET = "deployer@my-project.iam.gserviceaccount.com";
  private static final String IAM = "iamcredentials.googleapis.com";

  private final FakeGoogle google = FakeGoogle.start();
  private @TempDir Path home;

  @AfterEach
  void close() {
    google.close();
  }

  @Test
  void aPersonGetsTheTokenOfAServiceAccount() throws IOException {
    google.grant(JANE, TARGET);
    CredentialSource source = acting(TARGET);

    String token = source.accessToken();

    Request request = google.requests(IAM).get(0);
    assertThat(request)
        .hasToString(
            "POST https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
                + TARGET
                + ":generateAccessToken");
    JsonNode body = request.json();
    assertThat(body.path("scope"))
        .singleElement()
        .satisfies(scope -> assertThat(scope.asText()).isEqualTo(CredentialSource.SCOPE));
    assertThat(body.path("lifetime").asText()).isEqualTo("3600s");
    assertThat(body.path("delegates")).isEmpty();
    assertThat(callers(request)).isEqualTo(JANE).isNotEqualTo(token);
    assertThat(source.member()).contains("serviceAccount:" + TARGET);
    assertThat(source.name()).isEqualTo("application default credentials as '" + TARGET + "'");
  }

  @Test
  void delegatesAreSentInTheirOrder() throws IOException {
    google
        .grant(JANE, FIRST)
        .grant("serviceAccount:" + FIRST, SECOND)
        .grant("serviceAccount:" + SECOND, TARGET);

    assertThat(acting(FIRST + ", " + SECOND + "," + TARGET).accessToken()).isNotEmpty();

    assertThat(google.requests(IAM))
        .singleElement()
        .satisfies(
            request -> {
              assertThat(request.path()).contains(TARGET);
              assertThat(request.json().path("delegates"))
                  .extracting(JsonNode::asText)
                  .containsExactly(
                      "projects/-/serviceAccounts/" + FIRST,
                      "projects/-/serviceAccounts/" + SECOND);
              assertThat(callers(request)).isEqualTo(JANE);
            });
  }

  @Test
  void bothTokensAreRenewed() throws Exception {
    google.grant(JANE, TARGET).lifetime(Duration.ofSeconds(226));
    CredentialSource source = acting(TARGET);

    String first = source.accessToken();
    Thread.sleep(2_000);

    assertThat(source.accessToken()).isNotEqualTo(first);
    assertThat(google.requests("oauth2.googleapis.com")).hasSize(2);
    assertThat(google.requests(IAM)).hasSize(2);
  }

  @Test
  void aTokenThatIsRefusedBeforeItsTimeIsReplaced() throws IOException {
    google.grant(JANE, TARGET).usesPerToken(1);
    CredentialSource source = acting(TARGET);

    assertThat(source.accessToken()).isNotEmpty();
    source.get().refresh();

    List<String> sent =
        google.requests(IAM).stream().map(request -> request.header("Authorization")).toList();
    assertThat(sent).hasSize(3);
    assertThat(sent.get(1)).as("refused").isEqualTo(sent.get(0));
    assertThat(sent.get(2)).as("renewed").isNotEqualTo(sent.get(0));
  }

  // ---- what is refused

  @Test
  void aMissingGrantIsSaidWithTheCommand() throws IOException {
    Path key = Files.writeString(home.resolve("key.json"), google.key(FIRST));

    assertThatThrownBy(
            () -> source(Map.of("bigflow.keyFile", key.toString()), TARGET).accessToken())
        .isInstanceOf(BigflowException.class)
        .hasMessage(
            """
            Cannot get an access token from the key of 'first@my-project.iam.gserviceaccount.com' \
            as 'deployer@my-project.iam.gserviceaccount.com': \
            'first@my-project.iam.gserviceaccount.com' may not act as \
            'deployer@my-project.iam.gserviceaccount.com' (403).
              where: credentials: key of 'first@my-project.iam.gserviceaccount.com' as \
            'deployer@my-project.iam.gserviceaccount.com'
              fix:   Let an owner of that account run: gcloud iam service-accounts \
            add-iam-policy-binding deployer@my-project.iam.gserviceaccount.com \
            --member=serviceAccount:first@my-project.iam.gserviceaccount.com \
            --role=roles/iam.serviceAccountTokenCreator.
              more:  docs/troubleshooting.md#impersonation-denied""")
        .hasNoCause();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void theBrokenLinkOfAChainIsFound(int broken) throws IOException {
    List<String> members = List.of(JANE, "serviceAccount:" + FIRST, "serviceAccount:" + SECOND);
    List<String> accounts = List.of(FIRST, SECOND, TARGET);
    for (int i = 0; i < 3; i++) {
      if (i != broken) {
        google.grant(members.get(i), accounts.get(i));
      }
    }
    // The file of gcloud does not say whose login it is.
    String member = broken == 0 ? "user:NAME@EXAMPLE.COM" : members.get(broken);

    assertThatThrownBy(() -> acting(FIRST + "," + SECOND + "," + TARGET).accessToken())
        .hasMessageContaining(" may not act as '" + accounts.get(broken) + "' (403).")
        .hasMessageContaining(
            "gcloud iam service-accounts add-iam-policy-binding "
                + accounts.get(broken)
                + " --member="
                + member
                + " --role=roles/iam.serviceAccountTokenCreator.");
  }

  @Test
  void anApiThatIsSwitchedOffIsSaid() throws IOException {
    google.grant(JANE, TARGET).withoutCredentialsApi("123456");

    assertThatThrownBy(acting(TARGET)::accessToken)
        .hasMessage(
            """
            Cannot get an access token from the application default credentials as \
            'deployer@my-project.iam.gserviceaccount.com': the IAM Service Account Credentials API \
            is not enabled in project '123456' (403).
              where: credentials: application default credentials as \
            'deployer@my-project.iam.gserviceaccount.com'
              fix:   Let an owner of the project run: gcloud services enable \
            iamcredentials.googleapis.com --project=123456.
              more:  docs/troubleshooting.md#api-disabled""");
  }

  @Test
  void anAccountThatDoesNotExistIsSaid() throws IOException {
    assertThatThrownBy(acting("nobody@my-project.iam.gserviceaccount.com")::accessToken)
        .hasMessageContaining(
            "there is no service account 'nobody@my-project.iam.gserviceaccount.com' (404).")
        .hasMessageContaining("gcloud iam service-accounts list")
        .hasMessageContaining("#impersonation-denied");
  }

  @Test
  void aCallerWithoutATokenIsSaidAsSuch() throws IOException {
    CredentialSource source = acting(TARGET);
    google.revoke(REFRESH_TOKEN);

    assertThatThrownBy(source::accessToken)
        .hasMessageContaining("': the login has expired or was revoked (invalid_grant).")
        .hasMessageContaining("gcloud auth application-default login")
        .hasMessageContaining("#login-expired");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "jane@example.com", "a@b.iam.gserviceaccount.com,,c", "x/../y", "sa@p"})
  void whatIsNoServiceAccountIsQuoted(String text) {
    assertThatThrownBy(() -> ImpersonationChain.parse(text))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("is not the email address of a service account")
        .hasMessageContaining("bigflow.impersonateServiceAccount");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a-b@my-project.iam.gserviceaccount.com",
        "123-compute@developer.gserviceaccount.com",
        "my-project@appspot.gserviceaccount.com",
        "x@my-project.example.com.iam.gserviceaccount.com",
      })
  void everyKindOfServiceAccountIsAccepted(String email) {
    assertThat(ImpersonationChain.parse(email).target()).isEqualTo(email);
  }

  private String callers(Request request) {
    return google.principal(request).orElse("");
  }

  private CredentialSource acting(String chain) throws IOException {
    Path file =
        Files.writeString(home.resolve("adc.json"), google.user("jane@example.com", REFRESH_TOKEN));
    return source(Map.of("GOOGLE_APPLICATION_CREDENTIALS", file.toString()), chain);
  }

  /** Parameters begin with {@code bigflow.}, all else are variables. */
  private CredentialSource source(Map<String, String> values, String chain) {
    CredentialSettings settings =
        CredentialSettings.of(
            name ->
                name.equals(ImpersonationChain.PARAMETER)
                    ? Optional.of(chain)
                    : Optional.ofNullable(values.get(name)),
            home);
    return CredentialSources.of(
        settings,
        TestMachine.of(google, home, values),
        id -> Optional.empty(),
        ProxySelector.getDefault());
  }
}
