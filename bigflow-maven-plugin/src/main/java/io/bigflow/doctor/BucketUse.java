// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.doctor.Cloud.Answer;
import io.bigflow.doctor.Cloud.Bucket;
import io.bigflow.doctor.Cloud.LocationKind;
import io.bigflow.doctor.Finding.Verdict;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether jobs may use buckets. One finding for each bucket, made of all that is to be said. */
final class BucketUse {

  private static final String GRANTED = "roles/storage.objectUser";

  // The predefined roles with storage.objects.get, and with storage.objects.create:
  // https://cloud.google.com/storage/docs/access-control/iam-roles and, for those of other
  // services, https://cloud.google.com/iam/docs/roles-permissions. The basic roles are not among
  // them: editors and owners of a project hold those of a bucket as its members projectEditor:…
  private static final Set<String> BOTH =
      Set.of(
          "roles/storage.admin",
          "roles/storage.objectAdmin",
          "roles/storage.objectUser",
          "roles/storage.folderAdmin",
          "roles/cloudbuild.builds.builder",
          "roles/composer.environmentAndStorageObjectAdmin",
          "roles/composer.worker",
          "roles/dataflow.admin",
          "roles/dataflow.worker",
          "roles/dataproc.worker",
          "roles/firebase.admin",
          "roles/firebase.developAdmin");
  private static final Set<String> READING =
      with(
          BOTH,
          "roles/storage.objectViewer",
          "roles/storage.legacyObjectReader",
          "roles/storage.legacyObjectOwner",
          "roles/composer.environmentAndStorageObjectViewer",
          "roles/firebase.developViewer",
          "roles/firebase.viewer");
  private static final Set<String> WRITING =
      with(
          BOTH,
          "roles/storage.objectCreator",
          "roles/storage.legacyBucketWriter",
          "roles/storage.legacyBucketOwner");

  // https://cloud.google.com/storage/docs/access-control/iam#convenience-values
  private static final Map<String, String> CONVENIENCE =
      Map.of(
          "projectOwner:", "roles/owner",
          "projectEditor:", "roles/editor",
          "projectViewer:", "roles/viewer");

  private static final List<Verdict> WORST_FIRST =
      List.of(Verdict.FAILED, Verdict.WARNING, Verdict.UNKNOWN, Verdict.OK);

  private final Cloud cloud;
  private final JobIdentities identities;
  private final NewBuckets newBuckets;
  private final Map<String, Answer<Map<String, Set<String>>>> projects = new HashMap<>();

  BucketUse(Cloud cloud, JobIdentities identities, NewBuckets newBuckets) {
    this.cloud = cloud;
    this.identities = identities;
    this.newBuckets = newBuckets;
  }

  private static Set<String> with(Set<String> some, String... others) {
    return Stream.concat(some.stream(), Stream.of(others)).collect(Collectors.toUnmodifiableSet());
  }

  /** What is found for one bucket. */
  Finding check(ConfiguredBucket bucket) {
    if (!bucket.isLegal()) {
      // The job may still put something into it.
      return Finding.unknown(
          bucket.check(),
          "no bucket can have this name",
          "If it is not completed by the job, write gs://BUCKET under " + bucket.key());
    }
    Answer<Bucket> facts = cloud.bucket(bucket.name());
    if (facts.status() == 404) {
      return Finding.failed(
          bucket.check(), "there is no such bucket", create(bucket.name(), bucket));
    }
    Answer<Map<String, Set<String>>> policy = cloud.bucketRoles(bucket.name());
    if (facts.value().isEmpty() && policy.value().isEmpty()) {
      return Finding.unknown(
          bucket.check(),
          "it cannot be seen: " + facts.reason(),
          "gcloud storage buckets describe gs://" + bucket.name());
    }
    List<Finding> parts = new ArrayList<>(location(bucket, facts.value()));
    Places places = places(facts.value(), policy);
    boolean listsDecide = !facts.value().map(Bucket::isUniform).orElse(true);
    for (String account : identities.accounts()) {
      parts.add(access(bucket, account, places, listsDecide));
    }
    if (!identities.isComplete()) {
      parts.add(
          Finding.unknown(
              bucket.check(),
              "as whom "
                  + (identities.accounts().isEmpty() ? "the jobs act" : "some jobs act")
                  + " is not known",
              "Set bigflow.composer.environment, bigflow.composer.region and"
                  + " bigflow.gcpProjectId"));
    }
    return together(bucket.check(), parts);
  }

