// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import io.bigflow.airflow.AirflowRuns.DagParam;
import io.bigflow.spec.ParameterSpec;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of the DAG that is deployed, which is what a run will be checked against: the
 * project on this machine may be newer or older.
 */
final class DeployedParameters {

  private DeployedParameters() {}

  /** Empty too if one of them is none that BigFlow declares: Airflow alone can check those. */
  static List<ParameterSpec> of(List<DagParam> params) {
    List<ParameterSpec> parameters = new ArrayList<>();
    for (DagParam param : params) {
      ParameterSpec.@Nullable Type type = type(param);
      if (type == null) {
        return List.of();
      }
      @Nullable Object value = param.value();
      parameters.add(
          new ParameterSpec(
              param.name(),
              type,
              value == null ? null : value.toString(),
              null,
              param.choices().stream().map(Object::toString).toList()));
    }
    return parameters;
  }

  private static ParameterSpec.@Nullable Type type(DagParam param) {
    return switch (param.type() + param.format()) {
      case "string" -> ParameterSpec.Type.TEXT;
      case "stringdate" -> ParameterSpec.Type.DATE;
      case "integer" -> ParameterSpec.Type.INTEGER;
      case "number" -> ParameterSpec.Type.DECIMAL;
      case "boolean" -> ParameterSpec.Type.FLAG;
      default -> null;
    };
  }
}
