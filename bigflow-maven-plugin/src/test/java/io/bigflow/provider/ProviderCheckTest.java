// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bigflow.operators.AirflowOperators;
import io.bigflow.operators.BigQueryOperators;
import io.bigflow.operators.DataflowOperators;
import io.bigflow.operators.DataprocOperators;
import io.bigflow.operators.GcsOperators;
import io.bigflow.operators.PubSubOperators;
import io.bigflow.problem.BigflowException;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.Template;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That the catalog says what installed providers have is what {@code .ci/journey.sh} shows. */
class ProviderCheckTest {
  private static final ProviderCatalog CATALOG = ProviderCatalog.bundled();
  private static final String GOOGLE = "airflow.providers.google.cloud.";
  private static final String QUERY = GOOGLE + "operators.bigquery.BigQueryInsertJobOperator";

  /** An image whose Google provider is known: 15.1.0. */
  private static final String KNOWN_IMAGE = "composer-3-airflow-2.10.5-build.10";

  static List<Operator> shortcuts() {
    Template text = Template.runtime("%Y");
    Map<String, Object> map = Map.of("a", "b");
    return List.of(
        AirflowOperators.empty(),
        AirflowOperators.branch("x"),
        AirflowOperators.shortCircuit("x"),
        AirflowOperators.waitForDag(text),
        AirflowOperators.waitForTasks(text, "a"),
        GcsOperators.waitForObject("b", text),
        GcsOperators.waitForPrefix("b", text),
        GcsOperators.list("b", text),
        GcsOperators.copy("b", "a/", "c", text),
        GcsOperators.move("b", "a/", "c", text),
        GcsOperators.delete("b", text),
        GcsOperators.toBigQuery("b", List.of(text), "p.d.t"),
        BigQueryOperators.job("p", map),
        BigQueryOperators.check("SELECT 1"),
        BigQueryOperators.waitForTable("p", "d", "t"),
        BigQueryOperators.toGcs("p.d.t", "gs://b/*.csv"),
        DataprocOperators.createCluster("p", "r", "c", map),
        DataprocOperators.deleteCluster("p", "r", "c"),
        DataprocOperators.submitJob("p", "r", map),
        DataprocOperators.createBatch("p", "r", text, map),
        DataprocOperators.instantiateTemplate("p", "r", text, map),
        DataflowOperators.startFlexTemplate("p", "r", map),
        DataflowOperators.startTemplate("p", "r", text, text, map),
        PubSubOperators.publish("p", "t", List.of(map)),
        PubSubOperators.waitForMessages("p", "s"));
  }

  /** So nobody is offered a line that an older environment refuses. */
  @ParameterizedTest
  @MethodSource("shortcuts")
  void everyReleaseHasTheShortcuts(Operator operator) {
    Set<String> arguments = operator.arguments().keySet();
    String provider =
        CATALOG.provider(operator.className()).map(ProviderCatalog.Provider::name).orElseThrow();
    for (CatalogFile.Release release : provider(provider).releases()) {
      if (provider.equals("standard") && release.version().startsWith("0.0.")) {
        continue; // before Airflow 3, when nothing had moved there yet
      }
      assertThat(
              check("", provider + "=" + release.version())
                  .problems(operator.className(), arguments))
          .as(provider + " " + release.version())
          .isEmpty();
    }
    for (String image : AirflowTarget.images().keySet()) {
      assertThat(check(image, "").problems(operator.className(), arguments)).as(image).isEmpty();
    }
    assertThat(check("", "").problems(operator.className(), arguments)).isEmpty();
  }

  @Test
  void aMistypedArgumentIsFound() {
    assertThat(texts(check("", ""), QUERY, "configuratoin"))
        .containsExactly(
            "The operator BigQueryInsertJobOperator has no argument 'configuratoin' | Did you mean"
                + " 'configuration'? If your Airflow has a later release than google "
                + newest("google")
                + ", state it: -Dbigflow.airflow.providers=google=VERSION",
            "The operator BigQueryInsertJobOperator needs the argument 'configuration' | Add it:"
                + " .with(\"configuration\", …)");
    assertThat(texts(check(KNOWN_IMAGE, ""), QUERY, "configuration", "nonsense"))
        .containsExactly(
            "The operator BigQueryInsertJobOperator has no argument 'nonsense' | Take the name from"
                + " the operator's reference");
  }

