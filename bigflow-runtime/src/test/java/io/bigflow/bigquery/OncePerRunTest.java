// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.cloud.bigquery.FormatOptions;
import io.bigflow.workflow.JobContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What adds to a table is done once per run, what replaces as often as it is asked for. */
class OncePerRunTest extends OnFakeBigQuery {

  private static final BigQueryDataset PORTS =
      BigQueryDataset.of("demo", "internationalports").tables("ports");

  static Stream<BigQueryOperation<BigQueryStatistics>> appending() {
    return Stream.of(
        PORTS.writeAppend("ports", "SELECT 1"),
        PORTS.load("ports", FormatOptions.parquet(), "gs://b/*.parquet"),
        PORTS.insert("ports", List.of(Map.of("a", 1))));
  }

  static Stream<BigQueryOperation<BigQueryStatistics>> replacing() {
    return Stream.of(
        PORTS.writeTruncate("ports", "SELECT 1"),
        PORTS.writeTemporary("ports", "SELECT 1"),
        PORTS.load("ports", FormatOptions.parquet(), "gs://b/*.parquet").truncate(),
        PORTS.insert("ports", List.of(Map.of("a", 1))).truncate());
  }

  @ParameterizedTest
  @MethodSource("appending")
  void whatIsDoneIsNotDoneAgain(BigQueryOperation<BigQueryStatistics> append) throws Exception {
    BigQueryStatistics first = append.run(context());
    assertThat(append.run(context())).isEqualTo(first);
    assertThat(ids()).containsExactly(first.jobId());
    append.run(context("another run"));
    assertThat(bigQuery.inserted).hasSize(2);
    assertThat(ids()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("appending")
  void whatFailedIsDoneUnderTheNextNumber(BigQueryOperation<BigQueryStatistics> append)
      throws Exception {
    bigQuery.failure = "Resources exceeded";
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> append.run(context())).hasMessageContaining("Resources exceeded");
    }
    bigQuery.failure = null;
    append.run(context());
    append.run(context());
    assertThat(ids().stream().map(id -> id.replaceFirst(".*_", ""))).containsExactly("0", "1", "2");
    assertThat(ids().stream().map(id -> id.replaceFirst("_\\d$", "")).distinct()).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("appending")
  void whatIsAtWorkIsJoined(BigQueryOperation<BigQueryStatistics> append) throws Exception {
    String id = append.run(context()).jobId();
    try (FakeBigQuery other = new FakeBigQuery()) {
      other.datasets.put("internationalports", "EU");
      other.addRunningJob(id, 2);
      JobContext context = context("Ports.Load", "run", other.endpoint());
      assertThat(append.run(context).jobId()).isEqualTo(id);
      assertThat(other.inserted).isEmpty();
      assertThat(other.uploaded).isEmpty();
      assertThat(other.count("GET .*/jobs/" + id)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("replacing")
  void whatReplacesIsDoneAgain(BigQueryOperation<BigQueryStatistics> truncate) throws Exception {
    truncate.run(context());
    truncate.run(context());
    assertThat(ids().stream().map(id -> id.replaceFirst(".*_", ""))).containsExactly("0", "1");
  }

  @Test
  void otherRowsOrAnotherPlaceAreSomethingElse() throws Exception {
    BigQueryDataset ports = PORTS.tables("more");
    ports.insert("ports", List.of(Map.of("a", 1))).run(context());
    ports.insert("ports", List.of(Map.of("a", 2))).run(context());
    ports.insert("more", List.of(Map.of("a", 1))).run(context());
    ports.writeAppend("ports", "SELECT @a").parameter("a", 1).run(context());
    ports.writeAppend("ports", "SELECT @a").parameter("a", 2).run(context());
    assertThat(ids()).hasSize(5).doesNotHaveDuplicates();
  }

  @Test
  void theOrderOfAMapIsNoDifference() throws Exception {
    // Map.of has another order in each JVM.
    Map<String, Integer> one = new LinkedHashMap<>();
    one.put("a", 1);
    one.put("b", 2);
    Map<String, Integer> other = new LinkedHashMap<>();
    other.put("b", 2);
    other.put("a", 1);
    PORTS.insert("ports", List.of(one)).run(context());
    PORTS.insert("ports", List.of(other)).run(context());
    assertThat(bigQuery.uploaded).containsExactly("{\"a\":1,\"b\":2}");
  }

  private List<String> ids() {
    return bigQuery.inserted.stream().map(job -> job.at("/jobReference/jobId").asText()).toList();
  }
}
