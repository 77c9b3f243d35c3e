// SPDX-License-Identifier: Apache-2.0
package io.bigflow.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.bigflow.faults.HttpInterposer.Reaction;
import io.bigflow.faults.HttpInterposer.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * Kills deployments that add, change and remove files at every request that they make, once before
 * the server sees it and once after the server did what it was asked to. Which requests there are
 * is found by a deployment that is only watched.
 *
 * <p>On the fakes of this process every seventeenth point is taken, on real servers every one.
 */
final class KillMatrixTest {

  private static final int SAMPLE = Servers.areReal() ? 1 : 17;
  private static final int AT_ONCE = 3;
  private static final long SECONDS = 120;
  private static final int LEAST = 40;
  private static final int LONGEST = 3_000;

  private enum Moment {
    BEFORE_THE_REQUEST,
    AFTER_ITS_EFFECT
  }

  private enum Signal {
    SIGKILL,
    SIGTERM
  }

  private record Point(int request, Moment moment, Signal signal) {}

  /** What happened at a point; the failure is empty if all was well. */
  private record Outcome(Point point, String hit, String failure) {}

  @Fault
  @Test
  @ResourceLock("processors")
  void killedAtEveryRequest(CaseCounter.Cases cases) throws Exception {
    List<Request> requests = watch();
    List<Point> points = new ArrayList<>();
    for (int i = 1; i <= requests.size(); i++) {
      for (Moment moment : Moment.values()) {
        for (Signal signal : Signal.values()) {
          points.add(new Point(i, moment, signal));
        }
      }
    }
    assertThat(points).hasSizeGreaterThanOrEqualTo(LEAST);

    List<Outcome> outcomes = run(points);

    List<Outcome> failures = outcomes.stream().filter(o -> !o.failure().isEmpty()).toList();
    outcomes.forEach(outcome -> cases.add(outcome.failure().isEmpty()));
    System.out.println(
        "kill matrix: "
            + requests.size()
            + " requests, "
            + outcomes.size()
            + " points, "
            + failures.size()
            + " failures");
    assertThat(failures).isEmpty();
  }

  /** The requests of a deployment that nobody disturbs. */
  private static List<Request> watch() {
    try (World world = World.open().withVersion1()) {
      DeployProcess.Result result = DeployProcess.start(world.version2()).await(SECONDS);
      assertThat(result.exit()).as(result.output()).isEqualTo(DeployProcess.DONE);
      Invariants.hold(world, result.output());
      List<Request> requests = world.interposer().requests();
      requests.forEach(System.out::println);
      return requests;
    }
  }

  private static List<Outcome> run(List<Point> points) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
    try {
      List<Future<Outcome>> running = new ArrayList<>();
      // The order of the points makes every seventeenth one another kind of request and moment.
      for (int i = 0; i < points.size(); i += SAMPLE) {
        Point point = points.get(i);
        running.add(threads.submit(() -> kill(point)));
      }
      List<Outcome> outcomes = new ArrayList<>();
      for (Future<Outcome> outcome : running) {
        outcomes.add(outcome.get());
      }
      return outcomes;
    } finally {
      threads.shutdownNow();
    }
  }

  private static Outcome kill(Point point) {
    Queue<String> hit = new ConcurrentLinkedQueue<>();
    try (World world = World.open().withVersion1()) {
      CompletableFuture<DeployProcess> victim = new CompletableFuture<>();
      world
          .interposer()
          .restart(
              request -> {
                if (request.number() != point.request()) {
                  return Reaction.FORWARD;
                }
                hit.add(request.toString());
                return reaction(point, victim::join);
              });
      DeployProcess process = DeployProcess.start(world.version2());
      victim.complete(process);
      DeployProcess.Result result = process.await(SECONDS);
      assertThat(hit).as("the point was reached: " + result.output()).isNotEmpty();
      assertEnded(point.signal(), result);
      world.interposer().restart();
      Invariants.hold(world, result.output());
      Invariants.converge(world, world.version2());
      return new Outcome(point, String.join(", ", hit), "");
    } catch (AssertionError | RuntimeException e) {
      return new Outcome(point, String.join(", ", hit), shortened(e.toString()));
    }
  }

  private static void assertEnded(Signal signal, DeployProcess.Result result) {
    int number = signal == Signal.SIGKILL ? 9 : 15;
    if (signal == Signal.SIGTERM && result.exit() == DeployProcess.DONE) {
      // The signal came so late that the deployment was over before it was heard.
      assertThat(result.output()).contains("Deployed to ");
    } else if (signal == Signal.SIGTERM && result.exit() == DeployProcess.FAILED) {
      // Between its last shutdown hook and its end, a JVM of Java 17 takes the code of whoever
      // calls
      // exit: the deployment did, when it had stopped (java.lang.Shutdown.exit).
      assertThat(result.output()).contains("was interrupted");
    } else {
      assertThat(result.exit()).as(result.output()).isEqualTo(128 + number);
    }
  }

  /**
   * SIGKILL ends the process at this very point: the connection breaks with it. After SIGTERM the
   * process lives on for a while, and its requests go on as if nothing was.
   */
  private static Reaction reaction(Point point, Supplier<DeployProcess> victim) {
    boolean before = point.moment() == Moment.BEFORE_THE_REQUEST;
    if (point.signal() == Signal.SIGKILL) {
      Runnable kill = () -> victim.get().kill();
      return before ? Reaction.before(kill) : Reaction.after(kill);
    }
    Runnable terminate = () -> victim.get().terminate();
    return before ? Reaction.late(terminate) : Reaction.lateAnswer(terminate);
  }

  /** The outputs of many processes would hide what is wrong. */
  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
  }
}
