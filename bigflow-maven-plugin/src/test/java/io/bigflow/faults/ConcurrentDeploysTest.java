// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Deployments of one project that begin at the same moment. */
@EnabledIfEnvironmentVariable(named = Servers.VARIABLE, matches = ".+")
final class ConcurrentDeploysTest {

  private static final Pattern VERSION = Pattern.compile("of version (\\d+)");
  private static final long LIMIT_SECONDS = 180;
  private static final long MEETING_SECONDS = 90;

  @Fault
  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void ofManyAtOnceOneWinsAndTheOthersNameIt(int number) {
    try (World world = World.open().withVersion1()) {
      Map<String, DeployRequest> requests = new LinkedHashMap<>();
      for (int i = 0; i < number; i++) {
        String version = Integer.toString(100 + i);
        requests.put(
            version,
            world.request(
                world.interposer().authority(),
                world.interposer().uri(),
                version,
                World.WORKFLOWS_2,
                Images.of(version)));
      }
      // All have made their plans before the first of them may say that it begins.
      CountDownLatch meeting = new CountDownLatch(number);
      world
          .interposer()
          .restart(
              request -> isRecord(request) ? Reaction.late(() -> meet(meeting)) : Reaction.FORWARD);
      Map<String, DeployProcess> processes = new LinkedHashMap<>();
      requests.forEach((version, request) -> processes.put(version, DeployProcess.start(request)));
      List<String> winners = new ArrayList<>();
      Map<String, String> outputs = new LinkedHashMap<>();
      processes.forEach(
          (version, process) -> {
            DeployProcess.Result result = process.await(LIMIT_SECONDS);
            outputs.put(version, result.output());
            if (result.exit() == DeployProcess.DONE) {
              winners.add(version);
            } else {
              assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.FAILED);
            }
          });
      assertThat(meeting.getCount()).as("all were there at once").isZero();

      assertThat(winners).as(outputs.toString()).hasSize(1);
      String winner = winners.get(0);
      outputs.forEach(
          (version, output) -> {
            if (!version.equals(winner)) {
              assertThat(output)
                  .contains("Another deployment of '" + Deploys.mark() + "'")
                  .contains("version " + winner)
                  .contains("by deployer-" + winner);
            }
          });
      assertThat(versionsWritten(world.interposer().requests())).containsExactly(winner);
      Invariants.hold(world, String.join("\n", outputs.values()));
      DeployRequest won = requests.getOrDefault(winner, world.version1());
      Invariants.recordIsTrue(world, won);
      world.interposer().restart();
      Invariants.converge(world, won);
    }
  }

  private static boolean isRecord(Request request) {
    return request.object().equals(Deploys.recordPath());
  }

  private static void meet(CountDownLatch meeting) {
    meeting.countDown();
    try {
      meeting.await(MEETING_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whose DAG files were written. */
  private static Set<String> versionsWritten(List<Request> requests) {
    Set<String> versions = new LinkedHashSet<>();
    for (Request request : requests) {
      if (request.isDagUpload()) {
        Matcher matcher = VERSION.matcher(request.text());
        assertThat(matcher.find()).as(request.text()).isTrue();
        versions.add(matcher.group(1));
      }
    }
    return versions;
  }
}
