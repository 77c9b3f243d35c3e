// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import io.bigflow.faults.HttpInterposer.Rule;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that answer otherwise than they should, or not at all. */
@EnabledIfEnvironmentVariable(named = Servers.VARIABLE, matches = ".+")
final class HttpFaultsTest {

  private static final Duration BURST = Duration.ofSeconds(3);

  @Fault
  @ParameterizedTest
  @CsvSource({
    "429, bucket, from the first request",
    "503, bucket, from the first write",
    "429, registry, from the first write",
    "503, registry, from the first request"
  })
  void aBurstOfRefusalsIsSurvived(int status, String server, String from) {
    Predicate<Request> which = request -> request.isRegistry() == server.equals("registry");
    survives(
        Rules.burst(
            from.endsWith("write") ? which.and(Request::isWrite) : which,
            BURST,
            which,
            Reaction.answer(Rules.busy(status, server.equals("registry")))));
  }

  @Fault
  @ParameterizedTest
  @CsvSource({
    "429, Cloud Storage still asks to slow down after all retries (429)",
    "503, Cloud Storage still fails after all retries (503)"
  })
  void aBucketThatGoesOnRefusingIsExplained(int status, String said) {
    fails(
        Rules.always(Request::isDagUpload, Reaction.answer(Rules.busy(status, false))),
        said,
        "Run the same command again");
  }

  @Fault
  @ParameterizedTest
  @ValueSource(strings = {"bucket", "registry"})
  void aRequestThatIsLostIsMadeAgain(String server) {
    boolean isRegistry = server.equals("registry");
    survives(
        Rules.firstTimes(1, request -> request.isRegistry() == isRegistry, Reaction.LOSE_REQUEST));
  }

  @Fault
  @ParameterizedTest
  @ValueSource(strings = {"bucket", "registry"})
  void anAnswerThatIsLostAfterAWriteChangesNothing(String server) {
    boolean isRegistry = server.equals("registry");
    survives(
        Rules.firstTimes(
            1,
            request -> request.isRegistry() == isRegistry && request.isWrite(),
            Reaction.LOSE_ANSWER));
  }

  @Fault
  @ParameterizedTest
  @CsvSource({"403, DENIED, access is denied", "500, UNKNOWN, the registry failed"})
  void aRegistryThatRefusesHalfTheBlobsChangesNoDag(int status, String code, String said) {
    List<String> layers = Images.of("2").built().layers();
    Set<String> refused = new HashSet<>(layers.subList(layers.size() / 2, layers.size()));
    fails(
        Rules.always(
            request ->
                request.isRegistry()
                    && request.method().equals("PUT")
                    && refused.stream()
                        .anyMatch(digest -> request.target().replace("%3A", ":").contains(digest)),
            Reaction.answer(Rules.registryError(status, code, "not this blob"))),
        said,
        "Cannot push to");
  }

  @Fault
  @Test
  void retentionIsNamed() {
    // fake-gcs-server keeps no retention policy: this is the answer that the service documents.
    fails(
        Rules.always(
            request ->
                request.isStorage()
                    && (request.method().equals("DELETE")
                        || (request.isDagUpload()
                            && !request.target().contains("ifGenerationMatch=0"))),
            Reaction.answer(
                Rules.storageError(
                    403,
                    "retentionPolicyNotMet",
                    "Object is subject to bucket's retention policy or object retention and cannot"
                        + " be deleted or overwritten until 2027-01-01T00:00:00Z"))),
        "retention policy",
        "(403)");
  }

  @Fault
  @Test
  void accessListsAreNeverAskedFor() {
    // What the service answers to whoever sets one in a bucket with uniform access.
    survives(
        Rules.always(
            request ->
                request.isStorage()
                    && (request.target().contains("predefinedAcl")
                        || request.target().contains("/acl")
                        || request.text().contains("\"acl\"")),
            Reaction.answer(
                Rules.storageError(
                    400,
                    "invalid",
                    "Cannot insert legacy ACL for an object when uniform bucket-level access is"
                        + " enabled."))));
  }

  /** Deploys under a rule, successfully. */
  private static void survives(Rule rule) {
    try (World world = World.open().withVersion1()) {
      DeployProcess.Result result = world.disturbed(rule);
      Invariants.hold(world, result.output());
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }

  /** Deploys under a rule that lets it fail; says why, and leaves no new DAG without its image. */
  private static void fails(Rule rule, String... said) {
    try (World world = World.open().withVersion1()) {
      Map<String, String> before = Invariants.ownTexts(world);
      DeployProcess.Result result = world.disturbed(rule);
      Invariants.hold(world, result.output());
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.FAILED);
      assertThat(result.output()).contains(said);
      assertThat(Invariants.ownTexts(world))
          .as("nothing was removed")
          .containsKeys(before.keySet().toArray(new String[0]));
      Invariants.converge(world, world.version2());
    }
  }
}
