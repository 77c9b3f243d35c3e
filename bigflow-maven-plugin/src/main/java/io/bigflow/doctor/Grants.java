// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import io.bigflow.doctor.Cloud.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the grants in several places say about one member. A policy does not tell who is in a group
 * or what a custom role allows, so not every question has an answer.
 *
 * @param allowing the roles that allow it and that the member holds itself
 * @param perhaps what may allow it too
 * @param unseen why some places could not be looked at
 */
record Grants(Set<String> allowing, Set<String> perhaps, List<String> unseen) {

  private static final Set<String> EVERYBODY = Set.of("allUsers", "allAuthenticatedUsers");

  /**
   * Looks through the places.
   *
   * @param places role to members, in each place
   * @param roles the roles that allow it
   */
  static Grants of(
      List<Answer<Map<String, Set<String>>>> places, Set<String> roles, String member) {
    Set<String> allowing = new TreeSet<>();
    Set<String> perhaps = new TreeSet<>();
    List<String> unseen = new ArrayList<>();
    for (Answer<Map<String, Set<String>>> place : places) {
      if (place.value().isEmpty()) {
        unseen.add(place.reason());
      }
      place
          .value()
          .orElse(Map.of())
          .forEach(
              (role, members) -> {
                // Under a condition nothing is certain.
                String plain = role.replace(Cloud.CONDITIONAL, "");
                boolean holds =
                    members.contains(member) || members.stream().anyMatch(EVERYBODY::contains);
                if (roles.contains(role) && holds) {
                  allowing.add(role);
                } else if (holds && roles.contains(plain)) {
                  perhaps.add(role);
                } else if (holds && !role.startsWith("roles/")) {
                  perhaps.add("the custom role " + role);
                } else if (roles.contains(plain)) {
                  members.stream()
                      .filter(other -> other.matches("(group|domain|principalSet):.*"))
                      .forEach(other -> perhaps.add(role + " of " + other));
                }
              });
    }
    return new Grants(allowing, perhaps, unseen);
  }

  /** With one more thing that may allow it. */
  Grants orPerhaps(String other) {
    Set<String> more = new TreeSet<>(perhaps);
    more.add(other);
    return new Grants(allowing, more, unseen);
  }

  /**
   * What to tell.
   *
   * @param place where the grant should be, for example {@code on NAME}
   * @param grant the command that gives the least role
   */
  Finding finding(String check, String place, String grant) {
    if (!allowing.isEmpty()) {
      return Finding.ok(check, "allowed by " + String.join(", ", allowing));
    }
    if (!perhaps.isEmpty()) {
      return Finding.unknown(check, "perhaps allowed by " + String.join(", ", perhaps), grant);
    }
    return unseen.isEmpty()
        ? Finding.failed(check, "no role " + place + " allows it", grant)
        : Finding.unknown(check, "not all grants can be seen: " + String.join("; ", unseen), grant);
  }
}
