// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.doctor.Cloud.Answer;
import io.bigflow.spec.JobConfigSpec;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** The checks, in the order in which a deployment meets what they look at. */
public final class Doctor {

  static final String TOKEN_CREATOR = "roles/iam.serviceAccountTokenCreator";

  // What a deployment does in a bucket;
  // https://cloud.google.com/storage/docs/access-control/iam-permissions
  private static final List<String> BUCKET_PERMISSIONS =
      List.of(
          "storage.objects.create",
          "storage.objects.delete",
          "storage.objects.get",
          "storage.objects.list");

  // https://cloud.google.com/artifact-registry/docs/access-control
  private static final String UPLOAD = "artifactregistry.repositories.uploadArtifacts";
  private static final Set<String> PULLING_ROLES =
      Set.of(
          "roles/artifactregistry.reader",
          "roles/artifactregistry.writer",
          "roles/artifactregistry.repoAdmin",
          "roles/artifactregistry.admin",
          "roles/editor",
          "roles/owner");

  private final Cloud cloud;
  private final String member;
  private final Consumer<Finding> findings;

  /**
   * Checks for somebody.
   *
   * @param member who deploys, {@code serviceAccount:…} or {@code user:…}, for commands
   * @param findings hears of each finding at once
   */
  public Doctor(Cloud cloud, String member, Consumer<Finding> findings) {
    this.cloud = cloud;
    this.member = Shell.word(member);
    this.findings = findings;
  }

  /** The APIs that a project needs. */
  public void services(String project, List<String> needed) {
    String check = "APIs of project " + project;
    Answer<Set<String>> answer = cloud.enabledServices(project, needed);
    if (answer.value().isEmpty()) {
      findings.accept(
          Finding.unknown(
              check,
              "they cannot be seen: " + answer.reason(),
              "gcloud services list --enabled --project=" + project));
      return;
    }
    List<String> missing = new ArrayList<>(needed);
    missing.removeAll(answer.value().get());
    findings.accept(
        missing.isEmpty()
            ? Finding.ok(check, String.join(", ", needed) + " are enabled")
            : Finding.failed(
                check,
                "not enabled: " + String.join(", ", missing),
                "gcloud services enable " + String.join(" ", missing) + " --project=" + project));
  }

  /** Whether the deployer may work in the bucket of the DAGs. */
  public void bucket(String bucket) {
    bucket(
        "bucket gs://" + bucket,
        bucket,
        "gcloud composer environments describe ENVIRONMENT --location=REGION"
            + " --format='value(storageConfig.bucket)'",
        "roles/storage.objectAdmin");
  }

  /** Whether the deployer may bring templates of pipelines to a bucket. */
  public void templateBucket(String bucket) {
    bucket(
        "bucket gs://" + bucket + ", templates of pipelines (beam.stagingLocation)",
        bucket,
        "gcloud storage buckets create gs://" + bucket,
        "roles/storage.objectUser");
  }

  private void bucket(String check, String bucket, String absent, String role) {
    Answer<Set<String>> answer = cloud.bucketPermissions(bucket, BUCKET_PERMISSIONS);
    if (answer.value().isEmpty()) {
      findings.accept(
          answer.status() == 404
              ? Finding.failed(check, "there is no such bucket", absent)
              : Finding.failed(
                  check, "it cannot be used: " + answer.reason(), grantBucket(bucket, role)));
      return;
    }
    List<String> missing = new ArrayList<>(BUCKET_PERMISSIONS);
    missing.removeAll(answer.value().get());
    findings.accept(
        missing.isEmpty()
            ? Finding.ok(check, "objects may be read, written and removed")
            : Finding.failed(
                check,
                "missing permissions: " + String.join(", ", missing),
                grantBucket(bucket, role)));
  }

  private String grantBucket(String bucket, String role) {
    return "gcloud storage buckets add-iam-policy-binding gs://"
        + bucket
        + " --member="
        + member
        + " --role="
        + role;
  }

  /** Whether the deployer may push to a repository of Artifact Registry. */
  public void push(RepositoryName repository) {
    String check = "repository " + repository.resource();
    Answer<Set<String>> answer = cloud.repositoryPermissions(repository, List.of(UPLOAD));
    String grant = grantRepository(repository, member, "roles/artifactregistry.writer");
    if (answer.value().isEmpty()) {
      findings.accept(
          answer.status() == 404
              ? Finding.failed(
                  check,
                  "there is no such repository",
                  "gcloud artifacts repositories create "
                      + repository.repository()
                      + " --repository-format=docker --location="
                      + repository.location()
                      + " --project="
                      + repository.project())
              : Finding.failed(check, "it cannot be used: " + answer.reason(), grant));
      return;
    }
    findings.accept(
        answer.value().get().contains(UPLOAD)
            ? Finding.ok(check, "images may be pushed")
            : Finding.failed(check, "images may not be pushed", grant));
  }

