// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.config.EnvironmentConfig;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImpersonationTest {
  private static final String FIRST = "first@ops.iam.gserviceaccount.com";
  private static final String SECOND = "second@ops.iam.gserviceaccount.com";
  private static final String TARGET = "jobs@sales-dev.iam.gserviceaccount.com";

  private final JobTask task = Task.job("a", job -> {});

  @Test
  void theLastAccountIsTheTarget() {
    Impersonation chain = Impersonation.parse(FIRST + ", " + SECOND + " ," + TARGET);
    assertThat(chain.target()).isEqualTo(TARGET);
    assertThat(chain.delegates()).containsExactly(FIRST, SECOND);
    assertThat(chain.accounts()).containsExactly(FIRST, SECOND, TARGET);
    assertThat(chain).hasToString(FIRST + "," + SECOND + "," + TARGET);
    assertThat(Impersonation.parse(chain.toString())).isEqualTo(chain);
    assertThat(Impersonation.parse(TARGET)).isEqualTo(new Impersonation(TARGET, List.of()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "123456789012-compute@developer.gserviceaccount.com",
        "my-project@appspot.gserviceaccount.com",
        "my-project.example.com@appspot.gserviceaccount.com",
        "jobs@my-project.example.com.iam.gserviceaccount.com",
      })
  void accountsOfEveryKindAreTaken(String account) {
    assertThat(Impersonation.parse(account).target()).isEqualTo(account);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "somebody@gmail.com",
        "group@example.com",
        "jobs",
        "jobs@sales-dev",
        "Jobs@sales-dev.iam.gserviceaccount.com",
        "jobs@sales-dev.iam.gserviceaccount.com.example.com",
        "jobs@.gserviceaccount.com",
        "serviceAccount:jobs@sales-dev.iam.gserviceaccount.com",
        "projects/-/serviceAccounts/jobs@sales-dev.iam.gserviceaccount.com",
        "jobs@sales-dev.iam.gserviceaccount.com\n",
      })
  void whatIsNoServiceAccountIsQuoted(String account) {
    assertThatThrownBy(() -> new Impersonation(account, List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "'"
                + account
                + "' is not a service account. Write the e-mail address of a service account such"
                + " as jobs@my-project.iam.gserviceaccount.com, or several with commas between"
                + " them, each once: delegates first, the account to act as last.");
    assertThatThrownBy(() -> new Impersonation(TARGET, List.of(account)))
        .hasMessageStartingWith("'" + account + "' is not a service account.");
  }

  @Test
  void anAccountStandsInTheChainOnce() {
    assertThatThrownBy(() -> Impersonation.parse(TARGET + "," + FIRST + "," + TARGET))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("'" + TARGET + "' stands twice in the chain of service accounts.");
    assertThatThrownBy(() -> Impersonation.parse(FIRST + ",," + TARGET))
        .hasMessageStartingWith("'' is not a service account.");
    assertThatThrownBy(() -> Impersonation.of(List.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("No service account is named. Write the e-mail address");
  }

  @Test
  void theNearestOneWins() {
    Workflow silent = Workflow.builder("w").build();
    Workflow stating = Workflow.builder("w").impersonateServiceAccount(FIRST, SECOND).build();
    Workflow takingBack = Workflow.builder("w").impersonateServiceAccount().build();
    JobTask own = task.impersonateServiceAccount(TARGET);
    JobTask none = task.impersonateServiceAccount();

    assertThat(inForce(task, silent, "")).isEmpty();
    assertThat(inForce(task, silent, TARGET)).contains(Impersonation.parse(TARGET));
    assertThat(inForce(task, stating, TARGET)).contains(new Impersonation(SECOND, List.of(FIRST)));
    assertThat(inForce(task, takingBack, TARGET)).isEmpty();
    assertThat(inForce(own, stating, FIRST)).contains(Impersonation.parse(TARGET));
    assertThat(inForce(own, takingBack, "")).contains(Impersonation.parse(TARGET));
    assertThat(inForce(none, stating, TARGET)).isEmpty();
    // It was said, so nothing below it is looked at.
    assertThat(none.impersonatedServiceAccounts()).contains(List.of());
    assertThat(task.impersonatedServiceAccounts()).isEmpty();
    assertThat(inForce(own, silent, "wrong")).contains(Impersonation.parse(TARGET));
  }

  private static Optional<Impersonation> inForce(JobTask task, Workflow workflow, String value) {
    return Impersonation.of(
        task,
        workflow,
        EnvironmentConfig.builder("dev").override(Impersonation.KEY, value).build());
  }

  @Test
  void aTaskKeepsItWhateverIsSetLater() {
    JobTask changed =
        task.impersonateServiceAccount(TARGET)
            .after("x")
            .retry(RetryPolicy.none())
            .timeout(java.time.Duration.ofHours(1))
            .resources(Resources.of("1", "4Gi"))
            .secrets(Secret.all("s"))
            .documentation("d");
    assertThat(changed.impersonatedServiceAccounts()).contains(List.of(TARGET));
    assertThat(changed.impersonateServiceAccount(FIRST).documentation()).contains("d");
  }

  @Test
  void wrongAccountsAreRefusedWhereTheyAreWritten() {
    for (Runnable call :
        List.<Runnable>of(
            () -> task.impersonateServiceAccount("somebody@gmail.com"),
            () -> task.impersonateServiceAccount(TARGET, "somebody@gmail.com"),
            () -> Workflow.builder("w").impersonateServiceAccount("somebody@gmail.com"))) {
      assertThatThrownBy(call::run)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("'somebody@gmail.com' is not a service account.");
    }
  }
}
