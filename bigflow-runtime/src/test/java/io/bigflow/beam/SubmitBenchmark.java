// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.beam.runners.dataflow.DataflowRunner;
import org.apache.beam.runners.dataflow.options.DataflowPipelineOptions;
import org.apache.beam.sdk.Pipeline;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;

/**
 * How long it takes to submit a pipeline whose classes have not changed, and in how many requests:
 * as a {@link BeamJob}, by Beam alone with the same image, and by Beam alone as it is used by
 * default, with the jars of the class path. {@code .ci/submit-benchmarks.sh} runs it.
 */
final class SubmitBenchmark {
  private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);
  private static final String BUCKET = "bigflow-submit";

  private SubmitBenchmark() {}

  /** Submits, and waits until Dataflow has the job. */
  private interface Way {
    void submit(int round) throws Exception;
  }

  /**
   * Prints a line for each way.
   *
   * @param arguments the address of fake-gcs-server, and how often each way is measured
   */
  public static void main(String[] arguments) throws Exception {
    URI server = URI.create(arguments[0] + "/");
    int rounds = Integer.parseInt(arguments[1]);
    HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(server.resolve("storage/v1/b?project=my-project"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"name\": \"" + BUCKET + "\"}"))
                .build(),
            HttpResponse.BodyHandlers.discarding());
    try (FakeDataflow dataflow = new FakeDataflow();
        CountingProxy gcs = new CountingProxy(server)) {
      BeamRun run = BeamRun.on(dataflow).staging(gcs.url(), BUCKET);
      Map<String, Way> ways = new LinkedHashMap<>();
      ways.put("BeamJob, the project's image", round -> job(run.run("round-" + round)));
      ways.put(
          "Beam alone, the same image",
          round ->
              alone(
                  run.with("beam.sdkContainerImage", BeamRun.IMAGE)
                      .with("beam.experiments", "use_runner_v2"),
                  "image-" + round,
                  false));
      ways.put("Beam alone, jars of the class path", round -> alone(run, "jars-" + round, true));
      Map<String, List<Long>> times = new LinkedHashMap<>();
      Map<String, String> requests = new LinkedHashMap<>();
      // The first rounds load classes, and stage the jars.
      for (int round = -2; round < rounds; round++) {
        for (Map.Entry<String, Way> way : ways.entrySet()) {
          gcs.clear();
          int before = dataflow.requests("GET").size() + dataflow.requests("POST").size();
          long start = System.nanoTime();
          way.getValue().submit(round);
          long time = System.nanoTime() - start;
          int after = dataflow.requests("GET").size() + dataflow.requests("POST").size();
          if (round >= 0) {
            times.computeIfAbsent(way.getKey(), key -> new ArrayList<>()).add(time);
            requests.put(
                way.getKey(),
                gcs.requests().size() + " to storage, " + (after - before) + " to Dataflow");
          }
        }
      }
      times.forEach(
          (way, all) -> {
            List<Long> sorted = all.stream().sorted().toList();
            OUT.printf(
                Locale.ROOT,
                "%-36s median %4d ms (%d to %d), %s%n",
                way,
                Duration.ofNanos(sorted.get(sorted.size() / 2)).toMillis(),
                Duration.ofNanos(sorted.get(0)).toMillis(),
                Duration.ofNanos(sorted.get(sorted.size() - 1)).toMillis(),
                requests.get(way));
          });
    }
    System.exit(0);
  }

  private static void pipeline(Pipeline pipeline) {
    pipeline.apply(Create.of("ship", "ship")).apply(Count.perElement());
  }

  private static void job(BeamRun run) throws Exception {
    BeamJob.of((pipeline, context) -> pipeline(pipeline)).detached().execute(run.context());
  }

  private static void alone(BeamRun run, String name, boolean jars) {
    String[] arguments =
        run.config().entrySet().stream()
            .map(option -> "--" + option.getKey().replace("beam.", "") + "=" + option.getValue())
            .toArray(String[]::new);
    PipelineOptions options = PipelineOptionsFactory.fromArgs(arguments).create();
    options.setJobName("alone-" + name);
    if (!jars) {
      options.as(DataflowPipelineOptions.class).setFilesToStage(List.of());
    }
    Pipeline pipeline = Pipeline.create(options);
    pipeline(pipeline);
    DataflowRunner.fromOptions(options).run(pipeline);
  }
}
