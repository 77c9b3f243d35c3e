// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Some of the releases of a provider, or of the lines of Airflow. Immutable. */
final class Releases {
  private final List<String> versions;
  private final BitSet members;

  private Releases(List<String> versions, BitSet members) {
    this.versions = versions;
    this.members = members;
  }

  /** All of them. */
  static Releases all(List<String> versions) {
    return where(versions, version -> true);
  }

  /** Those that a condition holds for. */
  static Releases where(List<String> versions, Predicate<String> condition) {
    BitSet members = new BitSet();
    for (int i = 0; i < versions.size(); i++) {
      members.set(i, condition.test(versions.get(i)));
    }
    return new Releases(versions, members);
  }

  /**
   * Those within spans.
   *
   * @param spans pairs of a first and a last version; null = without that end
   */
  static Releases within(List<String> versions, List<List<@Nullable String>> spans) {
    BitSet members = new BitSet();
    for (List<@Nullable String> span : spans) {
      @Nullable String first = span.get(0);
      @Nullable String last = span.get(1);
      members.set(
          first == null ? 0 : versions.indexOf(first),
          last == null ? versions.size() : versions.indexOf(last) + 1);
    }
    return new Releases(versions, members);
  }

  /**
   * Those that are among the others, too.
   *
   * @param others of the same versions, or of a list that starts like this one or the other way
   *     round, as the lines of Airflow 2 are the first of all lines
   */
  Releases and(Releases others) {
    BitSet both = (BitSet) members.clone();
    both.and(others.members);
    return new Releases(versions, both);
  }

  /** Whether the earliest of these came after the latest of the others; neither may be empty. */
  boolean isLaterThan(Releases others) {
    return members.nextSetBit(0) >= others.members.length();
  }

  boolean isEmpty() {
    return members.isEmpty();
  }

  /** The one release, if it is one. */
  Optional<String> only() {
    return members.cardinality() == 1 ? Optional.of(first()) : Optional.empty();
  }

  /** The earliest. Fails if there is none. */
  String first() {
    return versions.get(members.nextSetBit(0));
  }

  /** The latest. Fails if there is none. */
  String last() {
    return versions.get(members.length() - 1);
  }

  /** Whether the latest is the latest that is known at all. */
  boolean reachesTheNewest() {
    return members.length() == versions.size();
  }
}
