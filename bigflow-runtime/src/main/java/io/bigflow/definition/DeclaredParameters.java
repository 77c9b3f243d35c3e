// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import io.bigflow.spec.ParameterSpec;
import io.bigflow.workflow.Parameter;
import io.bigflow.workflow.Workflow;
import java.util.List;

/** The neutral description of the parameters that a workflow declares. */
public final class DeclaredParameters {

  private DeclaredParameters() {}

  /** The parameters of a workflow, in the order of declaration. Nothing is checked here. */
  public static List<ParameterSpec> of(Workflow workflow) {
    return workflow.parameters().stream().map(DeclaredParameters::spec).toList();
  }

  private static ParameterSpec spec(Parameter<?> parameter) {
    return new ParameterSpec(
        parameter.name(),
        type(parameter.type()),
        parameter.defaultValue().map(Object::toString).orElse(null),
        parameter.description().isEmpty() ? null : parameter.description(),
        parameter.allowed().stream().map(Object::toString).toList());
  }

  private static ParameterSpec.Type type(Parameter.Type type) {
    return switch (type) {
      case TEXT -> ParameterSpec.Type.TEXT;
      case INTEGER -> ParameterSpec.Type.INTEGER;
      case DECIMAL -> ParameterSpec.Type.DECIMAL;
      case FLAG -> ParameterSpec.Type.FLAG;
      case DATE -> ParameterSpec.Type.DATE;
    };
  }
}
