// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Builds of several modules: two with workflows, a plain one that comes last, one of type pom. */
final class ReactorIT {

  @Test
  void everythingIsDeployedOnceAtTheEnd() throws IOException {
    Scenario project = Scenario.copy("reactor", "reactor");
    // What a module without workflows is told to do; the others deploy all the same.
    project.replace(
        "zlast/pom.xml",
        "<artifactId>zlast</artifactId>",
        "<artifactId>zlast</artifactId>"
            + "<properties><bigflow.skip>true</bigflow.skip></properties>");
    MavenResult result = project.maven().options("-Plocal", "-T4").run("deploy").succeeded();
    assertThat(project.filesBelow("local-composer/dags"))
        .containsExactly("com.example.first/local/first.py", "com.example.second/local/second.py");
    assertThat(result.count("All modules are built; deploying now.")).isEqualTo(1);
  }

  @Test
  void aModuleThatFailsLastKeepsEverythingFromBeingDeployed() throws IOException {
    for (List<String> threads : List.of(List.of("-T1"), List.of("-T4"))) {
      Scenario project = Scenario.copy("reactor", "reactor-fails" + threads.get(0));
      project.write(
          "zlast/src/main/java/com/example/Broken.java", "package com.example; class Broken {");
      project.maven().options("-Plocal", threads.get(0)).run("deploy").failed();
      assertThat(project.filesBelow("local-composer")).isEmpty();
    }
  }

  @Test
  void laterStagesDeployWhatAnEarlierOneBuilt() throws IOException {
    Scenario project = Scenario.copy("reactor", "reactor-stages");
    project.maven().options("-Plocal").run("package").succeeded();
    assertThat(project.filesBelow("local-composer")).isEmpty();
    project
        .maven()
        .options("-Plocal")
        .run("io.bigflow:bigflow-maven-plugin:" + MavenBuild.version() + ":deploy")
        .succeeded();
    assertThat(project.filesBelow("local-composer/dags")).hasSize(2);
  }
}
