// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.airflow.AirflowRuns.DagRun;
import io.bigflow.airflow.Timer;
import io.bigflow.control.ConfJson;
import io.bigflow.control.RunWatch;
import io.bigflow.control.Trigger;
import io.bigflow.control.Workflows;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Elapsed;
import io.bigflow.spec.SpecJson;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.maven.plugins.annotations.Mojo;
import org.apache.maven.plugins.annotations.Parameter;
import org.jspecify.annotations.Nullable;

/**
 * Starts a run of a deployed workflow over Airflow's REST API, and waits for its end if asked to.
 * What the run is given is checked before anything is started. Writes {@code
 * target/bigflow/trigger.json} too.
 *
 * <p>{@code mvn bigflow:trigger -Pprod -Dbigflow.env=dev -Dbigflow.workflow=average_speed
 * -Dbigflow.conf='{"raw_path": "gs://raw/trips"}'}
 *
 * @since 0.1.0
 */
@Mojo(name = "trigger", threadSafe = true)
public final class TriggerMojo extends AbstractAirflowMojo {
  private static final Duration BETWEEN_QUESTIONS = Duration.ofSeconds(3);

  /**
   * The configuration of this run as a JSON object, as given when a run is triggered.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.conf")
  private @Nullable String conf;

  /**
   * A file with the configuration of the run as a JSON object, in place of {@code bigflow.conf}. A
   * relative path is relative to the project.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.confFile")
  private @Nullable String confFile;

  /**
   * The id of the run. Default for {@code trigger}: a new one; for {@code logs}: the run that was
   * started last.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.runId")
  private @Nullable String runId;

  /**
   * The start of the data interval that the run is for, in UTC: {@code 2026-01-31} or {@code
   * 2026-01-31T13:00:00Z}. Default: now.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.runtime")
  private @Nullable String runtime;

  /**
   * Whether to wait for the end of the run, with the state of each task, and to fail if it fails.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.trigger.wait", defaultValue = "false")
  private boolean triggerWait;

  /**
   * How many seconds {@code -Dbigflow.trigger.wait} waits.
   *
   * @since 0.1.0
   */
  @Parameter(property = "bigflow.trigger.wait.timeout", defaultValue = "3600")
  private int triggerWaitTimeout;

  /**
   * The parameters {@code bigflow.trigger.*} as XML: {@code <trigger><wait>true</wait></trigger>}.
   *
   * @since 0.1.0
   */
  @SuppressWarnings("unused") // read from the configuration itself, see Parameters
  @Parameter
  private @Nullable Map<String, String> trigger;

  @Override
  void control() throws IOException {
    // Read before anything is started: whoever mends a wrong value starts the run once more.
    boolean waits = flag("bigflow.trigger.wait", triggerWait);
    int timeout = number("bigflow.trigger.wait.timeout", triggerWaitTimeout);
    String workflow = requireWorkflow();
    Optional<String> file = value("bigflow.confFile", confFile);
    Map<String, Object> given = conf(file);
    @Nullable Instant when = value("bigflow.runtime", runtime).map(TriggerMojo::time).orElse(null);
    Workflows workflows = workflows();
    DagRun run =
        new Trigger(workflows)
            .start(
                workflow,
                value("bigflow.runId", runId),
                given,
                file.isPresent() ? "bigflow.confFile" : "bigflow.conf",
                when);
    String link = workflows.airflow().runs().runLink(run.dagId(), run.runId()).toString();
    Map<String, String> started = new LinkedHashMap<>();
    started.put("dagId", run.dagId());
    started.put("runId", run.runId());
    started.put("link", link);
    SpecJson.write(started, output().trigger());
    progress().say("Triggered " + run.dagId() + ", run " + run.runId());
    progress().say("  " + link);
    if (waits) {
      DagRun ended =
          new RunWatch(
                  workflows.airflow().runs(),
                  progress(),
                  BETWEEN_QUESTIONS,
                  Duration.ofSeconds(timeout),
                  Timer.system())
              .await(workflow, run);
      progress().say("Run " + run.runId() + " succeeded" + took(ended));
    }
  }

  private static String took(DagRun run) {
    @Nullable Instant start = run.start();
    @Nullable Instant end = run.end();
    return start == null || end == null ? "" : " in " + Elapsed.text(Duration.between(start, end));
  }

  private Map<String, Object> conf(Optional<String> file) throws IOException {
    Optional<String> text = value("bigflow.conf", conf);
    if (text.isPresent() && file.isPresent()) {
      throw BigflowException.of(
          Problem.of(
              "The configuration of the run is given twice",
              "bigflow.conf, bigflow.confFile",
              "Give one of them"));
    }
    if (file.isEmpty()) {
      return ConfJson.parse(text.orElse("{}"), "bigflow.conf");
    }
    Path path = baseDirectory().resolve(file.get());
    if (!Files.isRegularFile(path)) {
      throw BigflowException.of(
          Problem.of(
                  "There is no file '" + path + "'",
                  "bigflow.confFile",
                  "Name a file with a JSON object, relative to the project")
              .see("conf-refused"));
    }
    try {
      return ConfJson.parse(Files.readString(path), path.toString());
    } catch (CharacterCodingException e) {
      throw BigflowException.of(
          Problem.of("'" + path + "' is not UTF-8", "bigflow.confFile", "Save it as UTF-8")
              .see("conf-refused"),
          e);
    }
  }

  private static Instant time(String text) {
    try {
      return text.length() == 10
          ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
          : OffsetDateTime.parse(text).toInstant();
    } catch (DateTimeException e) {
      throw BigflowException.of(
          Problem.of(
              "'" + text + "' is no time",
              "bigflow.runtime",
              "Write for example 2026-01-31 or 2026-01-31T13:00:00Z"),
          e);
    }
  }
}
