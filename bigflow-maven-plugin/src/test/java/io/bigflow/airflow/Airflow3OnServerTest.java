// SPDX-License-Identifier: Apache-2.0
package io.bigflow.airflow;

import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** Airflow 3: {@code BIGFLOW_TEST_AIRFLOW_3} names the file that describes the server. */
@EnabledIfEnvironmentVariable(named = "BIGFLOW_TEST_AIRFLOW_3", matches = ".+")
class Airflow3OnServerTest extends AirflowOnServerContract {

  Airflow3OnServerTest() {
    super("BIGFLOW_TEST_AIRFLOW_3");
  }

  @Override
  int major() {
    return 3;
  }
}
