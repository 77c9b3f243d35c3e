// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.ProjectDirectory;
import io.bigflow.run.Cancellation;
import io.bigflow.run.RunContext;
import io.bigflow.spec.SpecJson;
import io.bigflow.testing.WorkflowTester;
import io.bigflow.workflow.ConfigurationException;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.Secret;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.WithName;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Planted secrets, and everything that could say them. */
class SecretCanaryTest {
  private static final String IN_FILE = "canary-in-a-file";
  private static final String IN_VARIABLE = "canary-in-a-variable";
  private static final Logger SMALLRYE = Logger.getLogger("io.smallrye.config");

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final Handler listener =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage() + " " + entry.getThrown());
          for (Object parameter :
              entry.getParameters() == null ? new Object[0] : entry.getParameters()) {
            logged.add(String.valueOf(parameter));
          }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @TempDir private Path folder = Path.of("");

  @BeforeEach
  void listen() {
    SMALLRYE.setLevel(Level.ALL);
    listener.setLevel(Level.ALL);
    SMALLRYE.addHandler(listener);
  }

  @AfterEach
  void leave() {
    SMALLRYE.removeHandler(listener);
    SMALLRYE.setLevel(null);
  }

  private EnvironmentConfig config() {
    ProjectDirectory project =
        new ProjectDirectory(folder)
            .with(
                "application.properties",
                "db.password=" + IN_FILE,
                "db.url=jdbc:x://user:${db.password}@host",
                "db.alias=${db.url}",
                "db.made=${db.${db.which:password}}",
                "db.broken=${db.password}${no.such.key}",
                "db.host=localhost",
                "smallrye.config.log.values=true");
    return EnvironmentConfig.builder("dev")
        .classLoader(project.loader())
        .variables(
            Map.of(
                "DB_HOST",
                IN_VARIABLE,
                "DB_PIN",
                IN_VARIABLE,
                "SMALLRYE_CONFIG_LOG_VALUES",
                "true"))
        .override("smallrye.config.log.values", "true")
        .build();
  }

  @Test
  void nothingThatIsPrintedHasASecret() {
    EnvironmentConfig config = config();
    List<String> said = new ArrayList<>();
    said.add(config.toString());
    said.add(config.entries().toString());
    said.add(SpecJson.write(config.describe()));
    said.add(
        new RunContext(
                "w",
                "j",
                WorkflowTester.DEFAULT_RUNTIME,
                "dev",
                "r",
                Map.of("k", IN_FILE),
                config,
                null,
                new Cancellation())
            .toString());
    for (Runnable mistake :
        List.<Runnable>of(
            () -> config.get("db.password", Integer.class),
            () -> config.get("db.url", Integer.class),
            () -> config.get("db.alias", Integer.class),
            () -> config.get("db.made", Integer.class),
            () -> config.get("db.host", Integer.class),
            () -> config.get("db.pin", Integer.class),
            () -> config.get("db.broken"),
            () -> config.get("db.password", Runnable.class),
            () -> config.mapping(WrongTypes.class),
            () -> config.mapping(Printing.class),
            () -> config.mapping(Composed.class))) {
      assertThatThrownBy(mistake::run)
          .isInstanceOf(ConfigurationException.class)
          .satisfies(
              thrown -> {
                for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
                  said.add(cause.toString());
                }
              });
    }
    said.add(config.mapping(Db.class).toString());
    said.add(config.mapping(Silent.class).toString());
    assertThat(config.mapping(Db.class).password().get()).isEqualTo(IN_FILE);
    assertThat(said)
        .allSatisfy(text -> assertThat(text).doesNotContain(IN_FILE).doesNotContain(IN_VARIABLE));
    assertThat(logged)
        .allSatisfy(text -> assertThat(text).doesNotContain(IN_FILE).doesNotContain(IN_VARIABLE));
  }

  // Else the test above would listen to nothing.
  @Test
  void theLibraryWouldLogValuesIfItWereNotKeptFromIt() {
    new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .withSources(
            new PropertiesConfigSource(
                Map.of("smallrye.config.log.values", "true", "db.password", IN_FILE), "t", 1))
        .build()
        .getValue("db.password", String.class);
    assertThat(logged).anySatisfy(text -> assertThat(text).contains(IN_FILE));
  }

  @Test
  void whatIsNotShownIsSaid() {
    assertThat(config())
        .asString()
        .contains(
            "db.alias = ${db.url}  # application.properties:3, not evaluated because of what is not"
                + " shown\n",
            "db.host = (not shown)  # the operating system's variable DB_HOST\n",
            "db.made = ${db.${db.which:password}}  # application.properties:4, not evaluated",
            "db.password = (not shown)  # application.properties:1\n")
        .containsPattern(
            "db\\.broken = \\$\\{db\\.password}\\$\\{no\\.such\\.key}  #"
                + " application\\.properties:5, not evaluated: .*no\\.such\\.key, which has no"
                + " value");
  }

  @Test
  void aMappingThatWouldPrintASecretIsRefused() {
    assertThatThrownBy(() -> config().mapping(Printing.class))
        .hasMessage(
            Printing.class.getName()
                + " declares toString(), which would print password(). Make that a"
                + " io.smallrye.config.Secret<String>, which is never printed, or remove"
                + " toString().");
    assertThatThrownBy(() -> config().mapping(Composed.class))
        .hasMessage(
            Composed.class.getName()
                + " declares toString(), which would print the value of 'db.password'. Make the"
                + " member that is made of it a io.smallrye.config.Secret<String>, which is never"
                + " printed, or remove toString().");
    assertThatThrownBy(() -> config().mapping(Renaming.class)).hasMessageContaining("print word()");
    assertThatThrownBy(() -> config().mapping(Outer.class))
        .hasMessageStartingWith(Inner.class.getName());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db.password",
        "DB_PASSWD",
        "x.pwd",
        "client-secret",
        "api.key",
        "apiKey",
        "api-key",
        "private.key",
        "access_key",
        "slack.token",
        "google.credentials",
        "auth.header"
      })
  void namesOfSecrets(String name) {
    assertThat(SecretNames.matches(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"db.host", "sales.keys", "primary.key", "gcp.project", "bigflow.env"})
  void namesOfOthers(String name) {
    assertThat(SecretNames.matches(name)).isFalse();
  }

  @ConfigMapping(prefix = "db")
  interface Composed {
    String url();

    @Override
    String toString();
  }

  @ConfigMapping(prefix = "db")
  interface Db {
    Secret<String> password();

    Secret<String> url();

    @Override
    String toString();
  }

  @ConfigMapping(prefix = "db")
  interface Silent {
    String password();

    String host();
  }

  @ConfigMapping(prefix = "db")
  interface WrongTypes {
    int password();

    int host();

    int pin();
  }

  @ConfigMapping(prefix = "db")
  interface Printing {
    String password();

    @Override
    String toString();
  }

  @ConfigMapping(prefix = "db")
  interface Renaming {
    @WithName("password")
    String word();

    @Override
    String toString();
  }

  @ConfigMapping(prefix = "db")
  interface Outer {
    Optional<Inner> inner();
  }

  interface Inner {
    String token();

    @Override
    String toString();
  }
}
