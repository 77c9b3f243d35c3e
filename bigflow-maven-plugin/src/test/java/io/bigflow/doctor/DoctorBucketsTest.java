// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bigflow.doctor.Cloud.Answer;
import io.bigflow.doctor.Cloud.Bucket;
import io.bigflow.doctor.Cloud.LocationKind;
import io.bigflow.doctor.Finding.Verdict;
import io.bigflow.spec.JobConfigSpec.Entry;
import io.bigflow.spec.ProjectSpec;
import io.bigflow.spec.ScheduleSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.spec.TaskSpec;
import io.bigflow.spec.WorkflowSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found about the buckets of job configuration, and the command that mends it. */
final class DoctorBucketsTest {
  private static final String JOBS = "jobs@acme-dev.iam.gserviceaccount.com";
  private static final String PODS = "composer@acme-prod.iam.gserviceaccount.com";
  private static final String MEMBER = "serviceAccount:" + JOBS;
  private static final String NUMBER = "4711";
  private static final String STAGING =
      "bucket gs://bkt, Dataflow staging location (x.tempLocation)";
  private static final String DATA = "bucket gs://bkt, named by x.output";
  private static final String GRANT =
      "gcloud storage buckets add-iam-policy-binding gs://bkt --member=serviceAccount:"
          + JOBS
          + " --role=roles/storage.objectUser";
  private static final Entry TEMP = entry("x.tempLocation", "gs://bkt/temp");
  private static final Entry OUTPUT = entry("x.output", "gs://bkt/out/counts.txt");

  private final PlannedCloud cloud = new PlannedCloud();
  private final List<Finding> findings = new ArrayList<>();
  private final Doctor doctor = new Doctor(cloud, "user:jane@example.com", findings::add);
  private JobIdentities identities = new JobIdentities(List.of(JOBS), true);
  private NewBuckets newBuckets =
      new NewBuckets(Optional.of("acme-dev"), Optional.of("europe-west1"));

  // ---- which buckets

