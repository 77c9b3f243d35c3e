// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.run.ContainerRole;
import io.bigflow.workflow.ConfigurationException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The project's image as a worker of a Beam runner, such as Dataflow's Runner v2. The runner starts
 * it with the options of Beam's container contract, which are read here; all else is in {@link
 * Worker}, for this class must load without Beam.
 *
 * @see <a href="https://s.apache.org/beam-fn-api-container-contract">the contract</a>
 */
public final class WorkerRole implements ContainerRole {
  private static final String ID = "--id";
  private static final String PROVISION = "--provision_endpoint";

  /** For {@link java.util.ServiceLoader}. */
  public WorkerRole() {}

  @Override
  public boolean isMeantBy(List<String> arguments) {
    return options(arguments).containsKey(PROVISION);
  }

  @Override
  public void play(List<String> arguments) throws Exception {
    Map<String, String> options = options(arguments);
    String id = require(options, ID);
    String provision = require(options, PROVISION);
    try {
      Worker.run(
          id,
          provision,
          options.getOrDefault("--logging_endpoint", ""),
          options.getOrDefault("--control_endpoint", ""));
    } catch (NoClassDefFoundError e) {
      throw new ConfigurationException(
          "This image cannot be a worker of Beam: "
              + e.getMessage()
              + " is not in it. Add org.apache.beam:beam-sdks-java-harness to the project, which"
              + " org.apache.beam:beam-runners-google-cloud-dataflow-java brings.",
          e);
    }
  }

  /** Options as {@code --name=value} or {@code --name value}, as Go's programs read them. */
  private static Map<String, String> options(List<String> arguments) {
    Map<String, String> options = new LinkedHashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String argument = arguments.get(i).replaceFirst("^-(?=[^-])", "--");
      int equals = argument.indexOf('=');
      if (equals > 0) {
        options.put(argument.substring(0, equals), argument.substring(equals + 1));
      } else if (i + 1 < arguments.size()) {
        i++;
        options.put(argument, arguments.get(i));
      }
    }
    return options;
  }

  private static String require(Map<String, String> options, String name) {
    @Nullable String value = options.get(name);
    if (value == null || value.isBlank()) {
      throw new ConfigurationException(
          "A worker of Beam needs the option " + name + ", which its runner gives.");
    }
    return value;
  }
}
