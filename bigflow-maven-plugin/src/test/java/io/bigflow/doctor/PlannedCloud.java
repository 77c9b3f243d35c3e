// SPDX-License-Identifier: Apache-2.0
package io.bigflow.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Answers what a test has laid out; nobody has any role unless it says so. */
final class PlannedCloud implements Cloud {
  Answer<Set<String>> services = Answer.of(Set.of());
  Answer<Set<String>> bucket = Answer.of(Set.of());
  Answer<Set<String>> repository = Answer.of(Set.of());
  Answer<Map<String, Set<String>>> repositoryRoles = Answer.of(Map.of());
  final Map<String, Answer<Map<String, Set<String>>>> projectRoles = new HashMap<>();
  final Map<String, Answer<Map<String, Set<String>>>> accountRoles = new HashMap<>();
  final Map<String, Answer<Bucket>> buckets = new HashMap<>();
  final Map<String, Answer<Map<String, Set<String>>>> bucketRoles = new HashMap<>();

  /** The projects whose policies were asked for. */
  final List<String> projectsAsked = new ArrayList<>();

  @Override
  public Answer<Set<String>> enabledServices(String project, List<String> names) {
    return services;
  }

  @Override
  public Answer<Set<String>> bucketPermissions(String name, List<String> permissions) {
    return bucket;
  }

  @Override
  public Answer<Bucket> bucket(String name) {
    return buckets.getOrDefault(name, Answer.refused(404, "The specified bucket does not exist."));
  }

  @Override
  public Answer<Map<String, Set<String>>> bucketRoles(String name) {
    return bucketRoles.getOrDefault(name, Answer.of(Map.of()));
  }

  @Override
  public Answer<Set<String>> repositoryPermissions(RepositoryName name, List<String> permissions) {
    return repository;
  }

  @Override
  public Answer<Map<String, Set<String>>> repositoryRoles(RepositoryName name) {
    return repositoryRoles;
  }

  @Override
  public Answer<Map<String, Set<String>>> projectRoles(String project) {
    projectsAsked.add(project);
    return projectRoles.getOrDefault(project, Answer.of(Map.of()));
  }

  @Override
  public Answer<Map<String, Set<String>>> serviceAccountRoles(String email) {
    return accountRoles.getOrDefault(email, Answer.of(Map.of()));
  }

  @Override
  public Answer<String> tokenEmail() {
    return Answer.refused(400, "Invalid Value");
  }
}
