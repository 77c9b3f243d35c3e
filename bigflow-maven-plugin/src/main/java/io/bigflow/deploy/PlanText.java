// SPDX-License-Identifier: Apache-2.0
package io.bigflow.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.bigflow.bucket.DagBucket;
import io.bigflow.dag.DagTextChange;
import io.bigflow.diff.TextDiff;
import io.bigflow.progress.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A plan as people read it: one line for what is plain, a diff for what is not. */
public final class PlanText {

  private static final int CONTEXT = 3;
  private static final int LONGEST_DIFF = 60;
  private static final int MOST_NAMES = 20;

  private PlanText() {}

  /**
   * Describes a plan. Reads the texts that it compares.
   *
   * @param document the plan
   * @param prepared what it was made of
   * @param workInProgress lines on the runs of DAGs that would be removed
   */
  public static List<String> lines(
      PlanDocument document,
      PreparedDeployment prepared,
      DagBucket bucket,
      DriftPolicy drift,
      List<String> workInProgress,
      Progress progress) {
    PreviousTexts texts =
        new PreviousTexts(
            bucket,
            new RecordStore(bucket, prepared.plan().owner(), progress),
            prepared.recorded());
    List<String> lines = new ArrayList<>();
    DeployPlan plan = prepared.plan();
    lines.add(
        "Plan for "
            + plan.owner().project()
            + " "
            + document.version()
            + " (env "
            + plan.owner().env()
            + ") in "
            + bucket.name()
            + after(prepared.recorded()));
    DeploymentRecord.@Nullable Claim claim = prepared.recorded().record().claim();
    if (claim != null) {
      lines.add(
          "  ! deployment "
              + claim.deployment().text()
              + " is under way, or was stopped before its end");
    }
    lines.add("  " + image(document.image()));
    List<String> buildOnly = new ArrayList<>();
    for (PlannedChange change : plan.changes()) {
      add(change, prepared, texts, lines, buildOnly);
    }
    if (!buildOnly.isEmpty()) {
      lines.add(
          "  ~ "
              + buildOnly.size()
              + (buildOnly.size() == 1 ? " DAG file" : " DAG files")
              + ": new image or version, the workflow is the same: "
              + String.join(", ", buildOnly.subList(0, Math.min(MOST_NAMES, buildOnly.size())))
              + (buildOnly.size() > MOST_NAMES
                  ? " and " + (buildOnly.size() - MOST_NAMES) + " more"
                  : ""));
    }
    workInProgress.forEach(line -> lines.add("  ! " + line));
    plan.conflicts(bucket.name(), drift)
        .forEach(problem -> lines.add("  ! " + problem.text().replace("\n", "\n  ! ")));
    lines.add(summary(plan, prepared, document.image().action()));
    return lines.stream().flatMap(line -> line.lines()).toList();
  }

  private static String after(RecordedState recorded) {
    @Nullable Deployment last = recorded.record().last();
    if (last != null) {
      return ", after deployment " + last.text();
    }
    return recorded.highest() == 0 || recorded.record().claim() != null
        ? ", the first deployment"
        : ", whose deployment record is lost";
  }

  private static String image(ImagePlan image) {
    String name = image.reference() + " (" + image.digest() + ")";
    return switch (image.action()) {
      case PUSH -> "+ image " + name + ": to be pushed";
      case ALREADY_THERE -> "  image " + name + ": already there";
      case TAG_TAKEN -> "! image " + name + ": its tag names another image, so deploy would stop";
    };
  }

  private static void add(
      PlannedChange change,
      PreparedDeployment prepared,
      PreviousTexts texts,
      List<String> lines,
      List<String> buildOnly) {
    if (change instanceof PlannedChange.Added added) {
      lines.add(
          "  + "
              + added.path()
              + " (DAG "
              + added.dagId()
              + ")"
              + (added.drift() == Drift.REMOVED ? ": somebody removed it by hand" : ""));
    } else if (change instanceof PlannedChange.Changed changed) {
      addChanged(changed, prepared, texts, lines, buildOnly);
    } else if (change instanceof PlannedChange.Removed removed) {
      lines.add(
          "  - "
              + removed.path()
              + (removed.dagId().isEmpty() ? "" : " (DAG " + removed.dagId() + ")")
              + (removed.drift() == Drift.EDITED ? ": somebody edited it by hand" : ""));
    } else if (change instanceof PlannedChange.Upload upload) {
      lines.add(
          (upload.overwrites() == 0 ? "  + " : "  ~ ")
              + upload.path()
              + " ("
              + upload.size()
              + " bytes)"
              + (upload.overwrites() == 0 ? "" : ": its content is not what its name says"));
    }
  }

  private static void addChanged(
      PlannedChange.Changed changed,
      PreparedDeployment prepared,
      PreviousTexts texts,
      List<String> lines,
      List<String> buildOnly) {
    String now = new String(prepared.files().content(changed.path()), UTF_8);
    boolean edited = changed.drift() == Drift.EDITED;
    String before = before(changed, prepared, texts, edited).orElse("");
    if (!edited && (before.equals(now) || DagTextChange.isOnlyTheBuild(before, now))) {
      buildOnly.add(changed.dagId());
      return;
    }
    lines.add(
        "  ~ "
            + changed.path()
            + " (DAG "
            + changed.dagId()
            + ")"
            + (edited ? ": somebody edited it by hand; the difference to what is there now:" : ""));
    // The image line tells of the new build. What somebody edited is shown as it is, because the
    // edit may be about the image.
    String compared = edited ? before : DagTextChange.withBuildOf(now, before).orElse(before);
    TextDiff.capped(TextDiff.unified(changed.path(), compared, now, CONTEXT), LONGEST_DIFF)
        .forEach(line -> lines.add("      " + line));
  }

  private static Optional<String> before(
      PlannedChange.Changed changed,
      PreparedDeployment prepared,
      PreviousTexts texts,
      boolean edited) {
    DeploymentRecord.@Nullable File file =
        prepared.recorded().record().filesByPath().get(changed.path());
    Optional<byte[]> content =
        edited || file == null || file.generation() != changed.overwrites()
            ? texts.present(changed.path())
            : texts.deployed(file);
    return content.map(bytes -> new String(bytes, UTF_8));
  }

  private static String summary(
      DeployPlan plan, PreparedDeployment prepared, ImagePlan.Action image) {
    if (prepared.isDone()) {
      return switch (image) {
        case ALREADY_THERE -> "No changes: the bucket is as it was built.";
        case PUSH -> "No DAG file to change, only the image is to be pushed.";
        case TAG_TAKEN -> "No DAG file to change.";
      };
    }
    int same = plan.changes(PlannedChange.Unchanged.class).size();
    int uploads = plan.changes(PlannedChange.Upload.class).size();
    int kept = plan.changes(PlannedChange.Kept.class).size();
    return plan.changes(PlannedChange.Added.class).size()
        + " to add, "
        + plan.changes(PlannedChange.Changed.class).size()
        + " to change, "
        + plan.changes(PlannedChange.Removed.class).size()
        + " to remove, "
        + same
        + " unchanged"
        + (uploads > 0 ? ", " + uploads + " beside the DAGs to upload" : "")
        + (kept > 0 ? ", " + kept + " not part of this deployment" : "")
        + (plan.isEmpty() ? "; the deployment record is to be written anew" : "")
        + ".";
  }
}
