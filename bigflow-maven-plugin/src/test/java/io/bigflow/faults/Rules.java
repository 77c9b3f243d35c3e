// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import io.bigflow.faults.HttpInterposer.Rule;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/** What an interposer does with requests. */
final class Rules {

  private Rules() {}

  /** Every request of a kind is answered so the first few times that it is made. */
  static Rule firstTimes(int times, Predicate<Request> which, Reaction reaction) {
    Map<String, Integer> seen = new HashMap<>();
    return request ->
        which.test(request) && seen.merge(request.wish(), 1, Integer::sum) <= times
            ? reaction
            : Reaction.FORWARD;
  }

  /** From the first request of one kind on, all of another are answered so for a while. */
  static Rule burst(
      Predicate<Request> from, Duration duration, Predicate<Request> which, Reaction reaction) {
    AtomicLong end = new AtomicLong();
    return request -> {
      if (end.get() == 0 && from.test(request)) {
        end.set(System.nanoTime() + duration.toNanos());
      }
      return end.get() != 0 && System.nanoTime() - end.get() < 0 && which.test(request)
          ? reaction
          : Reaction.FORWARD;
    };
  }

  /** Requests of a kind are always answered so. */
  static Rule always(Predicate<Request> which, Reaction reaction) {
    return request -> which.test(request) ? reaction : Reaction.FORWARD;
  }

  /** The error of Cloud Storage, in the form that its JSON API documents. */
  static HttpMessage storageError(int status, String reason, String message) {
    return HttpMessage.json(
        status,
        "Error",
        "{\"error\": {\"code\": "
            + status
            + ", \"message\": \""
            + message
            + "\", \"errors\": [{\"message\": \""
            + message
            + "\", \"domain\": \"global\", \"reason\": \""
            + reason
            + "\"}]}}");
  }

  /** The error of a registry, in the form of the OCI distribution specification. */
  static HttpMessage registryError(int status, String code, String message) {
    return HttpMessage.json(
        status,
        "Error",
        "{\"errors\": [{\"code\": \"" + code + "\", \"message\": \"" + message + "\"}]}");
  }

  /** What a server says that is asked too much, or that is not well. */
  static HttpMessage busy(int status, boolean isRegistry) {
    if (isRegistry) {
      return registryError(status, status == 429 ? "TOOMANYREQUESTS" : "UNAVAILABLE", "later");
    }
    return status == 429
        ? storageError(429, "rateLimitExceeded", "The rate limit was exceeded.")
        : storageError(status, "backendError", "Service Unavailable");
  }
}
