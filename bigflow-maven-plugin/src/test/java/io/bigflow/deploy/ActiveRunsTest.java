// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.airflow.ActiveRun;
import io.bigflow.airflow.AirflowRuns;
import io.bigflow.airflow.AirflowServer;
import io.bigflow.airflow.AirflowVersion;
import io.bigflow.airflow.AirflowWatch;
import io.bigflow.airflow.DagState;
import io.bigflow.airflow.ImportError;
import io.bigflow.airflow.Timer;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.RecordingProgress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ActiveRunsTest {
  private static final List<String> DAGS = List.of("a__dev", "b__dev");

  private final RecordingProgress progress = new RecordingProgress();
  private final StubAirflow airflow = new StubAirflow();

  @Test
  void refusesWhileRunsAreActive() {
    airflow.runs.add(new ActiveRun("a__dev", "manual__1", "running", null));

    assertThatThrownBy(() -> runs(ActiveRunPolicy.REFUSE).beforeRemovalOf(DAGS))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining("so nothing was changed: a__dev manual__1 (running)")
        .hasMessageContaining("-Dbigflow.activeRuns=wait")
        .hasMessageContaining("docs/troubleshooting.md#active-runs");
    airflow.runs.clear();
    assertThatCode(() -> runs(ActiveRunPolicy.REFUSE).beforeRemovalOf(DAGS))
        .doesNotThrowAnyException();
  }

  @Test
  void saysWhenAirflowCannotBeAskedAndDoesNotGuess() {
    airflow.failure = BigflowException.of(Problem.of("Airflow is down", "http://airflow", "Up"));

    assertThatThrownBy(() -> runs(ActiveRunPolicy.REFUSE).beforeRemovalOf(DAGS))
        .hasMessageContaining("Airflow is down")
        .hasMessageContaining("unknown whether DAGs that would be removed have runs")
        .hasMessageContaining("a__dev, b__dev");
    runs(ActiveRunPolicy.FORCE).beforeRemovalOf(DAGS);
    assertThat(progress.lines()).anyMatch(line -> line.contains("Airflow is down"));
    assertThat(runs(ActiveRunPolicy.REFUSE).describe(DAGS))
        .singleElement()
        .asString()
        .contains("It is unknown")
        .contains("Airflow is down");
  }

  @Test
  void withoutAnAddressItIsSaid() {
    ActiveRuns runs = new ActiveRuns(null, null, ActiveRunPolicy.REFUSE, progress);
    runs.beforeRemovalOf(DAGS);
    assertThat(progress.lines())
        .singleElement()
        .asString()
        .startsWith("warn bigflow.airflow.url is not set");
    assertThat(runs.describe(DAGS)).singleElement().asString().contains("bigflow.airflow.url");
    assertThat(runs.describe(List.of())).isEmpty();
  }

  @Test
  void forceRemovesAndTells() {
    airflow.runs.add(new ActiveRun("a__dev", "manual__1", "queued", null));
    runs(ActiveRunPolicy.FORCE).beforeRemovalOf(DAGS);
    assertThat(progress.lines()).anyMatch(line -> line.contains("a__dev manual__1 (queued)"));
  }

  @Test
  void waitsUntilTheyAreOver() {
    airflow.runs.add(new ActiveRun("a__dev", "manual__1", "running", null));
    airflow.endsAfter = 3;
    runs(ActiveRunPolicy.WAIT).beforeRemovalOf(DAGS);
    assertThat(airflow.asked).isGreaterThanOrEqualTo(3);
    assertThat(airflow.runs).isEmpty();
  }

  private ActiveRuns runs(ActiveRunPolicy policy) {
    Timer timer =
        new Timer() {
          private long now;

          @Override
          public long nanoTime() {
            return now;
          }

          @Override
          public void sleep(Duration duration) {
            now += duration.toNanos();
          }
        };
    AirflowWatch watch =
        new AirflowWatch(
            airflow, progress, AirflowWatch.Pace.standard(Duration.ofMinutes(5)), timer);
    return new ActiveRuns(airflow, watch, policy, progress);
  }

  private static final class StubAirflow implements AirflowServer {
    private final List<ActiveRun> runs = new ArrayList<>();
    private BigflowException failure = BigflowException.of(Problem.of("", "", ""));
    private int endsAfter = Integer.MAX_VALUE;
    private int asked;

    @Override
    public String name() {
      return "http://airflow";
    }

    @Override
    public AirflowVersion version() {
      throw new UnsupportedOperationException();
    }

    @Override
    public List<ActiveRun> activeRuns(Collection<String> dagIds) {
      if (!failure.problems().get(0).what().isEmpty()) {
        throw failure;
      }
      if (++asked >= endsAfter) {
        runs.clear();
      }
      return List.copyOf(runs);
    }

    @Override
    public Map<String, DagState> dags(Collection<String> dagIds) {
      return Map.of();
    }

    @Override
    public List<ImportError> importErrors() {
      return List.of();
    }

    @Override
    public AirflowRuns runs() {
      throw new UnsupportedOperationException();
    }

    @Override
    public URI dagLink(String dagId) {
      return URI.create("http://airflow/" + dagId);
    }
  }
}
