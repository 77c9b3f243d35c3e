// SPDX-License-Identifier: Apache-2.0
package io.bigflow.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.bigflow.image.LoginSource;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Who may refer to whom: the architecture, as a reviewer may rely on it. */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(location -> !location.contains("/io/bigflow/maven/help/"))
          .importPath(Path.of("target/classes"));

  @Test
  void mavenIsKnownToTheGoalsAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bigflow.maven..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.maven..", "org.codehaus.plexus..", "org.twdata..")
        .check(CLASSES);
  }

  @Test
  void jibIsKnownToItsOwnPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.bigflow.image.jib..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.google.cloud.tools.jib..")
        .check(CLASSES);
  }

  @Test
  void googleIsKnownToItsOwnPackagesAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.bigflow.gcp..", "io.bigflow.credentials..", "io.bigflow.image.jib..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.google..")
        .check(CLASSES);
  }

  @Test
  void theHttpClientIsKnownToItsOwnPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bigflow.http..")
        .should()
        .dependOnClassesThat()
        // Java's newer client cannot log in to a proxy whatever ran before in the process.
        .resideInAnyPackage("org.apache.http..", "java.net.http..")
        .check(CLASSES);
    classes()
        .that()
        .resideInAPackage("io.bigflow.http..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.bigflow.http..", "org.apache.http..", "java..", "javax.net.ssl..", "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void theTemplateEngineIsKnownToTheDagTextAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bigflow.dag..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.github.mustachejava..")
        .check(CLASSES);
  }

  @Test
  void gitIsKnownToItsOwnPackageAlone() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.bigflow.git..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.eclipse.jgit..")
        .check(CLASSES);
  }

  @Test
  void ofTheRuntimeOnlyTheSpecIsUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.bigflow.workflow..",
            "io.bigflow.describe..",
            "io.bigflow.launch..",
            "io.bigflow.config..",
            "io.bigflow.bigquery..",
            "io.bigflow.testing..")
        .check(CLASSES);
  }

  @Test
  void onlyTheGoalsWireImplementations() {
    noClasses()
        .that(not(resideInAnyPackage("io.bigflow.maven..", "io.bigflow.gcp..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.bigflow.gcp..")
        .check(CLASSES);
    noClasses()
        .that(
            not(
                resideInAnyPackage(
                    "io.bigflow.maven..", "io.bigflow.gcp..", "io.bigflow.credentials..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.bigflow.credentials..")
        .check(CLASSES);
    noClasses()
        .that(not(resideInAnyPackage("io.bigflow.maven..", "io.bigflow.image.jib..")))
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.bigflow.image.jib..")
        .check(CLASSES);
  }

  @Test
  void theDagTextKnowsNoDeployment() {
    noClasses()
        .that()
        .resideInAPackage("io.bigflow.dag..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.bigflow.deploy..", "io.bigflow.bucket..", "io.bigflow.process..")
        .check(CLASSES);
  }

  @Test
  void theClientOfAirflowKnowsNothingElse() {
    classes()
        .that()
        .resideInAPackage("io.bigflow.airflow..")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            "io.bigflow.airflow..",
            "io.bigflow.http..",
            "io.bigflow.problem..",
            "io.bigflow.progress..",
            "java..",
            "javax.net.ssl..",
            "com.fasterxml.jackson..",
            "org.jspecify..")
        .check(CLASSES);
  }

  @Test
  void credentialsKnowNothingOfWhatTheyAreFor() {
    classes()
        .that()
        .resideInAPackage("io.bigflow.credentials..")
        .should()
        .onlyDependOnClassesThat(
            resideInAnyPackage(
                    "io.bigflow.credentials..",
                    "io.bigflow.http..",
                    "io.bigflow.problem..",
                    "java..",
                    "javax.net.ssl..",
                    "com.google.auth..",
                    "com.google.api.client.http..",
                    "com.fasterxml.jackson..",
                    "org.jspecify..")
                .or(belongToAnyOf(LoginSource.class)))
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.bigflow.credentials.vault..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.bigflow.credentials")
        .check(CLASSES);
  }

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.bigflow.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void noCaseChangeDependsOnTheMachinesLocale() {
    noClasses().should().callMethod(String.class, "toLowerCase").check(CLASSES);
    noClasses().should().callMethod(String.class, "toUpperCase").check(CLASSES);
    noClasses()
        .should()
        .callMethod(Locale.class, "getDefault")
        .because("output must not depend on the machine")
        .check(CLASSES);
  }
}
