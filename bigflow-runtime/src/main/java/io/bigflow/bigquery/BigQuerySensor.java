// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import io.bigflow.workflow.Execution;
import io.bigflow.workflow.Operator;
import io.bigflow.workflow.OperatorContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits until something is true. It looks at once, then again after each interval; a job that it
 * runs in ends when its own timeout is over, or the sensor's if one is set. It results in how often
 * it looked.
 */
public final class BigQuerySensor extends BigQueryOperation<Integer> {

  /** How often a sensor looks if nobody says otherwise. */
  public static final Duration DEFAULT_INTERVAL = Duration.ofMinutes(1);

  private static final Logger log = LoggerFactory.getLogger(BigQuerySensor.class);

  private final Condition condition;
  private final @Nullable Equivalent equivalent;
  private final Duration interval;
  private final @Nullable Duration timeout;

  BigQuerySensor(BigQueryDataset dataset, String purpose, Condition condition) {
    this(dataset, purpose, condition, null, DEFAULT_INTERVAL, null);
  }

  BigQuerySensor(
      BigQueryDataset dataset, String purpose, Condition condition, Equivalent equivalent) {
    this(dataset, purpose, condition, equivalent, DEFAULT_INTERVAL, null);
  }

  private BigQuerySensor(
      BigQueryDataset dataset,
      String purpose,
      Condition condition,
      @Nullable Equivalent equivalent,
      Duration interval,
      @Nullable Duration timeout) {
    super(dataset, purpose);
    this.condition = condition;
    this.equivalent = equivalent;
    this.interval = interval;
    this.timeout = timeout;
  }

  /** What it waits for. */
  interface Condition {
    boolean holds(BigQuerySession session) throws BigQueryJobException, InterruptedException;
  }

  /** A sensor of Airflow that waits for the same. */
  interface Equivalent {
    Operator operator(
        BigQueryDataset dataset,
        OperatorContext context,
        Duration interval,
        @Nullable Duration timeout);
  }

  /**
   * This sensor, run by a pod or by a sensor of Airflow, whatever the dataset says.
   *
   * @see BigQueryDataset#execution
   */
  public BigQuerySensor execution(Execution means) {
    return new BigQuerySensor(
        dataset.execution(means), purpose, condition, equivalent, interval, timeout);
  }

  @Override
  @Nullable Operator equivalent(OperatorContext context) {
    return equivalent == null ? null : equivalent.operator(dataset, context, interval, timeout);
  }

  /**
   * This sensor, looking that often.
   *
   * @param pause between two looks; default: {@link #DEFAULT_INTERVAL}
   */
  public BigQuerySensor every(Duration pause) {
    return new BigQuerySensor(
        dataset, purpose, condition, equivalent, positive("interval", pause), timeout);
  }

  /** This sensor, failing when it has waited so long; then it looks for the last time. */
  public BigQuerySensor timeout(Duration longest) {
    return new BigQuerySensor(
        dataset, purpose, condition, equivalent, interval, positive("timeout", longest));
  }

  private static Duration positive(String what, Duration time) {
    if (time.isNegative() || time.isZero()) {
      throw new IllegalArgumentException(
          "The " + what + " of a sensor is " + time + ". Give a positive duration.");
    }
    return time;
  }

  @Override
  Integer run(BigQuerySession session) throws BigQueryJobException, InterruptedException {
    AtomicBoolean stopped = new AtomicBoolean();
    session.context().onCancel(() -> stopped.set(true));
    long start = System.nanoTime();
    int looks = 1;
    while (!condition.holds(session)) {
      Duration waited = Duration.ofNanos(System.nanoTime() - start);
      if (timeout != null && waited.compareTo(timeout) >= 0) {
        throw new BigQueryJobException(
            "Cannot "
                + purpose
                + ": it did not come true within "
                + timeout
                + ", looked at "
                + looks
                + " times. Find out why it is late, or give the sensor a longer timeout.");
      }
      if (stopped.get()) {
        throw new InterruptedException("The sensor was stopped");
      }
      Duration pause = pause(waited);
      log.info("Not yet ({}); looking again in {}", purpose, pause);
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
      looks++;
    }
    return looks;
  }

  /** Never beyond the timeout, at which it looks for the last time. */
  private Duration pause(Duration waited) {
    Duration left = timeout == null ? interval : timeout.minus(waited);
    return left.compareTo(interval) < 0 ? left : interval;
  }
}
