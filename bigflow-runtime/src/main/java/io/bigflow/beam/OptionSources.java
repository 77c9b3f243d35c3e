// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.JobContext;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.beam.sdk.options.PipelineOptions;
import org.apache.beam.sdk.options.PipelineOptionsFactory;
import org.jspecify.annotations.Nullable;

/**
 * Where a pipeline has its options from. Immutable.
 *
 * @param prefix of the pipeline's own keys in job configuration; null = it has none
 * @param fromCode by Beam's name of the option
 * @param types the interfaces that the project declares itself
 */
record OptionSources(
    @Nullable String prefix,
    Map<String, Object> fromCode,
    Set<Class<? extends PipelineOptions>> types) {

  /** Job configuration for all pipelines, and nothing else. */
  static final OptionSources SHARED = new OptionSources(null, Map.of(), Set.of());

  OptionSources {
    fromCode = Collections.unmodifiableMap(new LinkedHashMap<>(fromCode));
    types = Collections.unmodifiableSet(new LinkedHashSet<>(types));
  }

  /**
   * With keys of its own.
   *
   * @throws ConfigurationException if keys cannot begin with the prefix
   */
  OptionSources configuredBy(String newPrefix) {
    if (newPrefix.isBlank() || newPrefix.endsWith(".")) {
      throw new ConfigurationException(
          "'"
              + newPrefix
              + "' is no prefix of configuration keys. Write it without the point behind it, such as"
              + " wordcount for wordcount.beam.region.");
    }
    return new OptionSources(newPrefix, fromCode, types);
  }

  OptionSources with(String option, Object value) {
    Map<String, Object> all = new LinkedHashMap<>(fromCode);
    all.put(option, value);
    return new OptionSources(prefix, all, types);
  }

  OptionSources with(Class<? extends PipelineOptions> type) {
    Set<Class<? extends PipelineOptions>> all = new LinkedHashSet<>(types);
    all.add(type);
    return new OptionSources(prefix, fromCode, all);
  }

  /** The options of a run. */
  JobOptions in(JobContext context) {
    register();
    return JobOptions.of(context, prefix, fromCode);
  }

  /** Makes Beam know the project's own options. */
  void register() {
    types.forEach(PipelineOptionsFactory::register);
  }
}
