// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.bucket.BucketLocation;
import io.bigflow.spec.JobConfigSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A bucket that the job configuration names.
 *
 * @param name what is behind {@code gs://}, which may be no name that a bucket can have
 * @param stagingKeys the keys that name it as the place where Dataflow stages its files, in order
 * @param otherKeys the other keys that name it, in order
 * @param regions where the jobs run that stage there: the region to the key that says so
 */
record ConfiguredBucket(
    String name,
    List<String> stagingKeys,
    List<String> otherKeys,
    SortedMap<String, String> regions) {

  private static final String SCHEME = "gs://";
  private static final int NAMED = 3;
  private static final int LONGEST_QUOTE = 80;

  // Options of Beam, https://cloud.google.com/dataflow/docs/reference/pipeline-options, without the
  // case and the separators in which camel, kebab and snake case differ.
  private static final Set<String> STAGING =
      Set.of("staginglocation", "templocation", "gcptemplocation");

  /** The buckets of a configuration by their names. Secrets are passed over. */
  static List<ConfiguredBucket> of(List<JobConfigSpec.Entry> configuration) {
    Map<String, String> values = new TreeMap<>();
    for (JobConfigSpec.Entry entry : configuration) {
      String value = entry.value();
      if (value != null && !entry.hidden() && entry.problem() == null) {
        values.put(entry.key(), value);
      }
    }
    SortedMap<String, ConfiguredBucket> buckets = new TreeMap<>();
    values.forEach(
        (key, value) ->
            names(value)
                .forEach(
                    name ->
                        buckets
                            .computeIfAbsent(
                                name,
                                unknown ->
                                    new ConfiguredBucket(
                                        name,
                                        new ArrayList<>(),
                                        new ArrayList<>(),
                                        new TreeMap<>()))
                            .add(key, values)));
    return List.copyOf(buckets.values());
  }

  private void add(String key, Map<String, String> values) {
    if (!isStaging(key)) {
      otherKeys.add(key);
      return;
    }
    stagingKeys.add(key);
    String regionKey = key.substring(0, key.lastIndexOf('.') + 1) + "region";
    @Nullable String region = values.get(regionKey);
    if (region != null && !region.isBlank()) {
      regions.putIfAbsent(region.strip().toLowerCase(Locale.ROOT), regionKey);
    }
  }

  /** What cannot be evaluated, but would name a bucket. Secrets are passed over. */
  static List<JobConfigSpec.Entry> unevaluated(List<JobConfigSpec.Entry> configuration) {
    return configuration.stream()
        .filter(entry -> entry.problem() != null && !entry.hidden())
        .filter(entry -> entry.value() != null && entry.value().strip().startsWith(SCHEME))
        .toList();
  }

  // A value may be a list, as SmallRye writes it.
  private static Stream<String> names(String value) {
    return Stream.of(value.split(",", -1))
        .map(String::strip)
        .filter(item -> item.startsWith(SCHEME))
        .map(item -> item.substring(SCHEME.length()).replaceFirst("(?s)/.*", ""))
        .distinct();
  }

  private static boolean isStaging(String key) {
    String segment = key.substring(key.lastIndexOf('.') + 1).replaceFirst("\\[[0-9]+]$", "");
    return STAGING.contains(segment.replaceAll("[_-]", "").toLowerCase(Locale.ROOT));
  }

  /** Whether Dataflow stages files there. */
  boolean isStaging() {
    return !stagingKeys.isEmpty();
  }

  /** Whether a bucket can have the name. */
  boolean isLegal() {
    return BucketLocation.NAME.matcher(name).matches();
  }

  /** How findings name it. */
  String check() {
    StringBuilder text = new StringBuilder("bucket gs://").append(isLegal() ? name : printable());
    if (isStaging()) {
      text.append(", Dataflow staging location (").append(some(stagingKeys)).append(')');
    }
    if (!otherKeys.isEmpty()) {
      text.append(", named by ").append(some(otherKeys));
    }
    return text.toString();
  }

  /** The first key, for advice. */
  String key() {
    return Optional.of(stagingKeys).filter(keys -> !keys.isEmpty()).orElse(otherKeys).get(0);
  }

  private String printable() {
    String text = name.replaceAll("[^ -~]", "?");
    return text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text;
  }

  private static String some(List<String> keys) {
    return keys.size() <= NAMED
        ? String.join(", ", keys)
        : String.join(", ", keys.subList(0, NAMED)) + " and " + (keys.size() - NAMED) + " more";
  }
}
