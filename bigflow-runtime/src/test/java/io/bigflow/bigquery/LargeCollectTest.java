// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Ten million rows are read by a JVM with 512 MB of heap. Takes minutes, so it runs only where the
 * environment variable {@code BIGFLOW_TEST_LARGE} is set.
 */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_LARGE", matches = ".+")
@Timeout(1200)
class LargeCollectTest extends OnFakeBigQuery {

  private static final long ROWS = 10_000_000;

  @TempDir private Path folder = Path.of("");

  @ParameterizedTest
  @ValueSource(strings = {"maps", "records"})
  void tenMillionRowsFitIntoASmallHeap(String form) throws Exception {
    bigQuery.columns =
        "[{\"name\": \"id\", \"type\": \"INTEGER\"}, {\"name\": \"port_name\", \"type\": \"STRING\"},"
            + " {\"name\": \"latitude\", \"type\": \"FLOAT\"}]";
    bigQuery.rowCount = ROWS;
    bigQuery.rows =
        index ->
            "{\"f\":[{\"v\":\"" + index + "\"},{\"v\":\"port " + index + "\"},{\"v\":\"54.5\"}]}";
    Path output = folder.resolve("output");
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                LargeCollect.class.getName(),
                bigQuery.endpoint(),
                form)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(15, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as(Files.readString(output)).isZero();
    assertThat(Files.readString(output))
        .contains(ROWS + " " + ROWS * (ROWS - 1) / 2 + " heap 512 MiB");
    assertThat(bigQuery.count("/data\\?")).isEqualTo(ROWS / 10_000);
    System.out.println(
        "Ten million rows as "
            + form
            + ": "
            + TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start)
            + " s");
  }
}
