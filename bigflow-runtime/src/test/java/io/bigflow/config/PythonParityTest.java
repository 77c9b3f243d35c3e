// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import example.sales.Credentials;
import example.sales.ReportJob;
import example.sales.SalesConfig;
import io.bigflow.ProjectDirectory;
import io.bigflow.spec.JobConfigSpec;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Task;
import io.bigflow.workflow.Workflow;
import io.smallrye.config.Secret;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What Python BigFlow's {@code Config} and {@code Konfig} can do, with the files of
 * docs/configuration.md. Each test is a row of the table there.
 */
class PythonParityTest {

  @TempDir private Path folder = Path.of("");

  private ProjectDirectory project = new ProjectDirectory(folder);

  @BeforeEach
  void writeFiles() throws IOException {
    project = new ConfigurationPage("configuration.md").project(folder);
  }

  @Test
  void everyEnvironmentHasItsOwnValues() {
    assertThat(config("dev").get("sales.machines")).isEqualTo("1");
    assertThat(config("bench").get("sales.machines")).isEqualTo("16");
    assertThat(config("prod").get("sales.bucket")).isEqualTo("gs://acme-reports");
  }

  @Test
  void sharedValuesAreInherited() {
    for (String env : List.of("dev", "bench", "prod")) {
      assertThat(config(env).get("sales.shops")).isEqualTo("Gdynia,Gdansk");
    }
  }

  @Test
  void whatOneEnvironmentHasIsNotInherited() {
    project.with("application-test.properties", "sales.codename=gull");
    assertThat(config("test").find("sales.codename")).contains("gull");
    assertThat(config("dev").find("sales.codename")).isEmpty();
    assertThat(config("dev").entries())
        .extracting(JobConfigSpec.Entry::key)
        .doesNotContain("sales.codename", "sales.password");
  }

  @Test
  void anEmptyValueTakesBack() {
    assertThat(config("prod").find("sales.limit", Integer.class)).contains(500);
    assertThat(config("dev").find("sales.limit", Integer.class)).isEmpty();
    assertThat(config("dev").mapping(SalesConfig.class).limit()).isEmpty();
  }

  @Test
  void theEnvironmentIsLocalIfNobodyNamesOne() {
    AtomicReference<String> env = new AtomicReference<>();
    WorkflowTester.of(
            context -> Workflow.builder("w").task(Task.job("a", job -> env.set(job.env()))).build())
        .run();
    assertThat(env).hasValue("local");
  }

  @Test
  void expressionsAreEvaluatedInTheEnvironment() {
    assertThat(config("dev").get("sales.bucket")).isEqualTo("gs://acme-sales-dev-reports");
    assertThat(config("bench").get("sales.bucket")).isEqualTo("gs://acme-sales-bench-reports");
  }

  @Test
  void variablesGiveAndOverrideValues() {
    Map<String, String> variables = Map.of("SALES_MACHINES", "3", "SALES_OWNER_TEAM", "blue");
    assertThat(config("dev", variables).get("sales.machines")).isEqualTo("3");
    assertThat(config("dev", variables).get("sales.owner-team")).isEqualTo("blue");
  }

