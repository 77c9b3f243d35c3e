// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

final class DescribeIT {

  @Test
  void allProblemsOfAllWorkflowsAreReportedAtOnce() throws IOException {
    Scenario project = Scenario.copy("hello", "describe-problems");
    project
        .write(
            "src/main/java/com/example/hello/Throwing.java",
            definition("Throwing", "throw new IllegalStateException(\"no such shop\");"))
        .write(
            "src/main/java/com/example/hello/Cyclic.java",
            definition(
                "Cyclic",
                """
                return Workflow.builder("cyclic")
                    .task(Task.job("a", job -> {}).after("b"))
                    .task(Task.job("b", job -> {}).after("a"))
                    .build();
                """))
        .write(
            "src/main/java/com/example/hello/Duplicate.java",
            definition(
                "Duplicate",
                """
                return Workflow.builder("hello")
                    .schedule(Schedule.cron("61 * * * *"))
                    .task(Task.job("x", job -> {}).after("nobody"))
                    .build();
                """))
        .write(
            "src/main/java/com/example/hello/Closed.java",
            definition("Closed", "return Workflow.builder(\"closed\").build();")
                .replace("class Closed implements", "class Closed implements")
                .replace("// members", "public Closed(String argument) {}"));

    MavenResult result = project.maven().run("process-classes").failed();

    assertThat(result.output())
        .contains("com.example.hello.Throwing")
        .contains("no such shop")
        .contains("Throwing.java:")
        .contains("cyclic")
        .contains("61 * * * *")
        .contains("nobody")
        .contains("com.example.hello.Closed")
        .contains("'hello'")
        .contains("com.example.hello.HelloWorkflow")
        .contains("com.example.hello.Duplicate")
        .containsPattern("(?m)^(\\[ERROR\\] .*)?1\\. ")
        .contains("fix:");
    assertThat(project.file("target/bigflow/workflows.json")).doesNotExist();
    assertThat(project.file("target/classes/META-INF/bigflow/workflows.json")).doesNotExist();
  }

  @Test
  void aProjectWithoutWorkflowsIsToldHowToDeclareOne() throws IOException {
    Scenario project = Scenario.copy("hello", "describe-none");
    Files.delete(project.file("src/main/java/com/example/hello/HelloWorkflow.java"));
    project.write(
        "src/main/java/com/example/hello/Plain.java", "package com.example.hello; class Plain {}");
    assertThat(project.maven().run("process-classes").failed().output())
        .contains("declares no workflow")
        .contains("io.bigflow.workflow.WorkflowDefinition")
        .contains("bigflow.skip");
  }

  @Test
  void anUnknownEnvironmentIsRefusedWithTheKnownOnes() throws IOException {
    Scenario project = Scenario.copy("docs", "describe-environment");
    assertThat(project.maven().with("bigflow.env", "tset").run("process-classes").failed().output())
        .contains("Environment 'tset' is unknown")
        .contains("local");
  }

  @Test
  void aVariableOfTheCiServerIsAPropertyOfTheProfile() throws IOException {
    Scenario project = Scenario.copy("docs", "describe-variable");
    project.replace(
        "pom.xml",
        "<properties>",
        "<properties>\n    <bigflow.env>${env.bamboo_bf_env}</bigflow.env>");
    assertThat(
            project
                .maven()
                .environment("bamboo_bf_env", "local")
                .run("process-classes")
                .succeeded()
                .output())
        .contains("for environment local: reports, sales");
    assertThat(
            project
                .maven()
                .environment("bamboo_bf_env", "tset")
                .run("process-classes")
                .failed()
                .output())
        .contains("Environment 'tset' is unknown");
  }

  @Test
  void jobsOfAnotherProjectAreToNameTheirAccount() throws IOException {
    Scenario project = Scenario.copy("hello", "describe-account");
    String file = "src/main/resources/application-dev.properties";
    project.write(file, "gcp.project=sales-dev\n");
    assertThat(described(project))
        .contains(
            "Environment 'dev' works in project 'sales-dev', Composer is in 'sales-prod', and no"
                + " job names a service account, so all act as Composer's own.")
        .contains("bigflow.impersonateServiceAccount=jobs@sales-dev.iam.gserviceaccount.com.")
        .contains("docs/troubleshooting.md#jobs-of-another-project");

    project.write(
        file,
        """
        gcp.project=sales-dev
        bigflow.impersonateServiceAccount=jobs@${gcp.project}.iam.gserviceaccount.com
        """);
    assertThat(described(project))
        .doesNotContain("WARN")
        .contains("All jobs act as jobs@sales-dev.iam.gserviceaccount.com");

    project.write(file, "bigflow.impersonateServiceAccount=me@example.com\n");
    assertThat(project.maven().with("bigflow.env", "dev").run("process-classes").failed().output())
        .contains(
            "'me@example.com' in application-dev.properties:1 is no e-mail address of a service"
                + " account such as jobs@my-project.iam.gserviceaccount.com");
  }

  private static String described(Scenario project) {
    return project
        .maven()
        .with("bigflow.env", "dev")
        .with("bigflow.gcpProjectId", "sales-prod")
        .run("process-classes")
        .succeeded()
        .output();
  }

  @Test
  void aDefinitionThatEndsTheJvmIsNamed() throws IOException {
    Scenario project = Scenario.copy("hello", "describe-exit");
    project.replace(
        "src/main/java/com/example/hello/HelloWorkflow.java",
        "return Workflow",
        "if (true) System.exit(3);\n    return Workflow");
    assertThat(project.maven().run("process-classes").failed().output())
        .contains("exit code 3")
        .contains("com.example.hello.HelloWorkflow");
  }

  @Test
  void skippingSkips() throws IOException {
    Scenario project = Scenario.copy("hello", "describe-skip");
    project.maven().with("bigflow.skip", "true").run("package").succeeded();
    assertThat(project.file("target/bigflow")).doesNotExist();
    project.maven().options("-Dbigflow.build-image.skip").run("process-classes").succeeded();
    assertThat(project.file("target/bigflow/workflows.json")).exists();
  }

  @Test
  void runDescribesAnewWhereNoGoalIsBoundToTheBuild() throws IOException {
    Scenario project = Scenario.copy("hello", "run-without-extension");
    project.replace("pom.xml", "<extensions>true</extensions>", "");
    String plugin = "io.bigflow:bigflow-maven-plugin:" + MavenBuild.version();
    project.maven().run("process-classes", plugin + ":describe").succeeded();
    project.replace(
        "src/main/java/com/example/hello/HelloWorkflow.java",
        "builder(\"hello\")",
        "builder(\"salute\")");
    assertThat(
            project
                .maven()
                .with("bigflow.workflow", "salute")
                .run(plugin + ":run")
                .succeeded()
                .output())
        .contains("Hello from local")
        .contains("salute.say_goodbye");
  }

  private static String definition(String name, String body) {
    return """
        package com.example.hello;

        import io.bigflow.workflow.*;

        public final class %s implements WorkflowDefinition {
          // members
          @Override
          public Workflow define(DefinitionContext context) {
            %s
          }
        }
        """
        .formatted(name, body);
  }
}
