// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.bucket.InMemoryDagBucket;
import io.bigflow.deploy.Deployment.Kind;
import io.bigflow.problem.BigflowException;
import io.bigflow.progress.RecordingProgress;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentHistoryTest {
  private static final Owner OWNER = new Owner("com.example:demo", "dev");

  private final InMemoryDagBucket bucket = new InMemoryDagBucket();
  private final RecordingProgress progress = new RecordingProgress();
  private final DeploymentHistory history = new DeploymentHistory(bucket, OWNER, progress);
  private final DagDeployer deployer =
      new DagDeployer(
          bucket,
          new Samples.InMemoryRegistry(),
          WorkInProgress.IGNORED,
          Samples.options(),
          progress);

  @Test
  void goesBackBeforeTheLastAndFurtherBackFromARollback() {
    deploy("1");
    deploy("2");
    deploy("3");
    assertThat(history.previous().number()).isEqualTo(2);
    rollback(history.previous());
    assertThat(history.previous().number()).isEqualTo(1);
    rollback(history.previous());
    assertThatThrownBy(history::previous).hasMessageContaining("has no earlier deployment");
  }

  @Test
  void comesBackAfterUndeploying() {
    deploy("1");
    deployer.apply(deployer.prepare(history.nothing(), Scope.ALL), Kind.UNDEPLOY, 0);
    assertThat(bucket.objects().keySet()).noneMatch(path -> path.startsWith("dags/"));
    assertThatThrownBy(() -> history.deployment(2))
        .hasMessageContaining("Deployment number 2 removed everything");

    rollback(history.previous());

    assertThat(bucket.object(Samples.FOLDER + "a.py").content()).isEqualTo(Samples.bytes("1"));
  }

  @Test
  void showsATable() {
    deploy("1");
    deploy("2");
    rollback(history.deployment(1));
    deployer.apply(deployer.prepare(history.nothing(), Scope.ALL), Kind.UNDEPLOY, 0);

    assertThat(String.join("\n", DeploymentHistory.table(history.deployments(), history.last())))
        .isEqualTo(
            """
               number  when                  what           version  commit   DAGs  by
            *       4  2026-01-01T00:00:00Z  undeploy       1.0      0123456     0  alice
                    3  2026-01-01T00:00:00Z  rollback to 1  1.0      0123456     1  alice
                    2  2026-01-01T00:00:00Z  deploy         1.0      0123456     1  alice
                    1  2026-01-01T00:00:00Z  deploy         1.0      0123456     1  alice""");
    assertThat(DeploymentHistory.table(history.deployments(), Optional.empty()))
        .noneMatch(line -> line.startsWith("*"));
  }

  @Test
  void anArchiveThatIsDamagedOrGoneIsNamed() {
    deploy("1");
    deploy("2");
    Deployment first = history.deployment(1);
    String archive = Samples.archive(1);
    bucket.put(archive, Samples.bytes("no zip"), bucket.object(archive).metadata());
    assertThatThrownBy(() -> history.files(first))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("The archive 'gs://in-memory/" + archive + "' cannot be used")
        .hasMessageContaining("docs/troubleshooting.md#record-damaged");
    bucket.put(
        archive, bucket.object(Samples.archive(2)).content(), bucket.object(archive).metadata());
    bucket.delete(archive, bucket.object(archive).generation());
    assertThatThrownBy(() -> history.files(first)).hasMessageContaining("is gone");
    assertThatThrownBy(() -> history.deployment(1))
        .hasMessageContaining("has no deployment number 1")
        .hasMessageContaining("Choose one of: 2");
  }

  private void deploy(String text) {
    deployer.apply(deployer.prepare(Samples.files(Map.of("a.py", text)), Scope.ALL));
  }

  private void rollback(Deployment target) {
    deployer.apply(
        deployer.prepare(history.files(target), Scope.ALL), Kind.ROLLBACK, target.number());
  }
}
