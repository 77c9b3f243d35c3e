// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import com.google.api.gax.retrying.BasicResultRetryAlgorithm;
import com.google.cloud.bigquery.BigQueryException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the client which failures to meet with another request. By itself it repeats a request only
 * if there was no connection, whatever its documentation says of 5xx. To repeat is safe: a job has
 * its id from us, and what else is sent may be done twice.
 *
 * @see <a href="https://cloud.google.com/bigquery/docs/error-messages">what BigQuery answers</a>
 */
final class PassingFailures extends BasicResultRetryAlgorithm<Object> {

  private static final int TOO_MANY_REQUESTS = 429;

  /** They come as 400, 403 or 500. */
  private static final Set<String> REASONS =
      Set.of("rateLimitExceeded", "jobRateLimitExceeded", "backendError", "internalError");

  @Override
  public boolean shouldRetry(@Nullable Throwable failure, @Nullable Object answer) {
    return failure != null && mayPass(failure);
  }

  private static boolean mayPass(Throwable failure) {
    if (failure instanceof BigQueryException answer) {
      return answer.isRetryable()
          || answer.getCode() == TOO_MANY_REQUESTS
          || REASONS.contains(Objects.requireNonNullElse(answer.getReason(), ""));
    }
    return failure instanceof SocketException
        || failure instanceof SocketTimeoutException
        || failure instanceof UnknownHostException
        || (failure instanceof IOException answer && mayPass(new BigQueryException(answer)));
  }
}
