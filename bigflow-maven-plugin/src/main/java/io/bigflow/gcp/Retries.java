// SPDX-License-Identifier: Apache-2.0
package io.bigflow.gcp;

import com.google.api.core.NanoClock;
import com.google.api.gax.retrying.ExponentialRetryAlgorithm;
import com.google.api.gax.retrying.ResultRetryAlgorithm;
import com.google.api.gax.retrying.RetrySettings;
import com.google.api.gax.retrying.TimedAttemptSettings;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageRetryStrategy;
import io.bigflow.progress.Progress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How often and how long a request is tried again that failed for a passing reason (429, 5xx, a
 * broken connection). Which reasons pass is left to Google's client; all our requests may be
 * repeated, because writes and removals name the generation they expect.
 *
 * @param attempts how many times at most, the first included
 * @param first the pause after the first failure; it doubles, and each is shortened at random
 * @param longest the longest pause
 * @param total after this time there is no further attempt
 */
record Retries(int attempts, Duration first, Duration longest, Duration total) {

  /**
   * About 15 seconds of pauses, 31 at most: a burst of 429 is over by then, a wrong address not yet
   * annoying. As each is shortened at random, one attempt fewer is over within 3 seconds for 3 of
   * 100 requests; so it is for 1 of 1,000.
   */
  static final Retries STANDARD =
      new Retries(7, Duration.ofMillis(500), Duration.ofSeconds(16), Duration.ofMinutes(2));

  RetrySettings settings() {
    return RetrySettings.newBuilder()
        .setMaxAttempts(attempts)
        .setInitialRetryDelayDuration(first)
        .setRetryDelayMultiplier(2)
        .setMaxRetryDelayDuration(longest)
        .setTotalTimeoutDuration(total)
        .build();
  }

  /**
   * Makes a request that Google's client does not make itself, by the same rules.
   *
   * @param request throws {@link StorageException} for a failed attempt
   * @throws StorageException of the last attempt
   */
  <T> T run(Progress progress, Supplier<T> request) {
    ResultRetryAlgorithm<?> rules = strategy(progress).getIdempotentHandler();
    ExponentialRetryAlgorithm pauses =
        new ExponentialRetryAlgorithm(settings(), NanoClock.getDefaultClock());
    TimedAttemptSettings attempt = pauses.createFirstAttempt();
    while (true) {
      try {
        return request.get();
      } catch (StorageException e) {
        attempt = pauses.createNextAttempt(attempt);
        if (!rules.shouldRetry(e, null) || !pauses.shouldRetry(attempt)) {
          throw e;
        }
        try {
          TimeUnit.NANOSECONDS.sleep(attempt.getRandomizedRetryDelayDuration().toNanos());
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          throw e;
        }
      }
    }
  }

  /** Google's rules, with a line at detail level for each failed attempt. */
  StorageRetryStrategy strategy(Progress progress) {
    return new Told(progress, attempts);
  }

  // The client's options ask for a serializable one, but nobody serializes a build.
  @SuppressWarnings("serial")
  private static final class Told implements StorageRetryStrategy {
    private static final long serialVersionUID = 1L;

    private final Progress progress;
    private final int attempts;

    Told(Progress progress, int attempts) {
      this.progress = progress;
      this.attempts = attempts;
    }

    @Override
    public ResultRetryAlgorithm<?> getIdempotentHandler() {
      return tell(StorageRetryStrategy.getDefaultStorageRetryStrategy().getIdempotentHandler());
    }

    @Override
    public ResultRetryAlgorithm<?> getNonidempotentHandler() {
      return tell(StorageRetryStrategy.getDefaultStorageRetryStrategy().getNonidempotentHandler());
    }

    private <T> ResultRetryAlgorithm<T> tell(ResultRetryAlgorithm<T> rules) {
      return new ResultRetryAlgorithm<>() {
        @Override
        public @Nullable TimedAttemptSettings createNextAttempt(
            Throwable failure, T response, TimedAttemptSettings previous) {
          return rules.createNextAttempt(failure, response, previous);
        }

        @Override
        public boolean shouldRetry(Throwable failure, T response) {
          boolean passing = rules.shouldRetry(failure, response);
          if (passing) {
            progress.detail(
                "Cloud Storage: an attempt failed, "
                    + why(failure)
                    + "; there are at most "
                    + attempts);
          }
          return passing;
        }
      };
    }
  }

  /** The kind of failure only: texts of requests may hold what must not be shown. */
  private static String why(Throwable failure) {
    if (failure instanceof StorageException storage && storage.getCode() > 0) {
      return "status " + storage.getCode();
    }
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return cause.getClass().getSimpleName();
  }
}
