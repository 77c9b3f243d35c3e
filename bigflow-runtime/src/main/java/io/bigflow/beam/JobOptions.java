// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.bigflow.workflow.JobContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.beam.sdk.extensions.gcp.options.GcpOptions;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.apache.beam.sdk.options.StreamingOptions;
import org.jspecify.annotations.Nullable;

/**
 * What a job gives Beam as options: from configuration, then from code, then what the run itself
 * says.
 *
 * @param values by Beam's name of the option
 * @param origins where each is from, for messages
 */
record JobOptions(Map<String, String> values, Map<String, String> origins) {

  /** The runner that has a life of its own after the job. */
  static final String DATAFLOW = "org.apache.beam.runners.dataflow.DataflowRunner";

  /** The group of keys for all pipelines, and the part of a job's own keys. */
  static final String GROUP = "beam";

  /** What runs the pipeline. */
  static final String RUNNER = "runner";

  /** The account as which Beam's own clients act. */
  static final String IMPERSONATE = "impersonateServiceAccount";

  private static final int FINGERPRINT_LENGTH = 32;

  /** Lists that everybody adds to, rather than say them anew. */
  private static final Set<String> SHARED_LISTS = Set.of("experiments", "dataflowServiceOptions");

  // Made by the job; a value of the user's would break what it is made for.
  private static final List<String> OWN = List.of("jobName", "update", "streaming", "appName");

  /** For a run. */
  static JobOptions of(JobContext context, @Nullable String prefix, Map<String, Object> fromCode) {
    return of(context.config(), context.impersonation(), prefix, fromCode);
  }

  /**
   * For an environment.
   *
   * @param account as whom the job acts, if not as the account that it has anyway
   */
  static JobOptions of(
      JobConfig config,
      Optional<Impersonation> account,
      @Nullable String prefix,
      Map<String, Object> fromCode) {
    Map<String, String> values = new TreeMap<>();
    Map<String, String> origins = new TreeMap<>();
    // As whom the job acts, unless a key of Beam says otherwise.
    account
        .filter(other -> knowsGoogle())
        .ifPresent(
            other -> {
              values.put(IMPERSONATE, other.toString());
              origins.put(IMPERSONATE, "configuration key " + Impersonation.KEY);
            });
    List<String> groups = new ArrayList<>(List.of(GROUP));
    if (prefix != null) {
      groups.add(prefix + "." + GROUP);
    }
    for (String group : groups) {
      config
          .group(group)
          .forEach(
              (option, value) -> {
                values.put(option, value);
                origins.put(option, "configuration key " + group + "." + option);
              });
    }
    fromCode.forEach(
        (option, value) -> {
          values.put(option, value.toString());
          origins.put(option, "BeamJob.with(\"" + option + "\", …)");
        });
    for (String option : OWN) {
      if (values.containsKey(option)) {
        throw new ConfigurationException(
            "The option '"
                + option
                + "' cannot be set ("
                + origins.get(option)
                + "): the job itself gives it. Remove it; BeamJob.streaming() makes a streaming"
                + " pipeline.");
      }
    }
    return new JobOptions(values, origins);
  }

  /**
   * With options that beat all others. As Beam takes them: {@code --name} is a flag, and what is
   * said more than once is a list.
   *
   * @param said {@code --name=value} each
   * @param origin says of an option where it is from, for messages
   * @throws ConfigurationException if one is not of that form
   */
  JobOptions with(List<String> said, UnaryOperator<String> origin) {
    Map<String, String> stated = new LinkedHashMap<>();
    for (String option : said) {
      if (!option.startsWith("--")) {
        throw new ConfigurationException(
            "'" + option + "' is no option of Beam. Write --name=value.");
      }
      int equals = option.indexOf('=');
      String name = option.substring("--".length(), equals < 0 ? option.length() : equals);
      String value = equals < 0 ? "true" : option.substring(equals + 1);
      stated.merge(name, value, JobOptions::joined);
    }
    Map<String, String> allValues = new TreeMap<>(values);
    Map<String, String> allOrigins = new TreeMap<>(origins);
    stated.forEach(
        (name, value) -> {
          allValues.merge(
              name, value, SHARED_LISTS.contains(name) ? JobOptions::joined : (own, run) -> run);
          allOrigins.put(name, origin.apply(name));
        });
    return new JobOptions(allValues, allOrigins);
  }