  @Test
  void aMistypedOperatorIsFound() {
    assertThat(texts(check("", ""), GOOGLE + "operators.bigquery.BigQueryInsertJobsOperator"))
        .singleElement()
        .asString()
        .startsWith(
            "The provider google has no operator"
                + " airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobsOperator |"
                + " Did you mean "
                + QUERY
                + "?");
    assertThat(texts(check("", ""), GOOGLE + "operators.gcs.GCSObjectExistenceSensor"))
        .singleElement()
        .asString()
        .contains("Did you mean " + GOOGLE + "sensors.gcs.GCSObjectExistenceSensor?");
  }

  @Test
  void whatCameLaterIsRefusedForAnOlderImage() {
    assertThat(texts(check(KNOWN_IMAGE, ""), QUERY, "configuration", "durable"))
        .containsExactly(
            "The image composer-3-airflow-2.10.5-build.10 (google 15.1.0) has no argument 'durable'"
                + " of BigQueryInsertJobOperator, which came with google 22.4.0 | Leave it out, or"
                + " deploy to an Airflow that has it");
    assertThat(texts(check("", "google=22.4.0"), QUERY, "configuration", "durable")).isEmpty();
    assertThat(texts(check("", "google=22.3.0"), QUERY, "configuration", "durable")).hasSize(1);
    assertThat(
            texts(
                check("composer-3-airflow-2.11.1-build.1, " + KNOWN_IMAGE, ""),
                GOOGLE + "operators.managed_spark.DataprocCreateClusterOperator",
                "region",
                "cluster_name"))
        .containsExactly(
            "The image composer-3-airflow-2.10.5-build.10 (google 15.1.0) does not have the operator"
                + " airflow.providers.google.cloud.operators.managed_spark.DataprocCreateClusterOperator,"
                + " which came with google 22.0.0 | Use another operator, or deploy to an Airflow"
                + " that has it");
  }

  /** Of an image whose packages are unknown, its Airflow and its date say which are impossible. */
  @Test
  void anUnknownPackageIsBoundedByAirflowAndDate() {
    AirflowTarget target = target("composer-3-airflow-2.10.5-build.15");
    assertThat(target.version("google")).isEmpty();
    assertThat(target.releases("google").orElseThrow().last()).isEqualTo("18.0.0");
    assertThat(target.version("cncf-kubernetes")).hasValue("10.8.0");
    // 20.0.0 and later need Airflow 2.11; nothing is known of the date.
    assertThat(target("composer-2.16.4-airflow-2.10.5").releases("google").orElseThrow().last())
        .isEqualTo("19.0.0");
    assertThat(
            texts(check("composer-2.16.4-airflow-2.10.5", ""), QUERY, "configuration", "durable"))
        .singleElement()
        .asString()
        .startsWith("The image composer-2.16.4-airflow-2.10.5 (google up to 19.0.0) has no");
  }

