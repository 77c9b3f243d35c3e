// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.auth.Retryable;
import com.google.auth.oauth2.GoogleCredentials;
import com.google.cloud.storage.StorageException;
import io.bigflow.credentials.CredentialSource;
import java.io.IOException;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StorageProblemsTest {

  private final StorageProblems problems =
      new StorageProblems(
          "team-bucket",
          StorageEndpoint.GOOGLE,
          new CredentialSource() {
            @Override
            public String name() {
              return "application default credentials";
            }

            @Override
            public GoogleCredentials get() {
              return GoogleCredentials.newBuilder().build();
            }

            @Override
            public Optional<String> member() {
              return Optional.of("serviceAccount:deployer@p.iam.gserviceaccount.com");
            }

            @Override
            public String advice() {
              return "Log in again with: gcloud auth application-default login";
            }
          });

  @Test
  void credentialsThatAreNotAcceptedAreSaid() {
    assertThat(text(new StorageException(401, "Unauthorized")))
        .isEqualTo(
            """
            Cannot write 'gs://team-bucket/x': Cloud Storage does not accept the application \
            default credentials (401).
              where: credentials: application default credentials
              fix:   Log in again with: gcloud auth application-default login.
              more:  docs/troubleshooting.md#no-credentials""");
  }

  @Test
  void theGrantNamesTheAccountThatIsKnown() {
    assertThat(text(new StorageException(403, "PUT https://host/?upload_id=SECRET")))
        .isEqualTo(
            """
            Cannot write 'gs://team-bucket/x': access is denied for \
            'deployer@p.iam.gserviceaccount.com' (403).
              where: credentials: application default credentials
              fix:   Let an owner of the bucket run: gcloud storage buckets add-iam-policy-binding \
            gs://team-bucket --member=serviceAccount:deployer@p.iam.gserviceaccount.com \
            --role=roles/storage.objectAdmin.
              more:  docs/troubleshooting.md#bucket-denied""");
  }

  @Test
  void aTokenThatCannotBeHadIsNoNetworkProblem() {
    assertThat(text(new StorageException(new TokenFailure("invalid_grant: refresh token R3FR3SH"))))
        .isEqualTo(
            """
            Cannot write 'gs://team-bucket/x': no access token could be had from the application \
            default credentials.
              where: credentials: application default credentials
              fix:   Log in again with: gcloud auth application-default login.
              more:  docs/troubleshooting.md#no-credentials""");
  }

  @Test
  void aTextWithoutAnAnswerOfTheServiceIsNotQuoted() {
    assertThat(text(new StorageException(500, "PUT https://host/?upload_id=SECRET failed")))
        .contains("Cloud Storage still fails after all retries (500).\n")
        .doesNotContain("SECRET");
  }

  private String text(StorageException failure) {
    return String.valueOf(problems.of("write", "gs://team-bucket/x", failure).getMessage());
  }

  /** What Google's credentials throw when their server refuses. */
  private static final class TokenFailure extends IOException implements Retryable {
    private static final long serialVersionUID = 1L;

    TokenFailure(String message) {
      super(message);
    }

    @Override
    public boolean isRetryable() {
      return false;
    }

    @Override
    public int getRetryCount() {
      return 0;
    }
  }
}
