// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.composer.ComposerEnvironment;
import io.bigflow.composer.ComposerName;
import io.bigflow.doctor.Caller;
import io.bigflow.doctor.Cloud;
import io.bigflow.doctor.Doctor;
import io.bigflow.doctor.Finding;
import io.bigflow.doctor.Finding.Verdict;
import io.bigflow.doctor.JobIdentities;
import io.bigflow.doctor.NewBuckets;
import io.bigflow.doctor.RepositoryName;
import io.bigflow.gcp.GoogleCloud;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.template.TemplateStage;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.ResolutionScope;

/**
 * Checks, without changing anything, whether a deployment with this profile and environment would
 * be allowed to work: credentials, APIs, the bucket, the repository of the image, the Composer
 * environment, the accounts that jobs act as, and the buckets that their configuration names. One
 * line for each check, and for each failure the command that mends it. Writes {@code
 * target/bigflow/doctor.json} too.
 *
 * <p>Maven's exit code is 1 if a check failed. What the caller may not see is said, and is no
 * failure.
 *
 * <p>{@code mvn bigflow:doctor -Pprod -Dbigflow.env=dev}
 *
 * @since 0.1.0
 */
@Mojo(name = "doctor", requiresDependencyResolution = ResolutionScope.RUNTIME, threadSafe = true)
public final class DoctorMojo extends AbstractBucketMojo {

  private static final String COMPOSER = "composer.googleapis.com";
  private static final String STORAGE = "storage.googleapis.com";
  private static final String REGISTRY = "artifactregistry.googleapis.com";
  private static final String IMPERSONATION = "iamcredentials.googleapis.com";

  private final List<Finding> findings = new ArrayList<>();

  @Override
  void run() throws IOException, InterruptedException {
    if (session().getProjects().size() > 1 && !BigflowLifecycleParticipant.isDeclared(project())) {
      progress().detail("bigflow:doctor passes over a module without workflows");
      return;
    }
    if (bucketLocation().map(BucketLocation.Directory.class::isInstance).orElse(false)) {
      progress().say("The bucket is a directory, which needs no account: nothing to check");
      return;
    }
    requireOnline("Checking a deployment");
    activateProxies();
    examine();
    SpecJson.write(Map.of("findings", findings), output().doctor());
    long failed = count(Verdict.FAILED);
    progress()
        .say(
            findings.size()
                + " checks: "
                + count(Verdict.OK)
                + " ok, "
                + count(Verdict.WARNING)
                + " warnings, "
                + failed
                + " failed, "
                + count(Verdict.UNKNOWN)
                + " unknown. Written: "
                + output().doctor());
    if (failed > 0) {
      throw BigflowException.of(
          Problem.of(
              failed + (failed == 1 ? " check" : " checks") + " failed",
              "",
              "Run the commands above, or let the owners run them"));
    }
  }

  private long count(Verdict verdict) {
    return findings.stream().filter(finding -> finding.verdict() == verdict).count();
  }

  private void add(Finding finding) {
    findings.add(finding);
    List<String> lines = finding.lines().lines().toList();
    if (finding.verdict() == Verdict.OK) {
      lines.forEach(progress()::say);
    } else {
      lines.forEach(progress()::warn);
    }
  }

  private void examine() throws IOException, InterruptedException {
    Cloud cloud = new GoogleCloud(credentials());
    Optional<Caller> caller = caller(cloud);
    if (caller.isEmpty()) {
      return;
    }
    String member = caller.get().member().orElseGet(() -> credentials().grantee());
    Doctor doctor = new Doctor(cloud, member, this::add);
    Optional<String> image = imageRepository();
    Optional<RepositoryName> repository = image.flatMap(RepositoryName::of);
    services(doctor, repository);
    Optional<ComposerEnvironment> environment = environment(doctor);
    bucket(doctor, environment);
    image.ifPresent(name -> push(doctor, name, repository));
    Optional<String> pods =
        environment.map(ComposerEnvironment::serviceAccount).filter(email -> !email.isEmpty());
    if (pods.isEmpty()) {
      add(
          Finding.unknown(
              "what the jobs may do",
              "the account of their pods is known only with bigflow.composer.environment",
              "Set bigflow.composer.environment, bigflow.composer.region and"
                  + " bigflow.gcpProjectId"));
    } else {
      repository.ifPresent(name -> doctor.pull(name, pods.get()));
    }
    jobs(doctor, pods);
  }

