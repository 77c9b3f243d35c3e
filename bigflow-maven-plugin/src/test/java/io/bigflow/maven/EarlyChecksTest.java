// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Properties;
import org.junit.jupiter.api.Test;

/**
 * What is refused before a goal does anything. The project is empty, so a goal that went on would
 * fail on something else.
 */
final class EarlyChecksTest extends AllGoals {

  @Override
  Properties userProperties() {
    Properties properties = new Properties();
    properties.setProperty("bigflow.workflow", "hello");
    properties.setProperty("bigflow.trigger.wait", "yes");
    properties.setProperty("bigflow.plan.exitCode", "yes");
    return properties;
  }

  // Otherwise whoever mends the value has two runs.
  @Test
  void triggerStartsNoRunThatItCannotWaitFor() {
    assertRefused(goal(TriggerMojo.class), "bigflow.trigger.wait");
  }

  @Test
  void planIsRefusedWhetherOrNotThereAreChanges() {
    assertRefused(goal(PlanMojo.class), "bigflow.plan.exitCode");
  }

  private void assertRefused(AbstractBigflowMojo goal, String parameter) {
    assertThatThrownBy(() -> execute(goal))
        .hasMessageContaining("'yes' is neither true nor false")
        .hasMessageContaining(parameter);
  }
}
