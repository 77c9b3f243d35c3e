// SPDX-License-Identifier: Apache-2.0
package io.bigflow.diff;

import com.github.difflib.algorithm.Change;
import com.github.difflib.algorithm.myers.MyersDiffWithLinearSpace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A unified diff, in the format of {@code diff -u} and {@code git diff}. */
public final class TextDiff {

  // https://www.gnu.org/software/diffutils/manual/html_node/Incomplete-Lines.html
  private static final String NO_LINE_FEED = "\\ No newline at end of file";
  private static final String NO_FILE = "/dev/null";

  // Comparing takes time for lines times differences: a second or so for this many. What would take
  // longer is shown as replaced.
  private static final long MOST_STEPS = 400_000_000;
  private static final int MOST_LINES = 100_000;

  private TextDiff() {}

  /**
   * The lines of a diff, without line ends; none if the texts are equal. An empty text stands for
   * no file. Lines end with a line feed: another end, or none at all, is a difference that is
   * shown. Characters that would not be seen, or would steer a terminal, are shown as Java escapes
   * such as {@code \r} and {@code \u001b}, so the diff of a text without them is a patch.
   *
   * @param name the file's name, for the head
   * @param context how many equal lines to show around each change, 0 or more
   */
  public static List<String> unified(String name, String before, String after, int context) {
    if (context < 0) {
      throw new IllegalArgumentException("The context is " + context + " lines");
    }
    List<String> old = lines(before);
    List<String> now = lines(after);
    List<Change> changes = changes(old, now);
    if (changes.isEmpty()) {
      return List.of();
    }
    List<String> diff = new ArrayList<>();
    diff.add("--- " + (old.isEmpty() ? NO_FILE : visible("a/" + name)));
    diff.add("+++ " + (now.isEmpty() ? NO_FILE : visible("b/" + name)));
    int first = 0;
    while (first < changes.size()) {
      int next = first + 1;
      // Changes whose contexts touch share a hunk.
      while (next < changes.size()
          && changes.get(next).startOriginal - changes.get(next - 1).endOriginal <= 2 * context) {
        next++;
      }
      addHunk(diff, changes.subList(first, next), old, now, context);
      first = next;
    }
    return List.copyOf(diff);
  }

  /**
   * At most so many lines of a diff, and how many were left out: {@code … and 12 more lines}.
   *
   * @param most 1 or more
   */
  public static List<String> capped(List<String> diff, int most) {
    if (most < 1) {
      throw new IllegalArgumentException("At most " + most + " lines");
    }
    int more = diff.size() - most;
    if (more <= 0) {
      return List.copyOf(diff);
    }
    List<String> capped = new ArrayList<>(diff.subList(0, most));
    capped.add("… and " + more + (more == 1 ? " more line" : " more lines"));
    return List.copyOf(capped);
  }

  /** The lines with their ends, so that only texts that are equal have equal lines. */
  private static List<String> lines(String text) {
    List<String> lines = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int feed = text.indexOf('\n', start);
      int end = feed < 0 ? text.length() : feed + 1;
      lines.add(text.substring(start, end));
      start = end;
    }
    return lines;
  }

  private static List<Change> changes(List<String> old, List<String> now) {
    // What is equal at both ends needs no search, which makes small changes of large texts cheap.
    int most = Math.min(old.size(), now.size());
    int head = 0;
    while (head < most && old.get(head).equals(now.get(head))) {
      head++;
    }
    int tail = 0;
    while (tail < most - head
        && old.get(old.size() - 1 - tail).equals(now.get(now.size() - 1 - tail))) {
      tail++;
    }
    int oldEnd = old.size() - tail;
    int nowEnd = now.size() - tail;
    if (head == oldEnd && head == nowEnd) {
      return List.of();
    }
    if (!isComparable(old.subList(head, oldEnd), now.subList(head, nowEnd))) {
      return List.of(new Change(null, head, oldEnd, head, nowEnd));
    }
    List<Change> found =
        new ArrayList<>(
            new MyersDiffWithLinearSpace<String>()
                .computeDiff(old.subList(head, oldEnd), now.subList(head, nowEnd), null));
    found.sort(Comparator.comparingInt(change -> change.startOriginal + change.startRevised));
    List<Change> changes = new ArrayList<>();
    for (Change one : found) {
      Change change =
          new Change(
              one.deltaType,
              one.startOriginal + head,
              one.endOriginal + head,
              one.startRevised + head,
              one.endRevised + head);
      int last = changes.size() - 1;
      // Removed and added lines come apart, in any order; readers expect the removed ones first.
      if (last >= 0
          && changes.get(last).endOriginal == change.startOriginal
          && changes.get(last).endRevised == change.startRevised) {
        changes.set(
            last,
            changes
                .get(last)
                .withEndOriginal(change.endOriginal)
                .withEndRevised(change.endRevised));
      } else {
        changes.add(change);
      }
    }
    return changes;
  }

  private static boolean isComparable(List<String> old, List<String> now) {
    long lines = (long) old.size() + now.size();
    if (lines > MOST_LINES) {
      return false;
    }
    // At least the lines that one side has more often than the other are different.
    Map<String, Integer> surplus = new HashMap<>();
    old.forEach(line -> surplus.merge(line, 1, Integer::sum));
    now.forEach(line -> surplus.merge(line, -1, Integer::sum));
    long different = surplus.values().stream().mapToLong(Math::abs).sum();
    return lines * different <= MOST_STEPS;
  }

  private static void addHunk(
      List<String> diff, List<Change> changes, List<String> old, List<String> now, int context) {
    Change first = changes.get(0);
    Change last = changes.get(changes.size() - 1);
    int before = Math.min(context, first.startOriginal);
    int after = Math.min(context, old.size() - last.endOriginal);
    diff.add(
        "@@ -"
            + range(first.startOriginal - before, last.endOriginal + after)
            + " +"
            + range(first.startRevised - before, last.endRevised + after)
            + " @@");
    int position = first.startOriginal - before;
    for (Change change : changes) {
      addLines(diff, ' ', old.subList(position, change.startOriginal));
      addLines(diff, '-', old.subList(change.startOriginal, change.endOriginal));
      addLines(diff, '+', now.subList(change.startRevised, change.endRevised));
      position = change.endOriginal;
    }
    addLines(diff, ' ', old.subList(position, last.endOriginal + after));
  }

  // POSIX, diff, "Diff -u Output Format": an empty range names the line before it.
  private static String range(int start, int end) {
    int count = end - start;
    int first = count == 0 ? start : start + 1;
    return count == 1 ? Integer.toString(first) : first + "," + count;
  }

  private static void addLines(List<String> diff, char sign, List<String> lines) {
    for (String line : lines) {
      boolean complete = line.endsWith("\n");
      diff.add(sign + visible(complete ? line.substring(0, line.length() - 1) : line));
      if (!complete) {
        diff.add(NO_LINE_FEED);
      }
    }
  }

  private static String visible(String line) {
    StringBuilder text = new StringBuilder(line.length());
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\r') {
        text.append("\\r");
      } else if (c == '\t' || !isHidden(c)) {
        text.append(c);
      } else {
        text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      }
    }
    return text.toString();
  }

  // Besides control characters: those that turn the direction of writing, separators of lines, and
  // the mark of byte order.
  private static boolean isHidden(char c) {
    return Character.isISOControl(c)
        || (c >= 0x200b && c <= 0x200f)
        || (c >= 0x2028 && c <= 0x202e)
        || (c >= 0x2060 && c <= 0x206f)
        || c == 0xfeff;
  }
}
