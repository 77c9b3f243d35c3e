// SPDX-License-Identifier: Apache-2.0
package io.bigflow.maven;

import io.bigflow.deploy.DeployReport;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.progress.Progress;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.maven.execution.BuildSuccess;
import org.apache.maven.execution.BuildSummary;
import org.apache.maven.execution.MavenSession;
import org.apache.maven.model.Plugin;
import org.apache.maven.project.MavenProject;
import org.eclipse.aether.SessionData;

/**
 * The deployments of all modules of a build. They are gathered while the modules are built and
 * carried out in the last one, after every other module has succeeded: all images first, then all
 * DAG files. A build of one module deploys at once.
 */
final class ReactorDeployment {
  private static final long POLL_MILLIS = 100;

  // Kept in the session as types of the JDK and of Maven only: modules may load this plugin in
  // class loaders of their own, and then share no class of it.
  private final Map<MavenProject, Callable<Void>> images;
  private final Map<MavenProject, Callable<Void>> dags;

  private final Map<MavenProject, long[]> imagesDone;

  private ReactorDeployment(
      Map<MavenProject, Callable<Void>> images,
      Map<MavenProject, Callable<Void>> dags,
      Map<MavenProject, long[]> imagesDone) {
    this.images = images;
    this.dags = dags;
    this.imagesDone = imagesDone;
  }

  /** What a module deploys. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** The deployments of this build. */
  static ReactorDeployment of(MavenSession session) {
    return new ReactorDeployment(
        shared(session, "images"), shared(session, "dags"), shared(session, "imagesDone"));
  }

  @SuppressWarnings("unchecked") // nobody else uses the key
  private static <T> Map<MavenProject, T> shared(MavenSession session, String name) {
    SessionData data = session.getRepositorySession().getData();
    String key = "io.bigflow.deployment." + name;
    data.set(key, null, Collections.synchronizedMap(new LinkedHashMap<>()));
    return (Map<MavenProject, T>) Objects.requireNonNull(data.get(key));
  }

  /** The image of a module. */
  void addImage(MavenProject project, Work work) {
    images.put(project, callable(work));
  }

  /** The DAG files of a module. */
  void addDags(MavenProject project, Work work) {
    dags.put(project, callable(work));
  }

  /** Notes how long the image of a module took, for the report. */
  void imageDone(MavenProject project, boolean pushed, long nanos) {
    imagesDone.put(project, new long[] {pushed ? 1 : 0, nanos});
  }

  /** What was done about the image of a module in this build, if anything. */
  Optional<DeployReport.Phase> image(MavenProject project) {
    return Optional.ofNullable(imagesDone.get(project))
        .map(
            done ->
                new DeployReport.Phase(
                    done[0] == 1 ? "image pushed" : "image was there", Duration.ofNanos(done[1])));
  }

  private static Callable<Void> callable(Work work) {
    return () -> {
      work.run();
      return null;
    };
  }

  /**
   * Whether a deploy goal that runs in this module is the one that carries out what was gathered.
   *
   * @param goal the goal that asks
   * @param fromCommandLine whether it was named on the command line and so runs in every module
   */
  static boolean isCarriedOutBy(
      String goal, boolean fromCommandLine, MavenProject project, MavenSession session) {
    List<MavenProject> projects = session.getProjects();
    MavenProject last = projects.get(projects.size() - 1);
    if (projects.size() == 1) {
      return true;
    }
    if (fromCommandLine || goal.equals(DeployAtEndMojo.GOAL)) {
      return project.equals(last);
    }
    if (hasGoal(last, DeployAtEndMojo.GOAL)) {
      return false;
    }
    // The plugin is no extension here: the last module that has the goal is the best place.
    List<MavenProject> having = projects.stream().filter(other -> hasGoal(other, goal)).toList();
    return !having.isEmpty() && project.equals(having.get(having.size() - 1));
  }

  /** Whether a module runs a goal of this plugin by itself. */
  static boolean hasGoal(MavenProject project, String goal) {
    Plugin plugin = project.getPlugin(BigflowLifecycleParticipant.PLUGIN);
    return plugin != null
        && plugin.getExecutions().stream().anyMatch(e -> e.getGoals().contains(goal));
  }

  /** Waits for the other modules, then deploys what was gathered. */
  void carryOut(MavenProject project, MavenSession session, Progress progress)
      throws IOException, InterruptedException {
    List<MavenProject> others = new ArrayList<>(session.getProjects());
    others.remove(project);
    awaitSuccess(others, session);
    List<Callable<Void>> all = new ArrayList<>(take(images));
    all.addAll(take(dags));
    if (!others.isEmpty() && !all.isEmpty()) {
      progress.say("All modules are built; deploying now.");
    }
    for (Callable<Void> work : all) {
      call(work);
    }
  }

  private static List<Callable<Void>> take(Map<MavenProject, Callable<Void>> works) {
    synchronized (works) {
      List<Callable<Void>> taken = List.copyOf(works.values());
      works.clear();
      return taken;
    }
  }

  private static void call(Callable<Void> work) throws IOException, InterruptedException {
    try {
      work.call();
    } catch (IOException | InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("No deployment throws this", e);
    }
  }

  // With -T, other modules may still be at work in other threads. No module waits for this one,
  // since it is the last in the order of dependencies, so this ends.
  private static void awaitSuccess(List<MavenProject> others, MavenSession session)
      throws InterruptedException {
    for (MavenProject other : others) {
      BuildSummary summary = session.getResult().getBuildSummary(other);
      while (summary == null && !session.getResult().hasExceptions()) {
        Thread.sleep(POLL_MILLIS);
        summary = session.getResult().getBuildSummary(other);
      }
      if (!(summary instanceof BuildSuccess)) {
        throw BigflowException.of(
            Problem.of(
                "Nothing was deployed, because module '"
                    + other.getArtifactId()
                    + "' was not built successfully",
                other.getBasedir().toString(),
                "Mend the module and run the same command again"));
      }
    }
  }
}
