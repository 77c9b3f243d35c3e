// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bigflow.faults.HttpInterposer.Reaction;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Buckets that hold much, or keep what is overwritten. */
@EnabledIfEnvironmentVariable(named = Servers.VARIABLE, matches = ".+")
final class BucketKindsTest {

  private static final int MANY = 5_000;

  @Fault
  @Test
  void thousandsOfForeignObjectsAreLeftAlone() {
    List<String> paths =
        IntStream.range(0, MANY)
            .mapToObj(i -> "dags/team_" + i % 50 + "/" + i + (i % 3 == 0 ? ".py" : ".sql"))
            .toList();
    try (World world = World.open()) {
      world.seedAll(
          paths,
          Map.of("bigflow-owner", "com.example:others/dev", "bigflow-dag-id", "others__dev"));
      world.withVersion1();
      assertThat(world.foreignObjects()).hasSizeGreaterThan(MANY);
      DeployProcess.Result result = world.disturbed(request -> Reaction.FORWARD);
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      Invariants.hold(world, result.output());
      Invariants.converge(world, world.version2());
    }
  }

  @Fault
  @Test
  void aBucketWithObjectVersioningIsDeployedTo() {
    ObjectNode settings = new ObjectMapper().createObjectNode();
    settings.putObject("versioning").put("enabled", true);
    try (World world = World.open(settings).withVersion1()) {
      DeployProcess.Result result = world.disturbed(request -> Reaction.FORWARD);
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      assertThat(world.bucket().countVersions(Deploys.path("w3")))
          .as("the bucket keeps what is overwritten")
          .isGreaterThan(1);
      Invariants.hold(world, result.output());
      Invariants.recordIsTrue(world, world.version2());
      Invariants.converge(world, world.version2());
    }
  }
}