  private static String joined(String first, String second) {
    return first.isBlank() ? second : first + "," + second;
  }

  /**
   * What is said of one option before any run; empty if nothing is, or only the container has the
   * variable that the value is made of.
   */
  static Optional<String> stated(JobConfig config, OptionSources sources, String option) {
    @Nullable String prefix = sources.prefix();
    Object value = sources.fromCode().get(option);
    if (value != null) {
      return Optional.of(value.toString());
    }
    try {
      String key = GROUP + "." + option;
      return (prefix == null ? Optional.<String>empty() : config.find(prefix + "." + key))
          .or(() -> config.find(key));
    } catch (ConfigurationException e) {
      return Optional.empty();
    }
  }

  /** Whether Beam takes a text for the name of Dataflow's runner. */
  static boolean isDataflow(String runner) {
    String name = runner.equals(DATAFLOW) ? "dataflow" : runner.toLowerCase(Locale.ROOT);
    return name.equals("dataflow") || name.equals("dataflowrunner");
  }

  /**
   * The options.
   *
   * @throws ConfigurationException if Beam knows no such option or it cannot have the value
   */
  PipelineOptions make(boolean streaming) {
    PipelineOptions options;
    try {
      options = parse(values);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(explain(e));
    }
    if (streaming) {
      options.as(StreamingOptions.class).setStreaming(true);
    }
    try {
      options.getRunner();
    } catch (RuntimeException e) {
      throw new ConfigurationException(
          "There is no runner for this pipeline: neither "
              + GROUP
              + ".runner is set, nor is the DirectRunner on the class path. Add"
              + " org.apache.beam:beam-runners-direct-java to the project.",
          e);
    }
    return options;
  }

  /**
   * What tells two builds apart, with what the user set; empty outside an image, where nothing
   * tells whether the classes have changed.
   */
  Optional<String> fingerprint(JobContext context) {
    return context
        .image()
        .map(image -> JobNames.hash(image + "\0" + new TreeMap<>(values), FINGERPRINT_LENGTH));
  }

  private static PipelineOptions parse(Map<String, String> values) {
    return PipelineOptionsFactory.fromArgs(
            values.entrySet().stream()
                .map(option -> "--" + option.getKey() + "=" + option.getValue())
                .toArray(String[]::new))
        .create();
  }

  /** Beam says what is wrong with an option, but not where it was set. */
  private String explain(IllegalArgumentException failure) {
    for (Map.Entry<String, String> option : values.entrySet()) {
      Map<String, String> alone = new LinkedHashMap<>();
      if (!option.getKey().equals("runner") && values.containsKey("runner")) {
        alone.put("runner", values.get("runner"));
      }
      alone.put(option.getKey(), option.getValue());
      try {
        parse(alone);
      } catch (IllegalArgumentException e) {
        if (!option.getKey().equals("runner") && isOf(alone, "runner", e)) {
          continue;
        }
        return "Beam does not accept the option '"
            + option.getKey()
            + "' ("
            + origins.get(option.getKey())
            + "): "
            + e.getMessage();
      }
    }
    return "Beam does not accept these options together: " + failure.getMessage();
  }

  /** Whether the failure is another option's. */
  private static boolean isOf(
      Map<String, String> values, String option, IllegalArgumentException failure) {
    @Nullable String value = values.get(option);
    if (value == null) {
      return false;
    }
    try {
      parse(Map.of(option, value));
      return false;
    } catch (IllegalArgumentException e) {
      return String.valueOf(e.getMessage()).equals(failure.getMessage());
    }
  }

  /** A project without Google's part of Beam has no option for the account. */
  private static boolean knowsGoogle() {
    try {
      return GcpOptions.class.isInterface();
    } catch (NoClassDefFoundError e) {
      return false;
    }
  }
}
