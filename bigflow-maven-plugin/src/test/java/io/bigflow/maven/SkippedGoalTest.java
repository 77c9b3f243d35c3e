// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Properties;
import java.util.function.Function;
import org.apache.maven.api.plugin.testing.MojoParameter;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.MojoFailureException;
import org.codehaus.plexus.util.xml.Xpp3Dom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * The two switches of every goal. The project is empty, so a goal that is not passed over fails or
 * has nothing to do.
 */
final class SkippedGoalTest {

  @Nested
  final class ByOneSwitchForAll extends AllGoals {
    @Override
    Properties userProperties() {
      return properties("bigflow.skip", "true");
    }

    @Test
    void everyGoalIsPassedOver() throws Exception {
      assertAllPassedOver(this, goal -> "bigflow.skip");
    }
  }

  @Nested
  final class ByTheProject extends AllGoals {
    @Override
    Properties projectProperties() {
      return properties("bigflow.skip", "true");
    }

    @Test
    void everyGoalIsPassedOver() throws Exception {
      assertAllPassedOver(this, goal -> "bigflow.skip");
    }
  }

  @Nested
  @MojoParameter(name = "skip", value = "true")
  final class ByTheConfiguration extends AllGoals {
    @Test
    void everyGoalIsPassedOver() throws Exception {
      assertAllPassedOver(this, goal -> "bigflow.skip");
    }
  }

  @Nested
  @MojoParameter(name = "skip", value = "true")
  final class ByTheConfigurationButNotOnTheCommandLine extends AllGoals {
    @Override
    Properties userProperties() {
      return properties("bigflow.skip", "false");
    }

    @Test
    void noGoalIsPassedOver() {
      assertNonePassedOver(this);
    }
  }

  @Nested
  final class ByItsOwnSwitch extends AllGoals {
    @Override
    Properties userProperties() {
      Properties properties = new Properties();
      Descriptor.goals()
          .forEach(goal -> properties.setProperty("bigflow." + goal.getGoal() + ".skip", "true"));
      return properties;
    }

    @Test
    void everyGoalIsPassedOver() throws Exception {
      assertAllPassedOver(this, goal -> "bigflow." + goal + ".skip");
    }

    // As -Dbigflow.run.skip is seen where the launcher does not make "true" of it.
    @Test
    void anEmptyValueIsEnough() throws Exception {
      session(this).forEach((name, value) -> session(this).setProperty(name.toString(), ""));
      assertAllPassedOver(this, goal -> "bigflow." + goal + ".skip");
    }

    @Test
    void falseIsNot() {
      session(this).forEach((name, value) -> session(this).setProperty(name.toString(), "false"));
      assertNonePassedOver(this);
    }

    @Test
    void theSwitchOfAnotherGoalIsNot() {
      for (AbstractBigflowMojo goal : goals()) {
        String own = "bigflow." + Descriptor.of(goal).getGoal() + ".skip";
        Object before = session(this).remove(own);
        assertThat(told(goal)).as(own).noneMatch(SkippedGoalTest::isPassedOver);
        session(this).put(own, before);
      }
    }

    private static Properties session(AllGoals all) {
      return all.goals().get(0).session().getUserProperties();
    }

    private List<String> told(AbstractBigflowMojo goal) {
      return SkippedGoalTest.told(this, goal);
    }
  }

  @Nested
  final class ByItsOwnSwitchInTheProject extends AllGoals {
    @Override
    Properties projectProperties() {
      Properties properties = new Properties();
      Descriptor.goals()
          .forEach(goal -> properties.setProperty("bigflow." + goal.getGoal() + ".skip", "true"));
      return properties;
    }

    @Test
    void everyGoalIsPassedOver() throws Exception {
      assertAllPassedOver(this, goal -> "bigflow." + goal + ".skip");
    }

    @Test
    void theCommandLineWins() {
      Properties user = goals().get(0).session().getUserProperties();
      Descriptor.goals()
          .forEach(goal -> user.setProperty("bigflow." + goal.getGoal() + ".skip", "false"));
      assertNonePassedOver(this);
    }
  }

  // Maven takes it for false.
  @Nested
  final class ByWhatIsNeitherTrueNorFalse extends AllGoals {
    @Override
    Properties userProperties() {
      return properties("bigflow.skip", "maybe");
    }

    @Test
    void everyGoalRefusesIt() {
      assertAllRefuse(this, goal -> "bigflow.skip");
    }
  }

  @Nested
  final class ByWhatIsNeitherTrueNorFalseInTheProject extends AllGoals {
    @Override
    Properties projectProperties() {
      Properties properties = new Properties();
      Descriptor.goals()
          .forEach(goal -> properties.setProperty("bigflow." + goal.getGoal() + ".skip", "maybe"));
      return properties;
    }

    @Test
    void everyGoalRefusesIt() {
      assertAllRefuse(this, goal -> "bigflow." + goal + ".skip");
    }
  }

  @Nested
  final class ByWhatIsNeitherTrueNorFalseInTheConfiguration extends AllGoals {
    @Override
    Xpp3Dom configuration() {
      Xpp3Dom configuration = new Xpp3Dom("configuration");
      configuration.addChild(new Xpp3Dom("skip"));
      configuration.getChild("skip").setValue("maybe");
      return configuration;
    }

    @Test
    void everyGoalRefusesIt() {
      assertAllRefuse(this, goal -> "bigflow.skip");
    }
  }

  private static void assertAllRefuse(AllGoals all, Function<String, String> switchOf) {
    for (AbstractBigflowMojo goal : all.goals()) {
      String name = switchOf.apply(Descriptor.of(goal).getGoal());
      assertThatThrownBy(() -> all.execute(goal))
          .isInstanceOf(MojoFailureException.class)
          .hasMessageContaining("'maybe' is neither true nor false")
          .hasMessageContaining("Write -D" + name + "=true or -D" + name + "=false");
    }
  }

  private static void assertAllPassedOver(AllGoals all, Function<String, String> switchOf)
      throws MojoExecutionException, MojoFailureException {
    for (AbstractBigflowMojo goal : all.goals()) {
      String name = Descriptor.of(goal).getGoal();
      assertThat(all.execute(goal))
          .containsExactly("bigflow:" + name + " is skipped (" + switchOf.apply(name) + ")");
    }
    assertThat(all.directory).isEmptyDirectory();
  }

  private static void assertNonePassedOver(AllGoals all) {
    for (AbstractBigflowMojo goal : all.goals()) {
      assertThat(told(all, goal)).noneMatch(SkippedGoalTest::isPassedOver);
    }
  }

  private static boolean isPassedOver(String line) {
    return line.contains("is skipped");
  }

  // What happens to the goal in an empty project is of no interest here.
  private static List<String> told(AllGoals all, AbstractBigflowMojo goal) {
    try {
      return all.execute(goal);
    } catch (MojoExecutionException | MojoFailureException e) {
      return List.of(e.getClass().getName());
    }
  }

  private static Properties properties(String name, String value) {
    Properties properties = new Properties();
    properties.setProperty(name, value);
    return properties;
  }
}
