// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.doctor.Cloud.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is said to ask. */
final class DoctorCallerTest {
  private static final String LOGIN = "application default credentials";

  @Test
  void aPersonIsNamedByGoogle() {
    Caller caller = caller(Optional.empty(), "jane@example.com");
    assertThat(caller.member()).contains("user:jane@example.com");
    assertThat(caller.finding())
        .isEqualTo(
            Finding.ok(
                "credentials",
                "a token was given to the application default credentials, jane@example.com"));
    // The token counts, not what gcloud is configured for.
    assertThat(caller(Optional.of("user:john@example.com"), "jane@example.com").member())
        .contains("user:jane@example.com");
    assertThat(caller(Optional.empty(), "sa@p.iam.gserviceaccount.com").member())
        .contains("serviceAccount:sa@p.iam.gserviceaccount.com");
  }

  @Test
  void withoutAnAnswerItStaysAtWhatIsKnown() {
    Supplier<Answer<String>> refused = () -> Answer.refused(400, "Invalid Value");
    assertThat(Caller.of(LOGIN, Optional.empty(), refused).finding().text())
        .isEqualTo("a token was given to the application default credentials");
    assertThat(Caller.of("login of gcloud", Optional.of("user:j@example.com"), refused).finding())
        .isEqualTo(
            Finding.ok("credentials", "a token was given to the login of gcloud, j@example.com"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "jane", "a b@example.com", "j@example.com\u001b[2J", "j@e.com\"; x"})
  void whatIsNoAddressIsNotShown(String email) {
    assertThat(caller(Optional.empty(), email).member()).isEmpty();
  }

  @Test
  void ofAServiceAccountNobodyIsAsked() {
    List<String> asked = new ArrayList<>();
    Caller caller =
        Caller.of(
            "key of 'ci@p.iam.gserviceaccount.com'",
            Optional.of("serviceAccount:ci@p.iam.gserviceaccount.com"),
            () -> {
              asked.add("asked");
              return Answer.of("somebody@example.com");
            });
    assertThat(caller.finding().text())
        .isEqualTo("a token was given to the key of 'ci@p.iam.gserviceaccount.com'");
    assertThat(asked).isEmpty();
  }

  @Test
  void anAddressIsOneWordInACommand() {
    List<Finding> findings = new ArrayList<>();
    PlannedCloud cloud = new PlannedCloud();
    new Doctor(
            cloud,
            caller(Optional.empty(), "o'neil@example.com").member().orElseThrow(),
            findings::add)
        .bucket("b");
    assertThat(findings.get(0).fix())
        .isEqualTo(
            "gcloud storage buckets add-iam-policy-binding gs://b"
                + " --member='user:o'\\''neil@example.com' --role=roles/storage.objectAdmin");
  }

  private static Caller caller(Optional<String> member, String email) {
    return Caller.of(LOGIN, member, () -> Answer.of(email));
  }
}