  private String create(String name, ConfiguredBucket bucket) {
    return newBuckets.create(name, bucket.regions().keySet().stream().findFirst());
  }

  // ---- where it is

  private List<Finding> location(ConfiguredBucket bucket, Optional<Bucket> facts) {
    String check = bucket.check();
    Optional<Bucket> located = facts.filter(it -> !it.location().isEmpty());
    if (located.isEmpty()) {
      return List.of(Finding.ok(check, "it exists"));
    }
    String where = "it is in " + name(located.get());
    if (bucket.regions().isEmpty()) {
      return List.of(Finding.ok(check, where));
    }
    boolean unknown =
        located.get().kind() == LocationKind.DUAL_REGION && located.get().regions().isEmpty();
    List<Finding> parts = new ArrayList<>();
    bucket
        .regions()
        .forEach(
            (region, key) -> {
              if (located.get().regions().contains(region)) {
                parts.add(Finding.ok(check, where + ", where the jobs run (" + key + ")"));
              } else if (unknown) {
                parts.add(Finding.ok(check, where));
              } else {
                parts.add(
                    Finding.warning(
                        check,
                        where + ", but the jobs run in " + region + " (" + key + ")",
                        newBuckets.create("NEW_BUCKET", Optional.of(region))
                            + ", and name it under "
                            + String.join(", ", bucket.stagingKeys())));
              }
            });
    return parts;
  }

  private static String name(Bucket bucket) {
    return switch (bucket.kind()) {
      case REGION -> bucket.location();
      case DUAL_REGION -> "the dual-region " + bucket.location();
      case MULTI_REGION -> "the multi-region " + bucket.location();
    };
  }

  // ---- who may use it

  /**
   * What the bucket and its project grant.
   *
   * @param answers the policies, those that cannot be seen too
   * @param seen how messages name the places whose policies are seen
   * @param unseen the others, each with the reason
   */
  private record Places(
      List<Answer<Map<String, Set<String>>>> answers, List<String> seen, List<String> unseen) {

    void add(String name, Answer<Map<String, Set<String>>> answer) {
      answers.add(answer);
      if (answer.value().isPresent()) {
        seen.add(name);
      } else {
        unseen.add(name + " (" + answer.reason() + ")");
      }
    }
  }