  @Test
  void withoutBucketsNothingIsFound() {
    check(
        entry("gcp.project", "acme-dev"), entry("x.text", "see gs://bkt"), entry("x.path", "b/c"));
    assertThat(findings).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stagingLocation",
        "tempLocation",
        "gcpTempLocation",
        "x.staging-location",
        "x.temp-location",
        "x.gcp-temp-location",
        "x.y.staging_location",
        "x.y.temp_location",
        "x.y.gcp_temp_location",
        "x.temp-location[0]"
      })
  void theOptionsOfBeamAreStagingLocations(String key) {
    check(entry(key, "gs://bkt/dataflow"));
    assertThat(findings)
        .singleElement()
        .extracting(Finding::check)
        .isEqualTo("bucket gs://bkt, Dataflow staging location (" + key + ")");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x.output", "tempLocation.file", "x.tempLocations", "x.location"})
  void otherKeysAreNamed(String key) {
    check(entry(key, "gs://bkt"));
    assertThat(findings)
        .singleElement()
        .extracting(Finding::check)
        .isEqualTo("bucket gs://bkt, named by " + key);
  }

  @Test
  void aBucketIsCheckedOnceWhateverNamesIt() {
    check(
        entry("a.input", "gs://bkt/1, gs://cold/2,gs://bkt/3"),
        entry("b.input", "gs://bkt/2"),
        entry("c.input", "gs://bkt/2"),
        entry("d.input", "gs://bkt/2"),
        entry("e.input", "gs://bkt/2"),
        TEMP);
    assertThat(findings)
        .extracting(Finding::check)
        .containsExactly(
            "bucket gs://bkt, Dataflow staging location (x.tempLocation), named by a.input, b.input,"
                + " c.input and 2 more",
            "bucket gs://cold, named by a.input");
  }

  @Test
  void secretsAreNotTouched() {
    check(
        new Entry("x.secret", null, "application.properties:1", true, null),
        new Entry("x.url", "gs://bkt/${x.password}", "application.properties:2", true, null));
    assertThat(findings).isEmpty();
  }

  @Test
  void whatCannotBeEvaluatedIsSaid() {
    check(
        new Entry(
            "x.output", "gs://${y}/out", "application.properties:2", false, "It refers to y."),
        new Entry("x.other", "${y}", "application.properties:3", false, "It refers to y."));
    assertFound(Verdict.UNKNOWN, "bucket named by x.output", "It refers to y", "");
  }

  // A job may fill in the name; and what it says goes to a terminal and into no command.
  @Test
  void aNameThatNoBucketCanHaveIsNoFailureAndNeverPartOfACommand() {
    check(entry("x.output", "gs://$(reboot)\u001b[2J/out"));
    assertFound(
        Verdict.UNKNOWN,
        "bucket gs://$(reboot)?[2J, named by x.output",
        "no bucket can have this name",
        "If it is not completed by the job, write gs://BUCKET under x.output");
  }

  // ---- whether it is there

  @Test
  void aMissingBucketIsMadeWhereTheJobsRun() {
    check(TEMP, entry("x.region", "europe-west4"));
    assertFound(
        Verdict.FAILED,
        STAGING,
        "there is no such bucket",
        "gcloud storage buckets create gs://bkt --location=europe-west4 --project=acme-dev"
            + " --uniform-bucket-level-access");
  }

  @Test
  void withoutARegionItIsMadeWhereComposerIs() {
    check(OUTPUT);
    assertFound(
        Verdict.FAILED,
        DATA,
        "there is no such bucket",
        "gcloud storage buckets create gs://bkt --location=europe-west1 --project=acme-dev"
            + " --uniform-bucket-level-access");

    findings.clear();
    newBuckets = new NewBuckets(Optional.empty(), Optional.empty());
    check(OUTPUT);
    assertFound(
        Verdict.FAILED,
        DATA,
        "there is no such bucket",
        "gcloud storage buckets create gs://bkt --location=REGION --uniform-bucket-level-access");
  }

  @Test
  void valuesOfTheConfigurationAreOneWordInACommand() {
    newBuckets = new NewBuckets(Optional.of("$(id)"), Optional.empty());
    check(TEMP, entry("x.region", "a'; reboot #"));
    assertFound(
        Verdict.FAILED,
        STAGING,
        "there is no such bucket",
        "gcloud storage buckets create gs://bkt --location='a'\\''; reboot #' --project='$(id)'"
            + " --uniform-bucket-level-access");
  }

  @Test
  void aBucketThatMayNotBeSeenIsNoFailure() {
    cloud.buckets.put("bkt", Answer.refused(403, "denied"));
    cloud.bucketRoles.put("bkt", Answer.refused(403, "denied"));
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it cannot be seen: denied (403)",
        "gcloud storage buckets describe gs://bkt");
  }

  // ---- where it is

  @Test
  void aStagingLocationIsWhereTheJobsRun() {
    bucketIn("europe-west1", LocationKind.REGION, Set.of("europe-west1"));
    grant("roles/storage.objectAdmin", MEMBER);
    check(TEMP, entry("x.region", "Europe-West1"));
    assertFound(
        Verdict.OK,
        STAGING,
        "it is in europe-west1, where the jobs run (x.region); "
            + JOBS
            + " may read and write objects by roles/storage.objectAdmin",
        "");
  }

  @ParameterizedTest
  @CsvSource({
    "us-east1, REGION, us-east1, us-east1, WARNING",
    "eu, MULTI_REGION, '', the multi-region eu, WARNING",
    "nam4, DUAL_REGION, us-east1, the dual-region nam4, WARNING",
    "eur4, DUAL_REGION, europe-west4, the dual-region eur4, OK",
    // Which regions those are is not known.
    "eur7, DUAL_REGION, '', the dual-region eur7, OK",
  })
  void anotherRegionIsAWarning(
      String location, LocationKind kind, String region, String text, Verdict verdict) {
    bucketIn(location, kind, region.isEmpty() ? Set.of() : Set.of(region));
    grant("roles/storage.objectAdmin", MEMBER);
    check(TEMP, entry("x.region", "europe-west4"));
    Finding found = findings.get(0);
    assertThat(found.verdict()).isEqualTo(verdict);
    assertThat(found.text()).startsWith("it is in " + text);
    if (verdict == Verdict.WARNING) {
      assertThat(found.text())
          .contains("it is in " + text + ", but the jobs run in europe-west4 (x.region); ");
      assertThat(found.fix())
          .isEqualTo(
              "gcloud storage buckets create gs://NEW_BUCKET --location=europe-west4"
                  + " --project=acme-dev --uniform-bucket-level-access, and name it under"
                  + " x.tempLocation");
    }
  }

  @Test
  void theRegionOfAnotherPrefixOrOfDataIsNoMatter() {
    bucketIn("us-east1", LocationKind.REGION, Set.of("us-east1"));
    grant("roles/storage.objectAdmin", MEMBER);
    check(TEMP, entry("y.region", "europe-west4"));
    check(OUTPUT, entry("x.region", "europe-west4"));
    assertThat(findings)
        .hasSize(2)
        .allSatisfy(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(Verdict.OK);
              assertThat(finding.text()).startsWith("it is in us-east1; ");
            });
  }

  // ---- who may use it

  @ParameterizedTest
  @ValueSource(
      strings = {
        "roles/storage.admin",
        "roles/storage.objectAdmin",
        "roles/storage.objectUser",
        "roles/composer.worker",
        "roles/dataflow.worker",
      })
  void oneRoleIsEnoughOnTheBucketOrItsProject(String role) {
    bucket();
    grant(role, MEMBER);
    check(TEMP);
    cloud.bucketRoles.clear();
    cloud.projectRoles.put(NUMBER, Answer.of(Map.of(role, Set.of(MEMBER))));
    check(TEMP);
    assertThat(findings).hasSize(2);
    assertThat(findings.get(0)).isEqualTo(findings.get(1));
    assertFound(
        Verdict.OK,
        STAGING,
        "it is in europe-west1; " + JOBS + " may read and write objects by " + role,
        "");
  }

  @Test
  void twoRolesMayDoTogether() {
    bucket();
    cloud.bucketRoles.put(
        "bkt",
        Answer.of(
            Map.of(
                "roles/storage.legacyBucketWriter",
                Set.of(MEMBER),
                "roles/storage.legacyObjectReader",
                Set.of("allUsers"))));
    check(TEMP);
    assertFound(
        Verdict.OK,
        STAGING,
        "it is in europe-west1; "
            + JOBS
            + " may read and write objects by roles/storage.legacyBucketWriter,"
            + " roles/storage.legacyObjectReader",
        "");
  }

  @Test
  void noRoleIsAFailure() {
    bucket();
    grant("roles/storage.objectAdmin", "serviceAccount:" + PODS);
    String text =
        "it is in europe-west1; no role on the bucket itself or its project lets "
            + JOBS
            + " read and write objects";
    check(TEMP);
    assertFound(Verdict.FAILED, STAGING, text, GRANT);
    check(OUTPUT);
    assertFound(Verdict.FAILED, DATA, text, GRANT);
  }

  // What is only read needs no more; whether that is so only the job knows.
  @Test
  void aReaderMayNotStageButPerhapsNeedsNoMoreElsewhere() {
    bucket();
    grant("roles/storage.objectViewer", MEMBER);
    String text =
        "it is in europe-west1; no role on the bucket itself or its project lets "
            + JOBS
            + " write objects; "
            + JOBS
            + " may read objects by roles/storage.objectViewer";
    check(TEMP);
    assertFound(Verdict.FAILED, STAGING, text, GRANT);
    check(OUTPUT);
    assertFound(Verdict.WARNING, DATA, text, GRANT);
  }

  @Test
  void whereOnlyTheBucketsPolicyIsSeenNoFailureIsClaimed() {
    bucket();
    cloud.projectRoles.put(NUMBER, Answer.refused(403, "denied"));
    grant("roles/storage.objectViewer", MEMBER);
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; no role on the bucket itself lets "
            + JOBS
            + " write objects; not seen: its project (denied (403)); "
            + JOBS
            + " may read objects by roles/storage.objectViewer",
        GRANT);
  }

  @Test
  void whereOnlyTheProjectsPolicyIsSeenNoFailureIsClaimed() {
    bucket();
    cloud.bucketRoles.put("bkt", Answer.refused(403, "denied"));
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; no role on its project lets "
            + JOBS
            + " read and write objects; not seen: the bucket itself (denied (403))",
        GRANT);

    cloud.projectRoles.put(NUMBER, Answer.refused(403, "no"));
    findings.clear();
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; whether "
            + JOBS
            + " may read and write objects cannot be seen: the bucket itself (denied (403)), its"
            + " project (no (403))",
        GRANT);
  }

  @Test
  void ifTheBucketItselfIsNotSeenNeitherIsItsProject() {
    cloud.buckets.put("bkt", Answer.refused(403, "denied"));
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it exists; no role on the bucket itself lets "
            + JOBS
            + " read and write objects; not seen: its project (which one that is cannot be seen)",
        GRANT);
    assertThat(cloud.projectsAsked).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "projects/acme/roles/own, MEMBER, the custom role projects/acme/roles/own",
    "roles/storage.objectUser with a condition, MEMBER, roles/storage.objectUser with a condition",
    "roles/storage.objectUser, group:all@acme.com, roles/storage.objectUser of group:all@acme.com",
    "roles/storage.objectUser with a condition, group:all@acme.com,"
        + " roles/storage.objectUser with a condition of group:all@acme.com",
    "roles/storage.objectUser, principalSet://x, roles/storage.objectUser of principalSet://x",
  })
  void aGrantWhoseReachIsUnknownIsNoFailure(String role, String member, String by) {
    bucket();
    grant(role, member.replace("MEMBER", MEMBER));
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; " + JOBS + " may perhaps read and write objects by " + by,
        GRANT);
  }

  @Test
  void editorsOfTheProjectHoldWhatTheBucketGivesToThem() {
    bucket();
    cloud.bucketRoles.put(
        "bkt",
        Answer.of(
            Map.of(
                "roles/storage.legacyBucketOwner",
                Set.of("projectEditor:acme-dev", "projectOwner:acme-dev"),
                "roles/storage.legacyObjectOwner",
                Set.of("projectEditor:acme-dev", "projectOwner:acme-dev"))));
    check(TEMP);
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.FAILED);

    cloud.projectRoles.put("acme-dev", Answer.of(Map.of("roles/editor", Set.of(MEMBER))));
    findings.clear();
    check(TEMP);
    assertFound(
        Verdict.OK,
        STAGING,
        "it is in europe-west1; "
            + JOBS
            + " may read and write objects by roles/storage.legacyBucketOwner,"
            + " roles/storage.legacyObjectOwner",
        "");

    // Who the editors are is not seen, so nobody knows.
    cloud.projectRoles.put("acme-dev", Answer.refused(403, "denied"));
    findings.clear();
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; no role on the bucket itself or its project lets "
            + JOBS
            + " read and write objects; not seen: project acme-dev (denied (403))",
        GRANT);
  }

  @Test
  void accessControlListsMayLetReadWhatNoRoleDoes() {
    bucket(false);
    grant("roles/storage.legacyBucketWriter", MEMBER);
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; "
            + JOBS
            + " may perhaps read objects by the access control lists of the objects; "
            + JOBS
            + " may write objects by roles/storage.legacyBucketWriter",
        GRANT);

    // They let nobody write.
    cloud.bucketRoles.clear();
    findings.clear();
    check(TEMP);
    assertThat(findings.get(0).verdict()).isEqualTo(Verdict.FAILED);
    check(OUTPUT);
    assertThat(findings.get(1).verdict()).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void eachAccountIsCheckedAndTheLineIsAsBadAsTheWorst() {
    bucketIn("us-east1", LocationKind.REGION, Set.of("us-east1"));
    identities =
        new JobIdentities(List.of("ok@p.iam.gserviceaccount.com", JOBS, "b@p.example"), true);
    grant("roles/storage.objectUser", "serviceAccount:ok@p.iam.gserviceaccount.com");
    check(TEMP, entry("x.region", "europe-west1"));
    assertFound(
        Verdict.FAILED,
        STAGING,
        "it is in us-east1, but the jobs run in europe-west1 (x.region);"
            + " ok@p.iam.gserviceaccount.com may read and write objects by"
            + " roles/storage.objectUser; no role on the bucket itself or its project lets "
            + JOBS
            + " read and write objects; no role on the bucket itself or its project lets"
            + " b@p.example read and write objects",
        GRANT + " && " + GRANT.replace(JOBS, "b@p.example"));
  }

  @Test
  void anAccountThatIsNotKnownIsSaid() {
    bucket();
    identities = new JobIdentities(List.of(), false);
    String fix =
        "Set bigflow.composer.environment, bigflow.composer.region and bigflow.gcpProjectId";
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN, STAGING, "it is in europe-west1; as whom the jobs act is not known", fix);

    identities = new JobIdentities(List.of(JOBS), false);
    grant("roles/storage.objectUser", MEMBER);
    findings.clear();
    check(TEMP);
    assertFound(
        Verdict.UNKNOWN,
        STAGING,
        "it is in europe-west1; "
            + JOBS
            + " may read and write objects by roles/storage.objectUser; as whom some jobs act is"
            + " not known",
        fix);
  }

  @Test
  void theProjectOfManyBucketsIsAskedOnce() {
    bucket();
    cloud.buckets.put("cold", cloud.bucket("bkt"));
    check(TEMP, entry("x.input", "gs://cold"));
    assertThat(findings).hasSize(2);
    assertThat(cloud.projectsAsked).containsExactly(NUMBER);
  }

  // ---- as whom

  @Test
  void jobsActAsTheLastAccountOfTheirChainElseAsTheirPods() {
    ProjectSpec spec =
        project(List.of("bridge@p.iam.gserviceaccount.com", JOBS), List.of(JOBS), List.of(), null);
    assertThat(JobIdentities.of(spec, Optional.of(PODS)))
        .isEqualTo(new JobIdentities(List.of(JOBS, PODS), true));
    assertThat(JobIdentities.of(spec, Optional.empty()))
        .isEqualTo(new JobIdentities(List.of(JOBS), false));
    assertThat(JobIdentities.of(project(List.of(JOBS)), Optional.empty()).isComplete()).isTrue();
  }

  // ---- JSON

  @Test
  void aFindingIsTheSameInJson(@TempDir Path folder) throws Exception {
    check(TEMP);
    Path file = folder.resolve("doctor.json");
    SpecJson.write(Map.of("findings", findings), file);
    JsonNode found = new ObjectMapper().readTree(file.toFile()).path("findings");
    assertThat(found)
        .singleElement()
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"check": "bucket gs://bkt, Dataflow staging location (x.tempLocation)",
                     "verdict": "FAILED", "text": "there is no such bucket",
                     "fix": "gcloud storage buckets create gs://bkt --location=europe-west1 \
                    --project=acme-dev --uniform-bucket-level-access"}"""));
  }

  @SafeVarargs
  @SuppressWarnings("varargs")
  private static ProjectSpec project(@Nullable List<String>... chains) {
    List<TaskSpec> jobs = new ArrayList<>();
    for (@Nullable List<String> chain : chains) {
      jobs.add(
          new TaskSpec.Job(
              "job" + jobs.size(),
              TaskSpec.Settings.of(
                  List.of(),
                  null,
                  new WorkflowSpec.Retry(0, Duration.ZERO),
                  Duration.ofHours(1),
                  chain),
              null,
              List.of()));
    }
    WorkflowSpec workflow =
        new WorkflowSpec(
            "w",
            "com.example.W",
            null,
            null,
            null,
            new ScheduleSpec.Manual(),
            ZonedDateTime.parse("2026-01-01T00:00Z"),
            false,
            false,
            false,
            1,
            List.of(),
            jobs);
    return new ProjectSpec(1, "dev", "acme-dev", List.of(workflow), List.of());
  }

  private void check(Entry... configuration) {
    doctor.configuredBuckets(List.of(configuration), identities, newBuckets);
  }

  private static Entry entry(String key, String value) {
    return new Entry(key, value, "application-dev.properties:1", false, null);
  }

  private void bucket() {
    bucket(true);
  }

  private void bucket(boolean uniform) {
    cloud.buckets.put(
        "bkt",
        Answer.of(
            new Bucket(
                "europe-west1", LocationKind.REGION, Set.of("europe-west1"), NUMBER, uniform)));
  }

  private void bucketIn(String location, LocationKind kind, Set<String> regions) {
    cloud.buckets.put("bkt", Answer.of(new Bucket(location, kind, regions, NUMBER, true)));
  }

  private void grant(String role, String member) {
    cloud.bucketRoles.put("bkt", Answer.of(Map.of(role, Set.of(member))));
  }

  private void assertFound(Verdict verdict, String check, String text, String fix) {
    Finding last = findings.get(findings.size() - 1);
    assertThat(last.check()).isEqualTo(check);
    assertThat(last.text()).isEqualTo(text);
    assertThat(last.verdict()).isEqualTo(verdict);
    assertThat(last.fix()).isEqualTo(fix);
  }
}