  @Test
  void whatAirflowGivesToAllOperatorsDependsOnItsLine() {
    assertThat(texts(check("", ""), QUERY, "configuration", "queue", "do_xcom_push")).isEmpty();
    assertThat(
            texts(
                check("composer-3-airflow-3.3.1-build.0", ""),
                QUERY,
                "configuration",
                "retry_policy"))
        .isEmpty();
    assertThat(texts(check(KNOWN_IMAGE, ""), QUERY, "configuration", "retry_policy"))
        .singleElement()
        .asString()
        .contains("which came with Airflow 3.3");
    assertThat(
            texts(
                check("composer-3-airflow-3.1.7-build.0", ""),
                QUERY,
                "configuration",
                "task_concurrency"))
        .singleElement()
        .asString()
        .contains("which Airflow 2.11 was the last to have");
    // A sensor has more.
    String sensor = GOOGLE + "sensors.gcs.GCSObjectExistenceSensor";
    assertThat(texts(check("", ""), sensor, "bucket", "object", "poke_interval")).isEmpty();
    assertThat(texts(check("", ""), QUERY, "configuration", "poke_interval")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "airflow.operators.bash.BashOperator",
        "airflow.providers.standard.operators.bash.BashOperator"
      })
  void anOperatorThatMovedIsKnownByBothNames(String className) {
    for (String image : List.of("", KNOWN_IMAGE, "composer-3-airflow-3.1.7-build.0")) {
      assertThat(texts(check(image, ""), className, "bash_command", "env")).isEmpty();
      assertThat(texts(check(image, ""), className, "bash_command", "bash_comand")).hasSize(1);
      assertThat(texts(check(image, ""), className)).hasSize(1);
    }
  }

  @Test
  void whatIsNotInTheCatalogIsAccepted() {
    assertThat(texts(check(KNOWN_IMAGE, ""), "my.own.Operator", "anything")).isEmpty();
    assertThat(
            texts(
                check(KNOWN_IMAGE, ""), "airflow.providers.amazon.aws.operators.s3.X", "anything"))
        .isEmpty();
    // A later release than the catalog has may have whatever.
    assertThat(texts(check("", "google=999.0.0"), QUERY, "anything")).isEmpty();
    assertThat(texts(check(KNOWN_IMAGE, "google=999.0.0"), GOOGLE + "x.NewOperator")).isEmpty();
    // It inherits from another provider's class, which has it.
    assertThat(
            texts(
                check("", ""),
                GOOGLE + "operators.kubernetes_engine.GKEStartPodOperator",
                "cluster_name",
                "location",
                "image",
                "in_cluster_nonsense"))
        .singleElement()
        .asString()
        .contains("in_cluster_nonsense");
  }

  @Test
  void aVersionBetweenTwoKnownOnesCountsAsTheEarlier() {
    assertThat(target("composer-3-airflow-2.11.1-build.1", "google=13.0.0").version("google"))
        .hasValue("12.0.0");
    assertThat(
            target("", "apache-airflow-providers-google==22.1.0\nstandard = 1.9.0")
                .version("google"))
        .hasValue("22.1.0");
  }

  @Test
  void aVersionMayBeWrittenShort() {
    assertThat(target("", "google=22.8,standard=1.9").version("google")).hasValue("22.8.0");
    assertThat(target("", "google=22.8,standard=1.9").version("standard")).hasValue("1.9.0");
  }

  @Test
  void whatIsNoImageAndNoVersionIsRefusedAtOnce() {
    assertThatThrownBy(() -> check("composer-3, 3.1", "google, amazon=1.0, google=newest"))
        .isInstanceOf(BigflowException.class)
        .hasMessageContainingAll(
            "'composer-3' is not the version of a Composer image",
            "'3.1' is not the version of a Composer image",
            "'google' is not a provider with its version",
            "BigFlow does not check the operators of the provider 'amazon'",
            "'google=newest' is not a provider with its version",
            "where: bigflow.composer.image",
            "where: bigflow.airflow.providers");
  }

  private static ProviderCatalog.Provider provider(String name) {
    return Objects.requireNonNull(CATALOG.providers().get(name));
  }

  private static String newest(String provider) {
    List<String> versions = provider(provider).versions();
    return versions.get(versions.size() - 1);
  }

  private static AirflowTarget target(String image) {
    return target(image, "");
  }

  private static AirflowTarget target(String image, String providers) {
    return AirflowTargets.of(CATALOG, image, providers).get(0);
  }

  private static ProviderCheck check(String images, String providers) {
    return new ProviderCheck(CATALOG, AirflowTargets.of(CATALOG, images, providers));
  }

  private static List<String> texts(ProviderCheck check, String className, String... arguments) {
    return check.problems(className, List.of(arguments)).stream()
        .map(finding -> finding.what() + " | " + finding.fix())
        .toList();
  }
}