  private static String grantRepository(RepositoryName repository, String member, String role) {
    return "gcloud artifacts repositories add-iam-policy-binding "
        + repository.repository()
        + " --location="
        + repository.location()
        + " --project="
        + repository.project()
        + " --member="
        + member
        + " --role="
        + role;
  }

  /** The state of the Composer environment, and whether the DAGs suit its Airflow. */
  public void composer(ComposerEnvironment environment) {
    String check = "Composer environment " + environment.name();
    Optional<String> airflow = environment.airflowVersion();
    String text = environment.state() + ", " + environment.imageVersion();
    if (!environment.state().equals("RUNNING")) {
      findings.accept(
          Finding.failed(
              check,
              "its state is " + text,
              "gcloud composer operations list --locations="
                  + environment.name().region()
                  + " --project="
                  + environment.name().project()));
      return;
    }
    if (airflow.isEmpty()) {
      findings.accept(
          Finding.warning(
              check,
              text + ": which Airflow that is cannot be read from the version",
              "The DAG files are proven on Airflow 2.10 to 3.3"));
      return;
    }
    findings.accept(
        SupportedAirflow.suits(airflow.get())
            ? Finding.ok(check, text + ", Airflow " + airflow.get() + " suits the DAG files")
            : Finding.failed(
                check,
                text + ": the DAG files need Airflow " + SupportedAirflow.OLDEST + " or later",
                "gcloud composer environments list-upgrades "
                    + environment.name().environment()
                    + " --location="
                    + environment.name().region()
                    + " --project="
                    + environment.name().project()));
  }

  /**
   * Whether the jobs may use the buckets that their configuration names, and whether those are
   * where they should be.
   *
   * @param identities as whom the jobs act
   * @param newBuckets where a bucket would be made that is missing
   */
  public void configuredBuckets(
      List<JobConfigSpec.Entry> configuration, JobIdentities identities, NewBuckets newBuckets) {
    BucketUse use = new BucketUse(cloud, identities, newBuckets);
    for (ConfiguredBucket bucket : ConfiguredBucket.of(configuration)) {
      findings.accept(use.check(bucket));
    }
    for (JobConfigSpec.Entry entry : ConfiguredBucket.unevaluated(configuration)) {
      findings.accept(
          Finding.unknown(
              "bucket named by " + entry.key(),
              String.valueOf(entry.problem()).replaceFirst("\\.$", ""),
              ""));
    }
  }

  /** Whether the environment's pods may pull the image. */
  public void pull(RepositoryName repository, String serviceAccount) {
    String check = "image pull by " + serviceAccount;
    String pods = "serviceAccount:" + serviceAccount;
    Grants grants =
        Grants.of(
            List.of(cloud.repositoryRoles(repository), cloud.projectRoles(repository.project())),
            PULLING_ROLES,
            pods);
    findings.accept(
        grants.finding(
            check,
            "on " + repository.resource(),
            grantRepository(repository, pods, "roles/artifactregistry.reader")));
  }

  /**
   * Whether each account of a chain may act as the next one.
   *
   * @param from who begins: a service account's e-mail
   * @param chain delegates, then the account that is impersonated
   */
  public void impersonation(String from, List<String> chain) {
    String actor = from;
    for (String target : new LinkedHashSet<>(chain)) {
      tokenCreator(actor, target);
      actor = target;
    }
  }

  private void tokenCreator(String actor, String target) {
    String check = actor + " acting as " + target;
    String pods = "serviceAccount:" + actor;
    Answer<Map<String, Set<String>>> roles = cloud.serviceAccountRoles(target);
    if (roles.value().isEmpty() && roles.status() == 404) {
      findings.accept(
          Finding.failed(
              check, "there is no account " + target, "gcloud iam service-accounts list"));
      return;
    }
    List<Answer<Map<String, Set<String>>>> places = new ArrayList<>(List.of(roles));
    projectOf(target).ifPresent(project -> places.add(cloud.projectRoles(project)));
    findings.accept(
        Grants.of(places, Set.of(TOKEN_CREATOR), pods)
            .finding(
                check,
                "on " + target,
                "gcloud iam service-accounts add-iam-policy-binding "
                    + target
                    + " --member="
                    + pods
                    + " --role="
                    + TOKEN_CREATOR));
  }

  // NAME@PROJECT.iam.gserviceaccount.com; the default accounts of services have other forms.
  private static Optional<String> projectOf(String email) {
    String domain = email.substring(email.indexOf('@') + 1);
    return domain.endsWith(".iam.gserviceaccount.com")
        ? Optional.of(domain.substring(0, domain.length() - ".iam.gserviceaccount.com".length()))
        : Optional.empty();
  }
}
