// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import java.time.Clock;
import java.time.Duration;

/**
 * How to deploy.
 *
 * @param by who deploys, for the record
 * @param tool the version of BigFlow, for the record
 * @param drift what happens to files that somebody edited by hand
 * @param threads how many objects are written at a time
 * @param heartbeat how often a deployment shows that it lives
 * @param patience how long another deployment may show no life before it counts as killed; measured
 *     here, never compared with another machine's clock
 * @param kept how many archives of past deployments are kept
 * @param clock for the record's times
 */
public record DeployOptions(
    String by,
    String tool,
    DriftPolicy drift,
    int threads,
    Duration heartbeat,
    Duration patience,
    int kept,
    Clock clock) {

  /** The usual. */
  public static DeployOptions standard(String by, String tool) {
    return new DeployOptions(
        by,
        tool,
        DriftPolicy.OVERWRITE,
        32,
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        100,
        Clock.systemUTC());
  }

  /** The same with another policy. */
  public DeployOptions withDrift(DriftPolicy other) {
    return new DeployOptions(by, tool, other, threads, heartbeat, patience, kept, clock);
  }

  /** The same with other times for the signs of life. */
  public DeployOptions withHeartbeat(Duration beat, Duration patience) {
    return new DeployOptions(by, tool, drift, threads, beat, patience, kept, clock);
  }

  /** The same with another number of objects that are written at a time. */
  public DeployOptions withThreads(int number) {
    return new DeployOptions(by, tool, drift, number, heartbeat, patience, kept, clock);
  }

  /** The same with another number of archives that are kept. */
  public DeployOptions withKept(int number) {
    return new DeployOptions(by, tool, drift, threads, heartbeat, patience, number, clock);
  }

  /** The same with another clock. */
  public DeployOptions withClock(Clock other) {
    return new DeployOptions(by, tool, drift, threads, heartbeat, patience, kept, other);
  }
}
