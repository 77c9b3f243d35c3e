// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static io.bigflow.dag.Specs.CONTEXT;
import static io.bigflow.dag.Specs.operator;
import static io.bigflow.dag.Specs.workflow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.problem.BigflowException;
import io.bigflow.spec.ArgumentSpec;
import io.bigflow.spec.WorkflowSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The golden file is written anew as {@link DagFileGeneratorTest} says. */
class UploadsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/io/bigflow/dag/uploads.py");
  private static final ArgumentSpec JAR = upload(null);

  @TempDir private Path directory;
  private Path classes;
  private DagDirectory output;

  @BeforeEach
  void compile() throws IOException {
    classes = directory.resolve("classes");
    output = new DagDirectory(directory.resolve("bigflow"));
    put("com/example/Job.class", "byte code");
    put("queries/lookup.csv", "a,b\n");
    put("queries/ports.sql", "select 1\n");
    put("META-INF/bigflow/workflows.json", "{}");
  }

  @Test
  void textIsTheGoldenFile() throws IOException {
    WorkflowSpec workflow =
        workflow(
            "average_speed",
            operator(
                "calculate",
                "airflow.providers.google.cloud.operators.dataproc.DataprocSubmitJobOperator",
                new TreeMap<>(
                    Map.of(
                        "deferrable",
                        new ArgumentSpec.Bool(true),
                        "job",
                        new ArgumentSpec.Entries(
                            new TreeMap<>(
                                Map.of(
                                    "jar_file_uris",
                                    new ArgumentSpec.Items(List.of(JAR)),
                                    "archive_uris",
                                    template(part("queries/lookup.csv"), literal("#lookup")),
                                    "query",
                                    upload("queries/ports.sql")))),
                        "region",
                        new ArgumentSpec.Text("europe-west1"))),
                null));

    DagFile file = new DagFileGenerator().generate(workflow, CONTEXT, pack(workflow));

    if (System.getProperty("bigflow.updateGoldenFiles") != null) {
      Files.writeString(GOLDEN, file.text());
    }
    assertThat(file.text()).isEqualTo(Files.readString(GOLDEN));
    assertThat(file.text().lines()).allSatisfy(line -> assertThat(line).hasSizeLessThan(89));
    assertThat(file.uploads())
        .extracting(BuiltDags.Upload::name)
        .containsExactlyInAnyOrder("demo.jar", "lookup.csv", "ports.sql");
  }

  @Test
  void theTextKnowsNoBucketAndChangesWithTheJar() throws IOException {
    WorkflowSpec workflow = jarWorkflow();
    DagFile before = new DagFileGenerator().generate(workflow, CONTEXT, pack(workflow));
    DagFile again = new DagFileGenerator().generate(workflow, CONTEXT, pack(workflow));
    put("com/example/Job.class", "other byte code");
    DagFile after = new DagFileGenerator().generate(workflow, CONTEXT, pack(workflow));

    assertThat(again).isEqualTo(before);
    assertThat(after.buildTag()).isNotEqualTo(before.buildTag());
    assertThat(after.uploads().get(0).path()).isNotEqualTo(before.uploads().get(0).path());
  }

  @Test
  void theJarHasTheSameBytesWheneverItIsMade() throws IOException {
    BuiltDags.Upload jar = pack(jarWorkflow()).all().get(0);
    List<String> names = new ArrayList<>();
    try (ZipFile zip = new ZipFile(output.file(jar).toFile())) {
      zip.stream().map(ZipEntry::getName).forEach(names::add);
      assertThat(zip.stream()).allMatch(entry -> entry.getMethod() == ZipEntry.STORED);
    }
    // BigFlow's own index is not in it.
    assertThat(names)
        .containsExactly("com/example/Job.class", "queries/lookup.csv", "queries/ports.sql");
    assertThat(jar.path())
        .isEqualTo("bigflow/com.example.demo/dev/uploads/" + jar.sha256() + "/demo.jar");
    assertThat(output.file(jar)).hasSize(jar.size());

    Files.setLastModifiedTime(
        classes.resolve("com/example/Job.class"), FileTime.fromMillis(1_000_000_000_000L));
    put("META-INF/bigflow/workflows.json", "{\"other\": 1}");
    assertThat(pack(jarWorkflow()).all()).containsExactly(jar);
  }

  @Test
  void allMissingResourcesAreNamed() {
    WorkflowSpec workflow =
        workflow(
            "w",
            operator("a", "a.b.C", Map.of("x", upload("queries/lokup.csv")), null),
            operator("b", "a.b.C", Map.of("y", upload("../secret")), null));

    assertThatThrownBy(() -> pack(workflow))
        .isInstanceOf(BigflowException.class)
        .hasMessageContaining(
            "Task 'w.a' names the resource 'queries/lokup.csv' in its argument 'x', but the"
                + " project has no such file")
        .hasMessageContaining("Add src/main/resources/queries/lokup.csv, or correct the path")
        .hasMessageContaining("'../secret'");
  }

  @Test
  void nothingIsLeftOfAnEarlierBuild() throws IOException {
    BuiltDags.Upload jar = pack(jarWorkflow()).all().get(0);

    pack(workflow("w", operator("a", "a.b.C", Map.of(), null)));

    assertThat(output.file(jar)).doesNotExist();
  }

  @Test
  void namesThatNeedAnEscapeAreNoResources() {
    assertThat(List.of("a.csv", "queries/a-b_c.sql")).allMatch(UploadNames::isResource);
    assertThat(
            List.of("", "/a", "a/", "a//b", "../a", "a/../b", ".", "a b", "a'b", "{{a}}", "a\\b"))
        .noneMatch(UploadNames::isResource);
  }

  private Uploads pack(WorkflowSpec workflow) throws IOException {
    return new UploadPacker(classes, output, CONTEXT).pack(List.of(workflow));
  }

  private static WorkflowSpec jarWorkflow() {
    return workflow("w", operator("a", "a.b.C", Map.of("jar", JAR), null));
  }

  private static ArgumentSpec upload(@Nullable String resource) {
    return template(part(resource));
  }

  private static ArgumentSpec template(ArgumentSpec.Part... parts) {
    return new ArgumentSpec.Template(List.of(parts));
  }

  private static ArgumentSpec.Part part(@Nullable String resource) {
    return new ArgumentSpec.UploadPart(resource);
  }

  private static ArgumentSpec.Part literal(String text) {
    return new ArgumentSpec.LiteralPart(text);
  }

  private void put(String path, String content) throws IOException {
    Path file = classes.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
