// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.image.LoginSource;
import io.bigflow.problem.Problem;
import java.io.StringReader;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.codehaus.plexus.util.xml.Xpp3DomBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JibSettingsTest {

  private static final String REPOSITORY = "europe-docker.pkg.dev/p/r/demo";
  private static final JibSettings.Outputs OUTPUTS =
      new JibSettings.Outputs(
          Path.of("/t/image.tar"), Path.of("/t/digest"), Path.of("/t/id"), Path.of("/t/json"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<to><image>other/image</image></to>                   | <to><image> = 'other/image'",
        "<to>other/image</to>                                  | <to><image> = 'other/image'",
        "<to><tags><tag>latest</tag></tags></to>               | <to><tags> = 'latest'",
        "<container><entrypoint>INHERIT</entrypoint></container> | <container><entrypoint> = 'INHERIT'",
        "<container><args><arg>a</arg></args></container>      | <container><args> = 'a'",
        "<container><mainClass>my.Main</mainClass></container> | <container><mainClass> = 'my.Main'",
        "<container><format>OCI</format></container>           | <container><format> = 'OCI'",
        "<container><creationTime>USE_CURRENT_TIMESTAMP</creationTime></container> | <container><creationTime>",
        "<from><platforms><platform/><platform/></platforms></from> | <from><platforms> = '2 platforms'",
        "<outputPaths><tar>x.tar</tar></outputPaths>           | <outputPaths><tar> = 'x.tar'",
        "<outputPaths><imageJson>x</imageJson></outputPaths>   | <outputPaths><imageJson> = 'x'",
        "<skip>true</skip>                                     | <skip> = 'true'"
      })
  void elementsThatBreakTheImageAreRefused(String xml, String named) {
    assertThat(settings(xml).problems(REPOSITORY, false))
        .singleElement()
        .extracting(Problem::text)
        .asString()
        .contains("The Jib setting " + named, "jib-maven-plugin", "fix:");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "jib.to.image               | other/image",
        "image                      | other/image",
        "jib.to.tags                | a,b",
        "jib.container.entrypoint   | sh",
        "jib.container.args         | a",
        "jib.container.mainClass    | my.Main",
        "jib.container.format       | OCI",
        "jib.container.creationTime | USE_CURRENT_TIMESTAMP",
        "jib.from.platforms         | linux/amd64,linux/arm64",
        "jib.outputPaths.tar        | x.tar",
        "jib.outputPaths.digest     | x",
        "jib.outputPaths.imageId    | x",
        "jib.outputPaths.imageJson  | x",
        "jib.skip                   | true",
        "jib.containerize           | :other"
      })
  void propertiesThatBreakTheImageAreRefused(String property, String value) {
    assertThat(settings("", property, value).problems(REPOSITORY, false))
        .singleElement()
        .extracting(Problem::text)
        .asString()
        .contains("-D" + property + " = '" + value + "'", "fix:");
  }

  @Test
  void everythingIsReportedAtOnce() {
    JibSettings settings =
        settings(
            "<skip>true</skip><container><format>OCI</format><args><arg>a</arg></args></container>",
            "jib.to.image",
            "x/y");

    assertThat(settings.problems(REPOSITORY, false)).hasSize(4);
  }

  @Test
  void usersOwnSettingsAreNoProblem() {
    JibSettings settings =
        settings(
            """
            <from><image>eclipse-temurin:21-jre</image>
              <platforms><platform><architecture>arm64</architecture><os>linux</os></platform></platforms>
            </from>
            <to><image>europe-docker.pkg.dev/p/r/demo:old</image><credHelper>gcr</credHelper></to>
            <container><mainClass>io.bigflow.launch.Launcher</mainClass><format>Docker</format>
              <creationTime>2026-01-01T00:00:00Z</creationTime>
              <jvmFlags><jvmFlag>-Xmx1g</jvmFlag></jvmFlags><labels><a>b</a></labels></container>
            <skip>false</skip>
            """,
            "jib.container.labels",
            "a=c");

    assertThat(settings.problems(REPOSITORY, false)).isEmpty();
    assertThat(settings.baseImage()).contains("eclipse-temurin:21-jre");
  }

  @Test
  void propertyForTheBaseCompetesOnlyWithBigflowsOwn() {
    JibSettings settings = settings("", "jib.from.image", "a/b");

    assertThat(settings.problems(REPOSITORY, false)).isEmpty();
    assertThat(settings.baseImage()).contains("a/b");
    assertThat(settings.problems(REPOSITORY, true))
        .singleElement()
        .extracting(Problem::text)
        .asString()
        .contains("-Djib.from.image = 'a/b'", "bigflow.image.base");
  }

  @Test
  void mergeKeepsWhatIsTheUsersAndSetsWhatIsOurs() {
    JibSettings settings =
        settings(
            """
            <from><image>example.com/base</image><auth><username>u</username></auth></from>
            <to><image>europe-docker.pkg.dev/p/r/demo</image><auth><username>v</username></auth></to>
            <container><jvmFlags><jvmFlag>-Xmx1g</jvmFlag></jvmFlags>
              <creationTime>2026-01-01T00:00:00Z</creationTime></container>
            <extraDirectories><paths><path>extra</path></paths></extraDirectories>
            <containerizingMode>packaged</containerizingMode>
            """);

    Xpp3Dom merged =
        settings.merged(REPOSITORY + ":1", Optional.empty(), Optional.empty(), OUTPUTS);

    assertThat(merged)
        .hasToString(
            xml("""
                    <from><image>example.com/base</image><auth><username>u</username></auth></from>
                    <to><auth><username>v</username></auth>
                      <image>europe-docker.pkg.dev/p/r/demo:1</image></to>
                    <container><jvmFlags><jvmFlag>-Xmx1g</jvmFlag></jvmFlags>
                      <creationTime>2026-01-01T00:00:00Z</creationTime>
                      <mainClass>io.bigflow.launch.Launcher</mainClass><format>Docker</format>
                    </container>
                    <extraDirectories><paths><path>extra</path></paths></extraDirectories>
                    <containerizingMode>packaged</containerizingMode>
                    <outputPaths><tar>/t/image.tar</tar><digest>/t/digest</digest>
                      <imageId>/t/id</imageId><imageJson>/t/json</imageJson></outputPaths>
                    """)
                .toString());
  }

  @Test
  void googlesLauncherIsToldWhereJibPutsTheClasses() {
    assertThat(settings("").templateLauncher())
        .containsExactly(
            Map.entry("FLEX_TEMPLATE_JAVA_MAIN_CLASS", "io.bigflow.launch.Launcher"),
            Map.entry("FLEX_TEMPLATE_JAVA_CLASSPATH", "/app/resources:/app/classes:/app/libs/*"));
    assertThat(
            settings(
                    "<container><appRoot>/jobs/</appRoot><extraClasspath><path>/a</path>"
                        + "<path>/b/*</path></extraClasspath></container>",
                    "jib.containerizingMode",
                    "packaged")
                .templateLauncher())
        .containsEntry("FLEX_TEMPLATE_JAVA_CLASSPATH", "/a:/b/*:/jobs/classpath/*:/jobs/libs/*");
  }

  @Test
  void variablesOfTheUserStay() {
    Xpp3Dom merged =
        xml(
            "<container><environment><A>1</A><FLEX_TEMPLATE_JAVA_MAIN_CLASS>mine"
                + "</FLEX_TEMPLATE_JAVA_MAIN_CLASS></environment></container>");
    JibSettings.addEnvironment(merged, settings("").templateLauncher());
    Xpp3Dom environment = merged.getChild("container").getChild("environment");
    assertThat(environment.getChild("A").getValue()).isEqualTo("1");
    assertThat(environment.getChild("FLEX_TEMPLATE_JAVA_MAIN_CLASS").getValue()).isEqualTo("mine");
    assertThat(environment.getChild("FLEX_TEMPLATE_JAVA_CLASSPATH").getValue()).startsWith("/app/");
  }

  @Test
  void chosenBaseDoesNotGetCredentialsOfAnotherRegistry() {
    JibSettings settings =
        settings("<from><image>example.com/base</image><auth><username>u</username></auth></from>");

    Xpp3Dom merged =
        settings.merged(
            REPOSITORY + ":1", Optional.of("tar:///c/jdk.tar"), Optional.of("arm64"), OUTPUTS);

    assertThat(merged.getChild("from"))
        .hasToString(
            new Xpp3Dom(
                    xml("<from><image>tar:///c/jdk.tar</image><platforms><platform>"
                            + "<architecture>arm64</architecture><os>linux</os>"
                            + "</platform></platforms></from>")
                        .getChild("from"))
                .toString());
  }

  @Test
  void plainRegistriesAreAllowedOnThisMachineOnly() {
    assertThat(insecure("127.0.0.1:5000/base")).isEqualTo("true");
    assertThat(insecure("localhost:5000/base@sha256:" + "0".repeat(64))).isEqualTo("true");
    assertThat(insecure("example.com:5000/base")).isEmpty();
    assertThat(insecure("eclipse-temurin:17-jre")).isEmpty();
    assertThat(insecure("tar:///c/jdk.tar")).isEmpty();
  }

  private static String insecure(String base) {
    Xpp3Dom allow =
        settings("")
            .merged(REPOSITORY + ":1", Optional.of(base), Optional.empty(), OUTPUTS)
            .getChild("allowInsecureRegistries");
    return allow == null ? "" : allow.getValue();
  }

  @Test
  void platformThatTheJdkDoesNotHaveIsRefused() {
    assertThat(settings("", "jib.from.platforms", "linux/arm64").platformOtherThan("amd64"))
        .map(Problem::text)
        .hasValueSatisfying(text -> assertThat(text).contains("'arm64'", "runs on amd64"));
    assertThat(settings("").platformOtherThan("amd64")).isEmpty();
    assertThat(settings("", "jib.from.platforms", "linux/amd64").platformOtherThan("amd64"))
        .isEmpty();
  }

  @Test
  void loginOfTheTargetIsFound() {
    String auth = "<to><auth><username>u</username><password>p</password></auth></to>";

    assertThat(settings(auth).targetLogin()).contains(new LoginSource.Login("u", "p"));
    assertThat(settings("<to><credHelper>gcr</credHelper></to>").targetCredentialHelper())
        .contains("gcr");
    assertThat(
            settings("<to><credHelper><helper>ecr-login</helper></credHelper></to>")
                .targetCredentialHelper())
        .contains("ecr-login");
    assertThat(settings("").targetLogin()).isEmpty();
  }

  private static JibSettings settings(String xml, String... property) {
    Properties properties = new Properties();
    if (property.length == 2) {
      properties.setProperty(property[0], property[1]);
    }
    return new JibSettings(xml(xml), List.of(new Properties(), properties));
  }

  private static Xpp3Dom xml(String content) {
    try {
      return Xpp3DomBuilder.build(
          new StringReader("<configuration>" + content + "</configuration>"));
    } catch (Exception e) {
      throw new IllegalArgumentException(content, e);
    }
  }
}
