// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** One project, the same build and deployment with each Maven that a user may have. */
final class MavenVersionsIT {

  @Test
  void everyMavenDeploysTheSame() throws IOException {
    Map<String, Deployed> all = new LinkedHashMap<>();
    for (Map.Entry<String, Path> maven : MavenBuild.mavens().entrySet()) {
      String version = maven.getKey();
      Scenario project = Scenario.copy("hello", "maven-" + version);
      MavenResult result =
          project
              .maven()
              .maven(maven.getValue())
              .options("-Plocal", "--show-version")
              .run("deploy")
              .succeeded();
      assertThat(result.output())
          .contains("Apache Maven " + version)
          .doesNotContainPattern("\\[WARNING\\].*io\\.bigflow[:.]");
      assertThat(project.filesBelow("local-composer/dags"))
          .containsExactly("com.example.hello/local/hello.py");
      all.put(
          version,
          new Deployed(
              project.read("local-composer/dags/com.example.hello/local/hello.py"),
              project.read("target/bigflow/image.json")));
      Files.delete(project.file("local-composer/dags/com.example.hello/local/hello.py"));
      assertThat(
              project
                  .maven()
                  .maven(maven.getValue())
                  .options("-Plocal")
                  .run("bigflow:plan")
                  .exited(2)
                  .output())
          .contains("(DAG hello__local): somebody removed it by hand");
    }
    assertThat(all).hasSize(3);
    assertThat(all.values()).allSatisfy(one -> assertThat(one.dag()).contains("@sha256:"));
    assertThat(all.values()).containsOnly(all.values().iterator().next());
  }

  private record Deployed(String dag, String image) {}
}
