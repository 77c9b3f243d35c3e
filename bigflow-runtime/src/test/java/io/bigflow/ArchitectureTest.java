// SPDX-License-Identifier: Apache-2.0
package io.bigflow;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Who may use whom. */
class ArchitectureTest {

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.bigflow");

  private static final String JDK = "java..";
  private static final String NULLNESS = "org.jspecify.annotations";
  private static final String LOG = "org.slf4j..";
  private static final String JSON = "com.fasterxml.jackson..";
  private static final String OPTIONS = "picocli";

  /** For each package of ours: what it may use besides itself, the JDK and nullness annotations. */
  private static List<List<String>> allowed() {
    return List.of(
        List.of("workflow"),
        List.of("spec", JSON),
        List.of(
            "config",
            "workflow",
            "spec",
            "io.smallrye.config..",
            "org.eclipse.microprofile.config.."),
        List.of("definition", "workflow", "spec"),
        List.of("describe", "workflow", "spec", "config", "definition", OPTIONS),
        List.of("stage", "workflow", "spec", "config", "definition", OPTIONS),
        List.of("run", "workflow", LOG),
        List.of("launch", "workflow", "spec", "config", "definition", "run", OPTIONS, JSON, LOG),
        List.of("operators", "workflow"),
        List.of("testing", "workflow", "spec", "config", "definition", "run"),
        List.of(
            "beam",
            "workflow",
            "definition",
            "run",
            "google",
            "org.apache.beam..",
            "org.joda.time",
            "com.google.auth.oauth2",
            "com.google.api.services.dataflow..",
            "com.google.api.client.googleapis..",
            "com.google.api.client.http..",
            "com.google.api.client.json",
            LOG),
        List.of("google", "workflow", "com.google.auth..", "com.google.api.client.http"),
        List.of(
            "bigquery",
            "workflow",
            "config",
            "run",
            "google",
            "com.google.cloud..",
            "com.google.auth..",
            "com.google.api.gax.retrying",
            JSON,
            LOG));
  }

  @TestFactory
  Stream<DynamicTest> packagesUseOnlyWhatTheyMay() {
    return allowed().stream()
        .map(
            rule -> {
              List<String> packages = new ArrayList<>(List.of(JDK, NULLNESS));
              rule.forEach(
                  name ->
                      packages.add(
                          name.contains(".") || name.equals(OPTIONS)
                              ? name
                              : "io.bigflow." + name));
              return DynamicTest.dynamicTest(
                  rule.get(0),
                  () ->
                      classes()
                          .that()
                          .resideInAPackage("io.bigflow." + rule.get(0))
                          .should()
                          .onlyDependOnClassesThat(
                              are(resideInAnyPackage(packages.toArray(String[]::new))))
                          .check(CLASSES));
            });
  }

  @Test
  void everyPackageHasARule() {
    Set<String> packages =
        CLASSES.stream()
            .map(type -> type.getPackageName())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(packages)
        .containsExactlyInAnyOrderElementsOf(
            allowed().stream().map(rule -> "io.bigflow." + rule.get(0)).toList());
  }

  @Test
  void thereAreNoCycles() {
    slices().matching("io.bigflow.(*)..").should().beFreeOfCycles().check(CLASSES);
  }

  @Test
  void onlyTheEntryPointReadsTheEnvironment() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.bigflow.launch.Launcher")
        .should()
        .accessTargetWhere(calls("reads the environment", System.class, "getenv"))
        .check(CLASSES);
    noClasses()
        .should()
        .accessTargetWhere(
            calls("reads system properties", System.class, "getProperty", "getProperties"))
        .check(CLASSES);
  }

  @Test
  void nothingReadsTheClock() {
    noClasses()
        .that()
        // An operation that somebody runs in a shell belongs to no run, so it has no other runtime.
        .doNotHaveFullyQualifiedName("io.bigflow.bigquery.AdHocContext")
        .should()
        .accessTargetWhere(
            new DescribedPredicate<JavaAccess<?>>("reads the clock") {
              @Override
              public boolean test(JavaAccess<?> access) {
                String owner = access.getTargetOwner().getName();
                return (owner.startsWith("java.time.")
                        && (access.getName().equals("now")
                            || access.getName().startsWith("system")))
                    || (owner.equals("java.lang.System")
                        && access.getName().equals("currentTimeMillis"));
              }
            })
        .check(CLASSES);
  }

  @Test
  void nothingDependsOnTheLocale() {
    noClasses()
        .should()
        .accessTargetWhere(
            new DescribedPredicate<JavaAccess<?>>("depends on the default locale") {
              @Override
              public boolean test(JavaAccess<?> access) {
                return access.getTargetOwner().isEquivalentTo(String.class)
                    && Set.of("toLowerCase", "toUpperCase", "format", "formatted")
                        .contains(access.getName())
                    && access.getTarget().resolveMember().stream()
                        .filter(JavaMethod.class::isInstance)
                        .map(JavaMethod.class::cast)
                        .noneMatch(
                            method ->
                                method.getRawParameterTypes().stream()
                                    .anyMatch(type -> type.isEquivalentTo(java.util.Locale.class)));
              }
            })
        .check(CLASSES);
  }

  private static DescribedPredicate<JavaAccess<?>> calls(
      String description, Class<?> owner, String... names) {
    return new DescribedPredicate<>(description) {
      @Override
      public boolean test(JavaAccess<?> access) {
        return access.getTargetOwner().isEquivalentTo(owner)
            && Set.of(names).contains(access.getName());
      }
    };
  }
}
