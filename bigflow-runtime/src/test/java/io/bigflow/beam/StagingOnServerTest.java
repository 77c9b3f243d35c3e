// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.workflow.LaunchContext;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.beam.model.pipeline.v1.RunnerApi;
import org.apache.beam.sdk.transforms.Count;
import org.apache.beam.sdk.transforms.Create;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Beam's own stager brings to Cloud Storage before Dataflow is asked, on fake-gcs-server:
 * {@code BIGFLOW_TEST_GCS} is its address. CI starts one.
 */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_GCS", matches = ".+")
class StagingOnServerTest {
  private static final String BUCKET = "bigflow-staging";

  private static final String GRAPH = "staging/pipeline-.*\\.pb";
  private static final String JAR = "staging/jobs-.*\\.jar";

  private static final BeamJob COUNT =
      BeamJob.of(
          (pipeline, context) ->
              pipeline.apply(Create.of("ship", "ship")).apply(Count.perElement()));

  private final HttpClient client = HttpClient.newHttpClient();
  private FakeDataflow dataflow;
  private CountingProxy gcs;

  @TempDir private Path folder;

  @BeforeEach
  void start() throws Exception {
    dataflow = new FakeDataflow();
    gcs = new CountingProxy(URI.create(server() + "/"));
    send("POST", "storage/v1/b?project=my-project", "{\"name\": \"" + BUCKET + "\"}");
    for (String object : objects()) {
      send("DELETE", "storage/v1/b/" + BUCKET + "/o/" + object.replace("/", "%2F"), "");
    }
  }

  @AfterEach
  void stop() {
    gcs.close();
    dataflow.close();
  }

  private static String server() {
    return Objects.requireNonNull(System.getenv("BIGFLOW_TEST_GCS"));
  }

  private String send(String method, String path, String body)
      throws IOException, InterruptedException {
    return client
        .send(
            HttpRequest.newBuilder(URI.create(server() + "/" + path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private List<String> objects() throws Exception {
    List<String> names = new ArrayList<>();
    FakeDataflow.json(send("GET", "storage/v1/b/" + BUCKET + "/o", ""))
        .path("items")
        .forEach(item -> names.add(item.path("name").asText()));
    return names;
  }

  private BeamRun run(String id) {
    return BeamRun.on(dataflow)
        .run(id)
        .staging(gcs.url(), BUCKET)
        .with("beam.labels", "{\"team\":\"sales\"}")
        .with("bigflow.impersonateServiceAccount", "jobs@my-project.iam.gserviceaccount.com");
  }

  /** The objects that were written, in their order; each takes two requests. */
  private List<String> written() {
    return gcs.requests().stream()
        .filter(request -> request.startsWith("PUT "))
        .map(request -> request.replaceAll(".*[?&]name=([^&]*).*", "$1"))
        .toList();
  }

  @Test
  void withTheProjectsImageNothingButTheGraphIsStaged() throws Exception {
    COUNT.execute(run("first").context());
    assertThat(objects()).hasSize(1).allMatch(name -> name.matches(GRAPH));

    gcs.clear();
    COUNT.execute(run("second").context());
    assertThat(written()).hasSize(1).allMatch(name -> name.matches(GRAPH));
    // Beam looks at the bucket and the object before; docs/benchmarks.md has the number.
    assertThat(gcs.requests()).hasSizeLessThanOrEqualTo(8);

    JsonNode job = dataflow.requests("POST").get(1).body();
    JsonNode options = job.path("environment").path("sdkPipelineOptions").path("options");
    assertThat(options.path("pipelineUrl").asText())
        .isEqualTo("gs://" + BUCKET + "/" + written().get(0));
    assertThat(options.path("filesToStage").isEmpty()).isTrue();
    assertThat(options.path("sdkContainerImage").asText()).isEqualTo(BeamRun.IMAGE);
    assertThat(options.path("impersonateServiceAccount").asText())
        .isEqualTo("jobs@my-project.iam.gserviceaccount.com");
    assertThat(options.path("tempLocation").asText() + options.path("gcpTempLocation").asText())
        .contains("gs://" + BUCKET + "/temp");
    assertThat(job.path("labels").path("team").asText()).isEqualTo("sales");
    assertThat(job.path("labels").path("bigflow-job").asText()).isEqualTo("count_words");
    RunnerApi.Pipeline staged =
        RunnerApi.Pipeline.parseFrom(
            client
                .send(
                    HttpRequest.newBuilder(
                            URI.create(
                                server()
                                    + "/storage/v1/b/"
                                    + BUCKET
                                    + "/o/"
                                    + written().get(0).replace("/", "%2F")
                                    + "?alt=media"))
                        .build(),
                    HttpResponse.BodyHandlers.ofByteArray())
                .body());
    assertThat(staged.getComponents().getEnvironmentsMap().values())
        .isNotEmpty()
        .allSatisfy(
            environment -> {
              assertThat(environment.getDependenciesList()).isEmpty();
              assertThat(
                      RunnerApi.DockerPayload.parseFrom(environment.getPayload())
                          .getContainerImage())
                  .isEqualTo(BeamRun.IMAGE);
            });
  }

  @Test
  void aFlexTemplateBringsItsPipelineToWhereDataflowReadsIt() throws Exception {
    BeamRun run = run("first");
    Map<String, String> config = new LinkedHashMap<>(run.config());
    config.remove("bigflow.impersonateServiceAccount");
    BeamTemplate.of(
            (pipeline, context) ->
                pipeline.apply(Create.of("ship", "ship")).apply(Count.perElement()))
        .flex()
        .launch(
            new LaunchContext(
                "sales",
                "count_words",
                "dev",
                "1.2.3",
                BeamRun.IMAGE,
                EnvironmentConfig.builder("dev").overrides(config).build(),
                List.of(
                    "--runner=DataflowRunner",
                    "--jobName=launched",
                    "--tempLocation=gs://" + BUCKET + "/temp",
                    "--templateLocation=gs://" + BUCKET + "/launches/7/job_object")));
    assertThat(objects())
        .hasSize(2)
        .contains("launches/7/job_object")
        .anyMatch(name -> name.matches(GRAPH));
    JsonNode job =
        FakeDataflow.json(
            send("GET", "storage/v1/b/" + BUCKET + "/o/launches%2F7%2Fjob_object?alt=media", ""));
    JsonNode options = job.path("environment").path("sdkPipelineOptions").path("options");
    assertThat(job.path("name").asText()).isEqualTo("launched");
    assertThat(options.path("pipelineUrl").asText()).startsWith("gs://" + BUCKET + "/staging/");
    assertThat(options.path("sdkContainerImage").asText()).isEqualTo(BeamRun.IMAGE);
    // It is written, and nothing is started.
    assertThat(dataflow.requests("POST")).isEmpty();
  }

  @Test
  void outsideAnImageAJarIsStagedOnceAndAgainWhenItChanges() throws Exception {
    Path jar = Files.writeString(folder.resolve("jobs.jar"), "classes");
    BeamRun run = run("first").image(null).with("beam.filesToStage", jar.toString());
    COUNT.execute(run.context());
    assertThat(written()).hasSize(2).first().asString().matches(JAR);

    gcs.clear();
    COUNT.execute(run.run("second").context());
    assertThat(written()).hasSize(1).allMatch(name -> name.matches(GRAPH));

    gcs.clear();
    Files.writeString(jar, "other classes");
    COUNT.execute(run.run("third").context());
    assertThat(written()).hasSize(2).first().asString().matches(JAR);
  }
}
