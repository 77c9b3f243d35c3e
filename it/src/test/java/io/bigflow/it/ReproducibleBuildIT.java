// SPDX-License-Identifier: Apache-2.0
package io.bigflow.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class ReproducibleBuildIT {

  @Test
  void oneCommitGivesTheSameBytesWhereverAndByWhomeverItIsBuilt()
      throws IOException, InterruptedException {
    Path work = MavenBuild.work().resolve("reproducible");
    Scenario one = Scenario.copyTo("docs", work.resolve("one")).commit();
    SampleProject.delete(work.resolve("two"));
    // The same commit, elsewhere.
    one.git("clone", "-q", ".", work.resolve("two/deeper/still").toString());
    Scenario two = Scenario.at(work.resolve("two/deeper/still"));

    build(one, "UTC", "en", "US", "alice", "C.UTF-8", "local");
    build(two, "Asia/Kathmandu", "tr", "TR", "bob", "C", "local");

    for (String file : one.filesBelow("target/bigflow/dags")) {
      String path = "target/bigflow/dags/" + file;
      assertThat(two.file(path)).hasSameBinaryContentAs(one.file(path));
    }
    for (String file : new String[] {"image.json", "dags.json", "workflows.json"}) {
      String path = "target/bigflow/" + file;
      assertThat(two.file(path)).hasSameBinaryContentAs(one.file(path));
    }
    assertThat(two.file("target/bigflow/image.tar"))
        .hasSameBinaryContentAs(one.file("target/bigflow/image.tar"));
    assertThat(one.filesBelow("target/bigflow/dags")).hasSize(1);
  }

  private static void build(
      Scenario project,
      String zone,
      String language,
      String country,
      String user,
      String locale,
      String env) {
    project
        .maven()
        .options("-Plocal")
        .with("bigflow.env", env)
        .environment("TZ", zone)
        .environment("LC_ALL", locale)
        .environment("USER", user)
        .environment(
            "MAVEN_OPTS",
            "-Duser.timezone="
                + zone
                + " -Duser.language="
                + language
                + " -Duser.country="
                + country
                + " -Duser.name="
                + user)
        .run("package")
        .succeeded();
  }
}
