// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerName;
import io.bigflow.doctor.Finding.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found, and the command that mends it. */
final class DoctorTest {
  private static final String DEPLOYER = "serviceAccount:ci@acme-prod.iam.gserviceaccount.com";
  private static final String PODS = "composer@acme-prod.iam.gserviceaccount.com";
  private static final String JOBS = "jobs@acme-dev.iam.gserviceaccount.com";
  private static final String BRIDGE = "bridge@acme-dev.iam.gserviceaccount.com";
  private static final RepositoryName REPOSITORY =
      RepositoryName.of("europe-west1-docker.pkg.dev/acme-prod/bigflow/my-jobs").orElseThrow();

  private final PlannedCloud cloud = new PlannedCloud();
  private final List<Finding> findings = new ArrayList<>();
  private final Doctor doctor = new Doctor(cloud, DEPLOYER, findings::add);

  @Test
  void missingApisAreNamedWithTheCommandThatEnablesThem() {
    cloud.services = Cloud.Answer.of(Set.of("composer.googleapis.com"));
    doctor.services(
        "acme-prod", List.of("composer.googleapis.com", "iamcredentials.googleapis.com"));
    assertFound(
        Verdict.FAILED,
        "not enabled: iamcredentials.googleapis.com",
        "gcloud services enable iamcredentials.googleapis.com --project=acme-prod");

    doctor.services("acme-prod", List.of("composer.googleapis.com"));
    assertFound(Verdict.OK, "composer.googleapis.com are enabled", "");

    cloud.services = Cloud.Answer.refused(403, "denied");
    doctor.services("acme-prod", List.of("composer.googleapis.com"));
    assertFound(
        Verdict.UNKNOWN,
        "they cannot be seen: denied (403)",
        "gcloud services list --enabled --project=acme-prod");
  }

  @Test
  void theBucketNeedsAllFourPermissions() {
    cloud.bucket =
        Cloud.Answer.of(
            Set.of("storage.objects.get", "storage.objects.list", "storage.objects.create"));
    doctor.bucket("b");
    assertFound(
        Verdict.FAILED,
        "missing permissions: storage.objects.delete",
        "gcloud storage buckets add-iam-policy-binding gs://b --member="
            + DEPLOYER
            + " --role=roles/storage.objectAdmin");

    cloud.bucket = Cloud.Answer.refused(404, "none");
    doctor.bucket("b");
    assertFound(
        Verdict.FAILED,
        "there is no such bucket",
        "gcloud composer environments describe ENVIRONMENT --location=REGION"
            + " --format='value(storageConfig.bucket)'");
  }

  @Test
  void theBucketOfTemplatesNeedsThemToo() {
    cloud.bucket = Cloud.Answer.of(Set.of("storage.objects.get", "storage.objects.list"));
    doctor.templateBucket("staging");
    assertFound(
        Verdict.FAILED,
        "missing permissions: storage.objects.create, storage.objects.delete",
        "gcloud storage buckets add-iam-policy-binding gs://staging --member="
            + DEPLOYER
            + " --role=roles/storage.objectUser");

    cloud.bucket = Cloud.Answer.refused(404, "none");
    doctor.templateBucket("staging");
    assertFound(
        Verdict.FAILED, "there is no such bucket", "gcloud storage buckets create gs://staging");
  }

  @Test
  void aRepositoryIsMissingOrForbidden() {
    cloud.repository = Cloud.Answer.of(Set.of());
    doctor.push(REPOSITORY);
    assertFound(
        Verdict.FAILED,
        "images may not be pushed",
        "gcloud artifacts repositories add-iam-policy-binding bigflow --location=europe-west1"
            + " --project=acme-prod --member="
            + DEPLOYER
            + " --role=roles/artifactregistry.writer");

    cloud.repository = Cloud.Answer.refused(404, "none");
    doctor.push(REPOSITORY);
    assertFound(
        Verdict.FAILED,
        "there is no such repository",
        "gcloud artifacts repositories create bigflow --repository-format=docker"
            + " --location=europe-west1 --project=acme-prod");

    cloud.repository = Cloud.Answer.of(Set.of("artifactregistry.repositories.uploadArtifacts"));
    doctor.push(REPOSITORY);
    assertFound(Verdict.OK, "images may be pushed", "");
  }

  @Test
  void pullingIsAllowedOnTheRepositoryOrItsProject() {
    String grant =
        "gcloud artifacts repositories add-iam-policy-binding bigflow --location=europe-west1"
            + " --project=acme-prod --member=serviceAccount:"
            + PODS
            + " --role=roles/artifactregistry.reader";
    doctor.pull(REPOSITORY, PODS);
    assertFound(Verdict.FAILED, "no role on " + REPOSITORY.resource() + " allows it", grant);

    cloud.repositoryRoles =
        Cloud.Answer.of(Map.of("roles/artifactregistry.reader", Set.of("group:all@acme.com")));
    doctor.pull(REPOSITORY, PODS);
    assertFound(
        Verdict.UNKNOWN,
        "perhaps allowed by roles/artifactregistry.reader of group:all@acme.com",
        grant);

    cloud.projectRoles.put(
        "acme-prod",
        Cloud.Answer.of(Map.of("roles/artifactregistry.reader", Set.of("serviceAccount:" + PODS))));
    doctor.pull(REPOSITORY, PODS);
    assertFound(Verdict.OK, "allowed by roles/artifactregistry.reader", "");

    cloud.projectRoles.put("acme-prod", Cloud.Answer.refused(403, "denied"));
    cloud.repositoryRoles = Cloud.Answer.of(Map.of());
    doctor.pull(REPOSITORY, PODS);
    assertFound(Verdict.UNKNOWN, "not all grants can be seen: denied (403)", grant);
  }

