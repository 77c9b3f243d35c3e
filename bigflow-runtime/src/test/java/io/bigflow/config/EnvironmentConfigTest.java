// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.ProjectDirectory;
import io.bigflow.workflow.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentConfigTest {

  @TempDir private Path folder = Path.of("");

  private ProjectDirectory project = new ProjectDirectory(folder);

  @BeforeEach
  void writeFiles() {
    project =
        new ProjectDirectory(folder)
            .with(
                "application.properties",
                "wordcount.bucket=shared",
                "wordcount.output=gs://${wordcount.bucket}/${bigflow.env}/out",
                "wordcount.limit=10",
                "wordcount.words=a,b",
                "wordcount.name=Zażółć",
                "only.shared=yes",
                "taken.back=something",
                "%dev.inline=dev",
                "inline=all",
                "broken=${nowhere.to.be.found}")
            .with(
                "application-dev.properties",
                "wordcount.bucket=devbucket",
                "wordcount.limit=many",
                "db.password=hunter2",
                "db.port=${DB_PORT}",
                "taken.back=");
  }

  @Test
  void valuesOfTheEnvironmentBeatShared() {
    EnvironmentConfig dev = config("dev", Map.of());
    assertThat(dev.get("wordcount.bucket")).isEqualTo("devbucket");
    assertThat(dev.get("only.shared")).isEqualTo("yes");
    assertThat(config("prod", Map.of()).get("wordcount.bucket")).isEqualTo("shared");
  }

  @Test
  void expressionsAreEvaluatedInTheEnvironment() {
    assertThat(config("dev", Map.of()).get("wordcount.output")).isEqualTo("gs://devbucket/dev/out");
    assertThat(config("prod", Map.of()).get("wordcount.output")).isEqualTo("gs://shared/prod/out");
    assertThat(config("dev", Map.of("WORDCOUNT_BUCKET", "os")).get("wordcount.output"))
        .isEqualTo("gs://os/dev/out");
  }

  @Test
  void variablesBeatFilesAndOverridesBeatVariables() {
    Map<String, String> variables = Map.of("WORDCOUNT_BUCKET", "os");
    assertThat(config("dev", variables).get("wordcount.bucket")).isEqualTo("os");
    assertThat(
            EnvironmentConfig.builder("dev")
                .classLoader(project.loader())
                .variables(variables)
                .override("wordcount.bucket", "mine")
                .build()
                .get("wordcount.bucket"))
        .isEqualTo("mine");
  }

  @Test
  void nobodyChangesTheEnvironment() {
    EnvironmentConfig config =
        EnvironmentConfig.builder("dev")
            .classLoader(project.loader())
            .variables(Map.of("BIGFLOW_ENV", "prod", "SMALLRYE_CONFIG_PROFILE", "prod"))
            .override("bigflow.env", "prod")
            .build();
    assertThat(config.get("bigflow.env")).isEqualTo("dev");
    assertThat(config.get("inline")).isEqualTo("dev");
    assertThat(config.get("wordcount.bucket")).isEqualTo("devbucket");
  }

  @Test
  void systemPropertiesAreNoSource() {
    assertThat(config("dev", Map.of()).find("user.name")).isEmpty();
    assertThat(config("dev", Map.of()).find("java.version")).isEmpty();
  }

  @Test
  void valuesConvert() {
    EnvironmentConfig config =
        EnvironmentConfig.builder("prod")
            .classLoader(project.loader())
            .override("pause", "PT15M")
            .override("where", "http://127.0.0.1:1")
            .build();
    assertThat(config.get("wordcount.limit", Integer.class)).isEqualTo(10);
    assertThat(config.get("wordcount.limit", int.class)).isEqualTo(10);
    assertThat(config.get("wordcount.words", String[].class)).containsExactly("a", "b");
    assertThat(config.get("wordcount.name")).isEqualTo("Zażółć");
    assertThat(config.get("pause", Duration.class)).isEqualTo(Duration.ofMinutes(15));
    assertThat(config.get("where", URI.class)).isEqualTo(URI.create("http://127.0.0.1:1"));
    assertThat(config.find("nothing", Integer.class)).isEmpty();
  }

  @Test
  void anEmptyValueTakesBackWhatIsInherited() {
    assertThat(config("dev", Map.of()).find("taken.back")).isEmpty();
    assertThat(config("prod", Map.of()).find("taken.back")).contains("something");
    assertThatThrownBy(() -> config("dev", Map.of()).get("taken.back"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("has an empty value in application-dev.properties:5");
  }

  @Test
  void aMissingValueNamesKeyEnvironmentAndSources() {
    assertThatThrownBy(() -> config("prod", Map.of()).get("wordcount.in-put"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Configuration key 'wordcount.in-put' has no value in environment 'prod'. Searched: the"
                + " operating system's variable WORDCOUNT_IN_PUT, application-prod.properties (not"
                + " on the class path), application.properties. Add wordcount.in-put=… to"
                + " application-prod.properties, or set the variable WORDCOUNT_IN_PUT.");
    assertThatThrownBy(
            () ->
                EnvironmentConfig.builder("dev")
                    .classLoader(project.loader())
                    .build()
                    .get("wordcount.input"))
        .hasMessageContaining("no variables of the operating system")
        .hasMessageEndingWith("Add wordcount.input=… to application-dev.properties.");
  }

  @Test
  void anIllTypedValueIsQuotedWithItsPlace() {
    assertThatThrownBy(() -> config("dev", Map.of()).get("wordcount.limit", Integer.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Configuration key 'wordcount.limit' has a wrong value in environment 'dev': 'many' in"
                + " application-dev.properties:2 is no whole number, such as 42.");
    assertThatThrownBy(() -> config("dev", Map.of()).find("wordcount.limit", Duration.class))
        .hasMessageContaining("'many'")
        .hasMessageContaining("PT15M");
  }

  @Test
  void secretsAreNeverQuoted() {
    EnvironmentConfig config =
        config("dev", Map.of("DB_PORT", "s3cr3t", "WORDCOUNT_LIMIT", "s3cr3t"));
    for (String key : List.of("db.password", "db.port", "wordcount.limit")) {
      assertThatThrownBy(() -> config.get(key, Integer.class))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(key)
          .satisfies(EnvironmentConfigTest::tellsNoSecret);
    }
    assertThatThrownBy(() -> config.mapping(Db.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("db.password")
        .hasMessageContaining("db.port")
        .satisfies(EnvironmentConfigTest::tellsNoSecret);
  }

  private static void tellsNoSecret(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      assertThat(t.toString()).doesNotContain("hunter2", "s3cr3t");
    }
  }

  @Test
  void anExpressionThatCannotBeEvaluatedIsAnError() {
    for (Runnable access :
        List.<Runnable>of(
            () -> config("dev", Map.of()).get("broken"),
            () -> config("dev", Map.of()).find("broken"))) {
      assertThatThrownBy(access::run)
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("'broken'")
          .hasMessageContaining(
              "'${nowhere.to.be.found}' in application.properties:10 refers to nowhere.to.be.found,"
                  + " which has no value. Searched: the operating system's variable"
                  + " NOWHERE_TO_BE_FOUND, ");
    }
  }

  @Test
  void mappingsAreTyped() {
    EnvironmentConfig config = config("prod", Map.of("WORDCOUNT_LIMIT", "7"));
    Wordcount wordcount = config.mapping(Wordcount.class);
    assertThat(wordcount.output()).isEqualTo("gs://shared/prod/out");
    assertThat(wordcount.limit()).isEqualTo(7);
    assertThat(wordcount.words()).containsExactly("a", "b");
    assertThat(wordcount.prefix()).isEqualTo("none");
    assertThat(wordcount.missing()).isEmpty();
    assertThat(config.mapping(Wordcount.class)).isSameAs(wordcount);
  }

  @Test
  void aMappingListsAllItsProblems() {
    assertThatThrownBy(() -> config("dev", Map.of()).mapping(Broken.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("The configuration does not fit " + Broken.class.getName())
        .hasMessageContaining("'wordcount.limit' has a wrong value in environment 'dev': 'many'")
        .hasMessageContaining("'wordcount.one' has no value")
        .hasMessageContaining("'wordcount.two' has no value");
    assertThatThrownBy(() -> config("dev", Map.of()).mapping(Runnable.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("@io.smallrye.config.ConfigMapping");
  }

  @Test
  void aTypeWithoutConversionIsSaid() {
    assertThatThrownBy(() -> config("dev", Map.of()).get("inline", Runnable.class))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("java.lang.Runnable");
  }

  @Test
  void namesOfEnvironmentsAreChecked() {
    for (String name : List.of("", "Dev", "-dev", "dev,prod", "../x", "dev prod")) {
      assertThatThrownBy(() -> EnvironmentConfig.builder(name))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("'" + name + "'");
    }
    assertThat(EnvironmentConfig.requireName("dev_2-eu")).isEqualTo("dev_2-eu");
  }

  @Test
  void anUnreadableFileIsNamed() {
    project.with("application-bad.properties", "a=\\u12");
    assertThatThrownBy(() -> config("bad", Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("application-bad.properties");
  }

  @Test
  void anEnvironmentInheritsFromAnother() {
    project
        .with(
            "application-bench.properties",
            "bigflow.env.parent=dev",
            "wordcount.name=bench",
            "%dev.inline=not ours")
        .with("application-huge.properties", "bigflow.env.parent=bench", "inline=huge");
    EnvironmentConfig bench = config("bench", Map.of());
    assertThat(bench.get("bigflow.env")).isEqualTo("bench");
    assertThat(bench.get("wordcount.bucket")).isEqualTo("devbucket");
    assertThat(bench.get("wordcount.output")).isEqualTo("gs://devbucket/bench/out");
    assertThat(bench.get("wordcount.name")).isEqualTo("bench");
    assertThat(bench.find("taken.back")).isEmpty();
    EnvironmentConfig huge = config("huge", Map.of());
    assertThat(huge.get("wordcount.name")).isEqualTo("bench");
    assertThat(huge.get("inline")).isEqualTo("huge");
    assertThat(huge.get("wordcount.bucket")).isEqualTo("devbucket");
    assertThat(huge.describe().files())
        .containsExactly(
            "application-huge.properties",
            "application-bench.properties",
            "application-dev.properties",
            "application.properties");
    assertThatThrownBy(() -> huge.get("no.key"))
        .hasMessageContaining(
            "application-huge.properties, application-bench.properties,"
                + " application-dev.properties, application.properties. Add no.key=… to"
                + " application-huge.properties");
  }

  @Test
  void whatIsWrittenForAnEnvironmentInTheSharedFileIsInheritedToo() {
    project.with("application-bench.properties", "bigflow.env.parent=dev");
    assertThat(config("bench", Map.of()).get("inline")).isEqualTo("dev");
    project.with("application.properties", "%dev.inline=dev", "%bench.inline=bench", "inline=all");
    assertThat(config("bench", Map.of()).get("inline")).isEqualTo("bench");
    assertThat(config("dev", Map.of()).get("inline")).isEqualTo("dev");
    assertThat(config("prod", Map.of()).get("inline")).isEqualTo("all");
  }

  @Test
  void inheritanceThatCannotBeIsExplained() {
    project.with("application-a.properties", "bigflow.env.parent=b");
    project.with("application-b.properties", "x=1", "bigflow.env.parent=a");
    assertThatThrownBy(() -> config("a", Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Environment 'b' inherits from 'a' (bigflow.env.parent in application-b.properties:2),"
                + " which inherits from it: a -> b -> a. Remove one of these.");
    project.with("application-a.properties", "bigflow.env.parent=nobody");
    assertThatThrownBy(() -> config("a", Map.of()))
        .hasMessage(
            "Environment 'a' inherits from 'nobody' (bigflow.env.parent in"
                + " application-a.properties:1), but there is no application-nobody.properties on"
                + " the class path. Write it, or another name.");
    project.with("application-a.properties", "bigflow.env.parent=Dev!");
    assertThatThrownBy(() -> config("a", Map.of()))
        .hasMessageStartingWith(
            "Environment 'a' inherits from 'Dev!' (bigflow.env.parent in"
                + " application-a.properties:1), which is not a name of an environment. Use ");
  }

  @Test
  void allKeysOfTheFilesAreListedWithTheirOrigin() {
    assertThat(config("dev", Map.of("WORDCOUNT_NAME", "os", "PATH", "/bin")).entries())
        .extracting(entry -> entry.key() + " " + entry.value() + " " + entry.origin())
        .contains(
            "bigflow.env dev the environment",
            "inline dev application.properties:8",
            "taken.back  application-dev.properties:5",
            "wordcount.bucket devbucket application-dev.properties:1",
            "wordcount.name null the operating system's variable WORDCOUNT_NAME",
            "wordcount.output gs://devbucket/dev/out application.properties:2")
        .noneMatch(line -> line.contains("%"))
        .noneMatch(line -> line.startsWith("path"));
  }

  @Test
  void aPrintedValueStaysOnItsLine() {
    assertThat(
            EnvironmentConfig.builder("dev").override("a.b", "x\ny\u001b[31m").build().toString())
        .contains("a.b = x\\u000ay\\u001b[31m  # the overrides\n");
  }

  @Test
  void anExpressionThatLeadsToItselfIsAnError() {
    project.with("application-loop.properties", "a=${b}", "b=${a}");
    String text =
        "Configuration key 'a' cannot be evaluated in environment 'loop': '${b}' in"
            + " application-loop.properties:1 leads back to itself.";
    EnvironmentConfig loop = config("loop", Map.of());
    assertThatThrownBy(() -> loop.get("a"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(text);
    assertThatThrownBy(() -> loop.find("a", Integer.class)).hasMessage(text);
    assertThat(loop.toString())
        .contains("a = ${b}  # application-loop.properties:1, not evaluated: " + text);
  }

  private EnvironmentConfig config(String env, Map<String, String> variables) {
    return EnvironmentConfig.builder(env)
        .classLoader(project.loader())
        .variables(variables)
        .build();
  }

  @ConfigMapping(prefix = "wordcount")
  interface Wordcount {
    String output();

    int limit();

    List<String> words();

    @WithDefault("none")
    String prefix();

    Optional<String> missing();
  }

  @ConfigMapping(prefix = "wordcount")
  interface Broken {
    int limit();

    String one();

    String two();
  }

  @ConfigMapping(prefix = "db")
  interface Db {
    int password();

    int port();
  }
}