  @Test
  void aSecretComesFromAVariable() {
    Map<String, String> variables = Map.of("SALES_DB_PASSWORD", "hunter2");
    assertThat(config("prod", variables).get("sales.password")).isEqualTo("hunter2");
    Secret<String> typed = config("prod", variables).mapping(Credentials.class).password();
    assertThat(typed.get()).isEqualTo("hunter2");
    assertThat(typed).asString().doesNotContain("hunter2");
    Map<String, String> direct = Map.of("SALES_PASSWORD", "s3cr3t");
    assertThat(config("dev", direct).mapping(Credentials.class).password().get())
        .isEqualTo("s3cr3t");
    assertThatThrownBy(() -> config("prod").mapping(Credentials.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("refers to SALES_DB_PASSWORD, which has no value");
    assertThatThrownBy(() -> config("dev").mapping(Credentials.class))
        .hasMessageContaining("Configuration key 'sales.password' has no value");
  }

  @Test
  void aNamedVariableIsRead() {
    project.with(
        "application-test.properties",
        "sales.owner=${bf_sales_owner}",
        "sales.color=${BF_COLOR:green}");
    EnvironmentConfig given = config("test", Map.of("bf_sales_owner", "blue", "BF_COLOR", "red"));
    assertThat(given.get("sales.owner")).isEqualTo("blue");
    assertThat(given.get("sales.color")).isEqualTo("red");
    assertThat(config("test").get("sales.color")).isEqualTo("green");
  }

  @Test
  void typesAndDefaults() {
    SalesConfig sales = config("dev").mapping(SalesConfig.class);
    assertThat(sales.machines()).isEqualTo(1);
    assertThat(sales.region()).isEqualTo("europe-west1");
    assertThat(sales.shops()).containsExactly("Gdynia", "Gdansk");
    project.with("application-test.properties", "sales.machines=many", "pause=PT15M");
    assertThatThrownBy(() -> config("test").mapping(SalesConfig.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("'many' in application-test.properties:1");
    assertThat(config("test").get("pause", Duration.class)).isEqualTo(Duration.ofMinutes(15));
  }

  @Test
  void interfacesInherit() {
    SalesConfig sales = config("bench").mapping(SalesConfig.class);
    assertThat(sales.machines()).isEqualTo(16);
    assertThat(sales.cores()).isEqualTo(4);
  }

  @Test
  void environmentsInherit() {
    EnvironmentConfig bench = config("bench");
    assertThat(bench.get("sales.machines")).isEqualTo("16");
    assertThat(bench.find("sales.limit")).isEmpty();
    assertThat(bench.get("bigflow.env")).isEqualTo("bench");
  }

  @Test
  void anEscapedExpressionStaysText() {
    project.with("application-test.properties", "sales.template=Dear \\\\${name}");
    assertThat(config("test").get("sales.template")).isEqualTo("Dear ${name}");
  }

  @Test
  void computedValues() {
    assertThat(config("dev").mapping(SalesConfig.class).totalCores()).isEqualTo(4);
    assertThat(config("dev", Map.of("SALES_CORES", "8")).mapping(SalesConfig.class).totalCores())
        .isEqualTo(8);
  }

  @Test
  void valuesAreReplacedInTests() {
    EnvironmentConfig replaced =
        EnvironmentConfig.builder("dev")
            .classLoader(project.loader())
            .override("gcp.project", "mine")
            .build();
    assertThat(replaced.get("sales.bucket")).isEqualTo("gs://mine-reports");
    assertThat(config("dev").get("sales.bucket")).isEqualTo("gs://acme-sales-dev-reports");
    assertThat(printedByTheJob(Map.of("sales.cores", "16")))
        .isEqualTo("gs://b/Gdynia by 32 cores, 1000\n");
  }

  @Test
  void valuesByKeyAndAllOfThem() {
    EnvironmentConfig dev = config("dev");
    assertThat(dev.get("sales.machines", Integer.class)).isEqualTo(1);
    assertThat(dev.find("sales.nothing")).isEmpty();
    assertThat(dev.entries())
        .extracting(JobConfigSpec.Entry::key, JobConfigSpec.Entry::value)
        .containsExactly(
            tuple("bigflow.env", "dev"),
            tuple("gcp.project", "acme-sales-dev"),
            tuple("sales.bucket", "gs://acme-sales-dev-reports"),
            tuple("sales.limit", ""),
            tuple("sales.machines", "1"),
            tuple("sales.shops", "Gdynia,Gdansk"));
  }

  private static String printedByTheJob(Map<String, String> values) {
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      WorkflowTester tester =
          WorkflowTester.of(
                  context ->
                      Workflow.builder("sales").task(Task.job("report", new ReportJob())).build())
              .config("sales.bucket", "gs://b")
              .config("sales.shops", "Gdynia")
              .config("sales.machines", "2");
      values.forEach(tester::config);
      tester.run();
    } finally {
      System.setOut(before);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  private EnvironmentConfig config(String env) {
    return config(env, Map.of());
  }

  private EnvironmentConfig config(String env, Map<String, String> variables) {
    return EnvironmentConfig.builder(env)
        .classLoader(project.loader())
        .variables(variables)
        .build();
  }
}