  @Test
  void eachLinkOfAChainIsChecked() {
    cloud.accountRoles.put(
        BRIDGE, Cloud.Answer.of(Map.of(Doctor.TOKEN_CREATOR, Set.of("serviceAccount:" + PODS))));
    doctor.impersonation(PODS, List.of(BRIDGE, JOBS));
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.OK);
    assertFound(
        Verdict.FAILED,
        "no role on " + JOBS + " allows it",
        "gcloud iam service-accounts add-iam-policy-binding "
            + JOBS
            + " --member=serviceAccount:"
            + BRIDGE
            + " --role=roles/iam.serviceAccountTokenCreator");
    assertThat(findings.get(1).check()).isEqualTo(BRIDGE + " acting as " + JOBS);

    cloud.accountRoles.put(JOBS, Cloud.Answer.refused(404, "none"));
    doctor.impersonation(PODS, List.of(JOBS));
    assertFound(Verdict.FAILED, "there is no account " + JOBS, "gcloud iam service-accounts list");
  }

  // Whoever reads "FAILED" grants a role that is not needed, and trusts the next message less.
  @Test
  void aGrantWhoseReachIsUnknownIsNoFailure() {
    for (String role :
        List.of("projects/acme/roles/own", Doctor.TOKEN_CREATOR + Cloud.CONDITIONAL)) {
      cloud.accountRoles.put(JOBS, Cloud.Answer.of(Map.of(role, Set.of("serviceAccount:" + PODS))));
      doctor.impersonation(PODS, List.of(JOBS));
      assertThat(findings.get(findings.size() - 1).verdict()).as(role).isEqualTo(Verdict.UNKNOWN);
    }
    cloud.accountRoles.put(JOBS, Cloud.Answer.of(Map.of()));
    cloud.projectRoles.put(
        "acme-dev",
        Cloud.Answer.of(Map.of(Doctor.TOKEN_CREATOR, Set.of("serviceAccount:" + PODS))));
    doctor.impersonation(PODS, List.of(JOBS));
    assertFound(Verdict.OK, "allowed by roles/iam.serviceAccountTokenCreator", "");
  }

  @ParameterizedTest
  @CsvSource({
    "RUNNING, composer-3-airflow-3.3.1-build.2, OK",
    "RUNNING, composer-2.16.1-airflow-2.10.5, OK",
    "RUNNING, composer-2.9.1-airflow-2.9.3, FAILED",
    "RUNNING, composer-next, WARNING",
    "UPDATING, composer-3-airflow-3.3.1-build.2, FAILED",
    "ERROR, composer-3-airflow-3.3.1-build.2, FAILED",
  })
  void theEnvironmentMustRunAndSuit(String state, String imageVersion, Verdict verdict) {
    doctor.composer(
        new ComposerEnvironment(
            new ComposerName("acme-prod", "europe-west1", "central"),
            state,
            "b",
            "",
            imageVersion,
            PODS));
    assertThat(findings)
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(verdict);
              assertThat(finding.text()).contains(imageVersion);
            });
  }

  @Test
  void repositoriesOfArtifactRegistryAreKnownByTheirNames() {
    assertThat(REPOSITORY.resource())
        .isEqualTo("projects/acme-prod/locations/europe-west1/repositories/bigflow");
    assertThat(RepositoryName.of("europe-docker.pkg.dev/acme.com/jobs/images/a/b"))
        .contains(new RepositoryName("acme.com:jobs", "europe", "images"));
    assertThat(RepositoryName.of("registry.example.com/acme/jobs")).isEmpty();
    assertThat(RepositoryName.of("europe-docker.pkg.dev.example.com/a/b/c")).isEmpty();
  }

  @Test
  void aFindingIsALineAndItsFixAnother() {
    assertThat(Finding.failed("bucket gs://b", "there is no such bucket", "make it").lines())
        .isEqualTo("FAILED  bucket gs://b: there is no such bucket\n        fix: make it");
    assertThat(Finding.ok("credentials", "of somebody").lines())
        .isEqualTo("ok      credentials: of somebody");
  }

  private void assertFound(Verdict verdict, String text, String fix) {
    Finding last = findings.get(findings.size() - 1);
    assertThat(last.verdict()).isEqualTo(verdict);
    assertThat(last.text()).isEqualTo(text);
    assertThat(last.fix()).isEqualTo(fix);
  }
}
