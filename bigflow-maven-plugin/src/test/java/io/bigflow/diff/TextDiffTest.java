// SPDX-License-Identifier: Apache-2.0
package io.bigflow.diff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TextDiffTest {
  private static final String TEN = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n";
  private static final Pattern HUNK =
      Pattern.compile("@@ -(\\d+)(?:,(\\d+))? \\+(\\d+)(?:,(\\d+))? @@");

  private static List<String> diff(String before, String after) {
    return TextDiff.unified("x.py", before, after, 3);
  }

  @Test
  void equalTextsHaveNoDiff() {
    assertThat(diff("", "")).isEmpty();
    assertThat(diff(TEN, TEN)).isEmpty();
    assertThat(diff("a", "a")).isEmpty();
  }

  @Test
  void changeIsShownWithItsContext() {
    assertThat(diff(TEN, TEN.replace("6\n", "six\nand a half\n")))
        .containsExactly(
            "--- a/x.py",
            "+++ b/x.py",
            "@@ -3,7 +3,8 @@",
            " 3",
            " 4",
            " 5",
            "-6",
            "+six",
            "+and a half",
            " 7",
            " 8",
            " 9");
  }

  @Test
  void distantChangesHaveTheirOwnHunks() {
    String after = TEN.replace("1\n2", "one\n2").replace("10\n", "ten\n");

    assertThat(TextDiff.unified("x.py", TEN, after, 1))
        .containsExactly(
            "--- a/x.py",
            "+++ b/x.py",
            "@@ -1,2 +1,2 @@",
            "-1",
            "+one",
            " 2",
            "@@ -9,2 +9,2 @@",
            " 9",
            "-10",
            "+ten");
  }

  @Test
  void newFileAndRemovedFileAreNamed() {
    assertThat(diff("", "a\nb\n"))
        .containsExactly("--- /dev/null", "+++ b/x.py", "@@ -0,0 +1,2 @@", "+a", "+b");
    assertThat(diff("a\n", ""))
        .containsExactly("--- a/x.py", "+++ /dev/null", "@@ -1 +0,0 @@", "-a");
  }

  @Test
  void withoutContextAnInsertionNamesTheLineBefore() {
    assertThat(TextDiff.unified("x.py", "a\nb\n", "a\nx\nb\n", 0))
        .containsExactly("--- a/x.py", "+++ b/x.py", "@@ -1,0 +2 @@", "+x");
  }

  @Test
  void missingLineFeedIsADifference() {
    assertThat(diff("a\nb", "a\nb\n"))
        .containsExactly(
            "--- a/x.py",
            "+++ b/x.py",
            "@@ -1,2 +1,2 @@",
            " a",
            "-b",
            "\\ No newline at end of file",
            "+b");
    assertThat(diff("a\nb", "c\nb")).endsWith("-a", "+c", " b", "\\ No newline at end of file");
  }

  @Test
  void anotherLineEndIsADifference() {
    assertThat(diff("a\r\nb\r\n", "a\nb\r\n"))
        .containsExactly("--- a/x.py", "+++ b/x.py", "@@ -1,2 +1,2 @@", "-a\\r", "+a", " b\\r");
  }

  @Test
  void nothingSteersTheTerminalOrHides() {
    String nasty = "\u001b]0;owned\u0007\u202e\u200b\u0000\u0085\ufeff\u2028\r\tx\n";

    assertThat(TextDiff.unified("\u001b[31m", "", nasty, 3))
        .containsExactly(
            "--- /dev/null",
            "+++ b/\\u001b[31m",
            "@@ -0,0 +1 @@",
            "+\\u001b]0;owned\\u0007\\u202e\\u200b\\u0000\\u0085\\ufeff\\u2028\\r\tx");
  }

  @Test
  void longDiffIsCappedAndSaysSo() {
    List<String> diff = List.of("a", "b", "c", "d");

    assertThat(TextDiff.capped(diff, 4)).isEqualTo(diff);
    assertThat(TextDiff.capped(diff, 3)).containsExactly("a", "b", "c", "… and 1 more line");
    assertThat(TextDiff.capped(diff, 1)).containsExactly("a", "… and 3 more lines");
    assertThatThrownBy(() -> TextDiff.capped(diff, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @Timeout(20)
  void largeTextsTakeNoMinutes() {
    String before = numbers(0, 9_000);
    String after = numbers(1_000_000, 9_000);
    assertThat(diff(before, after)).hasSize(18_003);

    // As many lines as a DAG of a thousand tasks: changes far from each other are still found.
    String large = numbers(0, 25_000);
    String changed = large.replace("\n777\n", "\nx\n").replace("\n24777\n", "\ny\n");
    assertThat(diff(large, changed)).hasSize(2 + 2 * 9);

    String huge = numbers(0, 60_000);
    assertThat(diff(huge, "x\n" + huge)).hasSize(7);
    assertThat(apply(diff(huge, numbers(7, 60_000)), huge)).isEqualTo(numbers(7, 60_000));
  }

  private static String numbers(int from, int count) {
    return IntStream.range(from, from + count)
        .mapToObj(number -> number + "\n")
        .collect(Collectors.joining());
  }

  static LongStream seeds() {
    return LongStream.range(0, 1000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void diffIsAPatchFromTheOneToTheOther(long seed) {
    Random random = new Random(seed);
    String before = text(random);
    String after = random.nextInt(4) == 0 ? text(random) : changed(before, random);
    int context = random.nextInt(5);

    List<String> diff = TextDiff.unified("x.py", before, after, context);

    assertThat(apply(diff, before)).isEqualTo(after);
    assertThat(diff.isEmpty()).isEqualTo(before.equals(after));
    assertThat(diff.stream().filter(line -> line.startsWith(" ")).count())
        .isLessThanOrEqualTo(
            2L * context * diff.stream().filter(l -> l.startsWith("@@")).count()
                + innerContext(diff, context));
  }

  // Between two changes of one hunk there may be twice the context.
  private static long innerContext(List<String> diff, int context) {
    return 2L * context * diff.stream().filter(line -> line.matches("[-+].*")).count();
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int lines = random.nextInt(30);
    for (int i = 0; i < lines; i++) {
      text.append(random.nextInt(6)).append('\n');
    }
    return random.nextInt(3) == 0 ? text.append("end").toString() : text.toString();
  }

  private static String changed(String text, Random random) {
    List<String> lines = new ArrayList<>();
    for (String line : text.split("(?<=\n)", -1)) {
      int what = random.nextInt(12);
      if (what != 0) {
        lines.add(what == 1 ? line.replace('1', '7') : line);
      }
      if (what == 2) {
        lines.add("new\n");
      }
    }
    return String.join("", lines);
  }

  /** What {@code patch} does, without fuzz: every line must be where the diff says. */
  private static String apply(List<String> diff, String before) {
    if (diff.isEmpty()) {
      return before;
    }
    List<String> old = new ArrayList<>(List.of(before.split("(?<=\n)")));
    if (before.isEmpty()) {
      old.clear();
    }
    List<String> now = new ArrayList<>();
    int position = 0;
    int left = 0;
    int right = 0;
    for (int i = 2; i < diff.size(); i++) {
      String line = diff.get(i);
      Matcher hunk = HUNK.matcher(line);
      if (hunk.matches()) {
        assertThat(left).isZero();
        assertThat(right).isZero();
        left = hunk.group(2) == null ? 1 : Integer.parseInt(hunk.group(2));
        right = hunk.group(4) == null ? 1 : Integer.parseInt(hunk.group(4));
        int start = Integer.parseInt(hunk.group(1)) - (left == 0 ? 0 : 1);
        assertThat(start).isGreaterThanOrEqualTo(position);
        now.addAll(old.subList(position, start));
        position = start;
        assertThat(Integer.parseInt(hunk.group(3)) - (right == 0 ? 0 : 1)).isEqualTo(now.size());
        continue;
      }
      if (line.equals("\\ No newline at end of file")) {
        continue;
      }
      boolean complete =
          i + 1 == diff.size() || !diff.get(i + 1).equals("\\ No newline at end of file");
      String text = line.substring(1) + (complete ? "\n" : "");
      if (line.charAt(0) != '+') {
        assertThat(old.get(position)).isEqualTo(text);
        position++;
        left--;
      }
      if (line.charAt(0) != '-') {
        now.add(text);
        right--;
      }
    }
    assertThat(left).isZero();
    assertThat(right).isZero();
    now.addAll(old.subList(position, old.size()));
    return String.join("", now);
  }
}
