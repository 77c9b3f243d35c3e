// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Airflow 2: {@code BIGFLOW_TEST_AIRFLOW_2} names the file that describes the server. */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_AIRFLOW_2", matches = ".+")
class Airflow2OnServerTest extends AirflowOnServerContract {

  Airflow2OnServerTest() {
    super("BIGFLOW_TEST_AIRFLOW_2");
  }

  @Override
  int major() {
    return 2;
  }
}
