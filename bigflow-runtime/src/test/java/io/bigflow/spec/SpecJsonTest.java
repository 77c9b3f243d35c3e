// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpecJsonTest {

  private static final ProjectSpec SPEC =
      new ProjectSpec(
          SpecJson.FORMAT_VERSION,
          "dev",
          "sales-dev",
          List.of(
              workflow("a", new ScheduleSpec.Cron("0 1 * * *", "Europe/Warsaw")),
              workflow("b", new ScheduleSpec.Every(Duration.ofMinutes(90))),
              workflow("c", new ScheduleSpec.Once()),
              workflow("d", new ScheduleSpec.Manual())),
          List.of(new DefinitionFailure("x.Y", "x.Y.define(Y.java:1)", "It \"broke\"", "Fix it")));

  private static WorkflowSpec workflow(String id, ScheduleSpec schedule) {
    return new WorkflowSpec(
        id,
        "com.acme." + id,
        null,
        "zażółć \u2028 {{ x }}",
        "owner",
        schedule,
        ZonedDateTime.of(2026, 3, 1, 0, 0, 0, 0, ZoneId.of("Europe/Warsaw")),
        true,
        false,
        true,
        2,
        List.of("t"),
        List.of(
            new TaskSpec.Job(
                "j",
                new TaskSpec.Settings(
                    List.of("i"),
                    "all_done",
                    null,
                    new WorkflowSpec.Retry(3, Duration.ofSeconds(60)),
                    Duration.ofHours(3),
                    List.of("d@p.iam.gserviceaccount.com", "t@p.iam.gserviceaccount.com"),
                    "g",
                    "p",
                    2,
                    5),
                new TaskSpec.ResourcesSpec("1", "4Gi"),
                List.of(new TaskSpec.SecretSpec("s", null, null)),
                new TaskSpec.Streaming("sales-j-dev-01234567", "p", null))));
  }

  @Test
  void whatIsWrittenIsRead(@TempDir Path folder) throws Exception {
    Path file = folder.resolve("a/b/spec.json");
    SpecJson.write(SPEC, file);
    assertThat(SpecJson.read(file, ProjectSpec.class)).isEqualTo(SPEC);
    assertThat(Files.readString(file)).isEqualTo(SpecJson.write(SPEC)).endsWith("}\n");
  }

  @Test
  void theIndexIsReadToo() throws Exception {
    WorkflowIndex index =
        new WorkflowIndex(
            SpecJson.FORMAT_VERSION,
            "g:a",
            "1",
            List.of("dev"),
            List.of(new WorkflowIndex.Entry("a", "com.acme.A", List.of("j"))));
    assertThat(SpecJson.read(SpecJson.write(index), WorkflowIndex.class, "index")).isEqualTo(index);
    assertThat(index.workflow("a")).isPresent();
    assertThat(index.workflow("b")).isEmpty();
  }

  @Test
  void anotherFormatIsRefusedWithTheWayOut() {
    for (String version : List.of("2", "0", "\"1\"", "null", "1.5")) {
      assertThatThrownBy(
              () ->
                  SpecJson.read(
                      "{\"formatVersion\": " + version + "}", ProjectSpec.class, "workflows.json"))
          .isInstanceOf(IOException.class)
          .hasMessage(
              "workflows.json has format "
                  + version
                  + ", but this version of BigFlow reads format 1. Use the same version of"
                  + " bigflow-runtime and bigflow-maven-plugin.");
    }
  }

  @Test
  void whatIsNoSpecIsRefusedWithItsSource() {
    for (String json : List.of("", "[]", "{", "{}", "{\"formatVersion\": 1, \"env\": \"dev\"}")) {
      assertThatThrownBy(() -> SpecJson.read(json, ProjectSpec.class, "workflows.json"))
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith("workflows.json cannot be read: ");
    }
    assertThatThrownBy(
            () ->
                SpecJson.read(
                    SpecJson.write(SPEC).replace("PT1H30M", "soon"), ProjectSpec.class, "w.json"))
        .hasMessageContaining("ISO-8601");
  }

  // The format has the same number, because an older plugin does without what it does not know.
  @Test
  void whatAnOlderVersionWroteNamesNeitherAProjectNorAnAccount() throws Exception {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode tree = mapper.readTree(SpecJson.write(SPEC));
    ((ObjectNode) tree).remove("jobsProject");
    for (JsonNode workflow : tree.path("workflows")) {
      workflow
          .path("tasks")
          .forEach(task -> ((ObjectNode) task.path("settings")).remove("impersonation"));
    }
    ProjectSpec old = SpecJson.read(tree.toString(), ProjectSpec.class, "w.json");
    assertThat(old.jobsProject()).isNull();
    assertThat(old.workflows().get(0).jobs().get(0).settings().impersonation()).isNull();
    assertThat(SpecJson.write(old)).doesNotContain("jobsProject", "impersonation");
  }

  @Test
  void newerPropertiesOfTheSameFormatAreIgnored() throws Exception {
    assertThat(
            SpecJson.read(
                SpecJson.write(SPEC).replaceFirst("\\{", "{\"new\" : [1],"),
                ProjectSpec.class,
                "w.json"))
        .isEqualTo(SPEC);
  }
}