  private Places places(Optional<Bucket> facts, Answer<Map<String, Set<String>>> policy) {
    Places places = new Places(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    Set<String> elsewhere = new TreeSet<>();
    places.add(
        "the bucket itself",
        policy.value().map(roles -> Answer.of(resolved(roles, elsewhere))).orElse(policy));
    places.add(
        "its project",
        facts
            .map(Bucket::projectNumber)
            .filter(number -> !number.isEmpty())
            .map(this::project)
            .orElseGet(() -> Answer.refused(0, "which one that is cannot be seen")));
    elsewhere.forEach(project -> places.add("project " + project, project(project)));
    return places;
  }

  private Answer<Map<String, Set<String>>> project(String project) {
    return projects.computeIfAbsent(project, cloud::projectRoles);
  }

  /**
   * With the members that stand for the owners, editors and viewers of a project.
   *
   * @param unseen gets the projects whose policies cannot be seen
   */
  private Map<String, Set<String>> resolved(Map<String, Set<String>> roles, Set<String> unseen) {
    Map<String, Set<String>> all = new TreeMap<>();
    roles.forEach(
        (role, members) -> {
          Set<String> resolved = all.computeIfAbsent(role, name -> new TreeSet<>());
          for (String member : members) {
            resolved.add(member);
            String kind = member.substring(0, member.indexOf(':') + 1);
            Optional<String> basic = Optional.ofNullable(CONVENIENCE.get(kind));
            if (basic.isPresent() && (READING.contains(role) || WRITING.contains(role))) {
              String project = member.substring(kind.length());
              project(project)
                  .value()
                  .ifPresentOrElse(
                      granted -> resolved.addAll(granted.getOrDefault(basic.get(), Set.of())),
                      () -> unseen.add(project));
            }
          }
        });
    return all;
  }

  private enum State {
    LACKING,
    PERHAPS,
    ALLOWED
  }

  private record Right(String verb, Grants grants) {
    State state() {
      return !grants.allowing().isEmpty()
          ? State.ALLOWED
          : grants.perhaps().isEmpty() ? State.LACKING : State.PERHAPS;
    }

    Set<String> by() {
      return state() == State.ALLOWED ? grants.allowing() : grants.perhaps();
    }
  }

  private static Finding access(
      ConfiguredBucket bucket, String account, Places places, boolean listsDecide) {
    String member = "serviceAccount:" + account;
    Grants reads = Grants.of(places.answers(), READING, member);
    Right reading =
        new Right(
            "read",
            listsDecide ? reads.orPerhaps("the access control lists of the objects") : reads);
    Right writing = new Right("write", Grants.of(places.answers(), WRITING, member));
    List<String> texts = new ArrayList<>();
    for (State state : State.values()) {
      List<Right> rights =
          Stream.of(reading, writing).filter(right -> right.state() == state).toList();
      if (!rights.isEmpty()) {
        texts.add(text(account, state, rights, places));
      }
    }
    Verdict verdict = verdict(bucket, reading, writing, places);
    String grant =
        "gcloud storage buckets add-iam-policy-binding gs://"
            + bucket.name()
            + " --member="
            + Shell.word(member)
            + " --role="
            + GRANTED;
    return new Finding(
        bucket.check(), verdict, String.join("; ", texts), verdict == Verdict.OK ? "" : grant);
  }

  private static Verdict verdict(
      ConfiguredBucket bucket, Right reading, Right writing, Places places) {
    Set<State> states = EnumSet.of(reading.state(), writing.state());
    if (states.equals(EnumSet.of(State.ALLOWED))) {
      return Verdict.OK;
    }
    if (!states.contains(State.LACKING) || !places.unseen().isEmpty()) {
      return Verdict.UNKNOWN;
    }
    // Dataflow reads and writes where it stages. What a job does elsewhere only the job knows.
    if (bucket.isStaging() || states.size() == 1) {
      return Verdict.FAILED;
    }
    return states.contains(State.ALLOWED) ? Verdict.WARNING : Verdict.UNKNOWN;
  }

  private static String text(String account, State state, List<Right> rights, Places places) {
    String objects =
        rights.stream().map(Right::verb).collect(Collectors.joining(" and ")) + " objects";
    String by =
        rights.stream()
            .flatMap(right -> right.by().stream())
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return switch (state) {
      case ALLOWED -> account + " may " + objects + " by " + by;
      case PERHAPS -> account + " may perhaps " + objects + " by " + by;
      case LACKING -> {
        String unseen = String.join(", ", places.unseen());
        yield places.seen().isEmpty()
            ? "whether " + account + " may " + objects + " cannot be seen: " + unseen
            : "no role on "
                + String.join(" or ", places.seen())
                + " lets "
                + account
                + " "
                + objects
                + (unseen.isEmpty() ? "" : "; not seen: " + unseen);
      }
    };
  }

  // ---- one line

  private static Finding together(String check, List<Finding> parts) {
    Verdict worst =
        WORST_FIRST.stream()
            .filter(verdict -> parts.stream().anyMatch(part -> part.verdict() == verdict))
            .findFirst()
            .orElse(Verdict.OK);
    return new Finding(
        check,
        worst,
        parts.stream().map(Finding::text).distinct().collect(Collectors.joining("; ")),
        parts.stream()
            .filter(part -> part.verdict() == worst)
            .map(Finding::fix)
            .filter(fix -> !fix.isEmpty())
            .distinct()
            .collect(Collectors.joining(" && ")));
  }
}