  private Optional<Caller> caller(Cloud cloud) {
    try {
      credentials().accessToken();
      Caller caller = Caller.of(credentials().name(), credentials().member(), cloud::tokenEmail);
      add(caller.finding());
      return Optional.of(caller);
    } catch (BigflowException e) {
      add(failed("credentials", e));
      return Optional.empty();
    }
  }

  private static Finding failed(String check, BigflowException failure) {
    return failure.problems().isEmpty()
        ? Finding.failed(check, String.valueOf(failure.getMessage()), "")
        : Finding.failed(check, failure.problems().get(0).what(), failure.problems().get(0).fix());
  }

  private void services(Doctor doctor, Optional<RepositoryName> repository) {
    Optional<String> project = gcpProject();
    if (project.isEmpty()) {
      add(
          Finding.unknown(
              "APIs",
              "bigflow.gcpProjectId is not set, so it is unknown in which project they must be",
              "Set it in the profile that you deploy with"));
      return;
    }
    List<String> needed = new ArrayList<>(List.of(COMPOSER, STORAGE, IMPERSONATION));
    if (repository.isPresent() && repository.get().project().equals(project.get())) {
      needed.add(REGISTRY);
    }
    doctor.services(project.get(), needed);
    repository
        .map(RepositoryName::project)
        .filter(other -> !other.equals(project.get()))
        .ifPresent(other -> doctor.services(other, List.of(REGISTRY)));
  }

  private Optional<ComposerEnvironment> environment(Doctor doctor) {
    Optional<ComposerName> name = composerName();
    if (name.isEmpty()) {
      return Optional.empty();
    }
    try {
      ComposerEnvironment environment = composer(name.get());
      doctor.composer(environment);
      return Optional.of(environment);
    } catch (BigflowException e) {
      add(failed("Composer environment " + name.get(), e));
      return Optional.empty();
    }
  }

  private void bucket(Doctor doctor, Optional<ComposerEnvironment> environment) {
    Optional<String> bucket =
        bucketLocation()
            .map(location -> ((BucketLocation.Gcs) location).name())
            .or(() -> environment.map(ComposerEnvironment::bucket));
    if (bucket.isPresent()) {
      doctor.bucket(bucket.get());
    } else if (composerName().isEmpty()) {
      requireBucketLocation();
    }
  }

  private void push(Doctor doctor, String image, Optional<RepositoryName> repository) {
    if (repository.isPresent()) {
      doctor.push(repository.get());
      return;
    }
    String check = "repository " + image;
    try {
      registry(image).has(image, "sha256:" + "0".repeat(64));
      add(
          Finding.unknown(
              check,
              "it can be read; whether it takes an image only a push can tell",
              "mvn bigflow:deploy-image"));
    } catch (BigflowException e) {
      add(failed(check, e));
    }
  }

  private void jobs(Doctor doctor, Optional<String> pods) throws IOException, InterruptedException {
    if (!Files.isRegularFile(output().workflows())) {
      add(
          Finding.unknown(
              "accounts that jobs act as, and their buckets",
              "the workflows are not built",
              "mvn package bigflow:doctor with the same profile and environment"));
      return;
    }
    ProjectSpec spec = output().read(output().workflows(), ProjectSpec.class, "describe");
    TemplateStage.buckets(spec).forEach(doctor::templateBucket);
    Set<List<String>> chains = new LinkedHashSet<>();
    spec.workflows().stream()
        .flatMap(workflow -> workflow.tasks().stream())
        .map(task -> task.settings().impersonation())
        .filter(chain -> chain != null && !chain.isEmpty())
        .forEach(chains::add);
    pods.ifPresent(email -> chains.forEach(chain -> doctor.impersonation(email, chain)));
    try {
      doctor.configuredBuckets(
          JobConfigStep.read(this).entries(),
          JobIdentities.of(spec, pods),
          new NewBuckets(
              Optional.ofNullable(spec.jobsProject()).or(this::gcpProject),
              composerName().map(ComposerName::region)));
    } catch (BigflowException e) {
      add(failed("job configuration", e));
    }
  }
}
