// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PythonLiteralTest {

  private static final List<String> FRAGMENTS =
      List.of(
          "\"",
          "'",
          "\\",
          "\"\"\"",
          "'''",
          "\\\"",
          "\\'",
          "\n",
          "\r\n",
          "\t",
          "\0",
          "\u0007",
          "\u001b[0m",
          "\u007f",
          "\u0085",
          "\u00a0",
          "\u00ad",
          "\u0301",
          "\u200b",
          "\u202e",
          "\u2028",
          "\u2029",
          "\u2066",
          "\ufeff",
          "\ufffe",
          "\ud83d\ude00",
          "\ud800",
          "\udfff ",
          "\u05d0\u05d1",
          "ż",
          "日本",
          "한",
          " ",
          "  ",
          "{{ ds }}",
          "{% raw %}",
          "{#",
          "%>",
          "<%",
          "#",
          "\\N{DIGIT ONE}",
          "\\x41",
          "\\u0041",
          "\\101",
          "\\\n",
          "{0}",
          "%s",
          "word",
          "another word ",
          "aVeryLongWordThatGoesOnAndOnAndOnAndOnAndOnAndOnAndOn",
          "(",
          ")",
          ",",
          "[",
          "]",
          "=",
          "''' + __import__('os').system('id') + '''");

  private static String randomText(Random random) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(30); i > 0; i--) {
      text.append(FRAGMENTS.get(random.nextInt(FRAGMENTS.size())));
    }
    // A surrogate without its partner stays alone in Python, so two halves must not meet here.
    return text.toString().replace("\ud800\udfff", "\ud800 \udfff");
  }

  /** A random value, as Java and as Python. */
  private record Value(Object java, PythonLiteral python) {
    static Value random(Random random, int depth) {
      int kind = random.nextInt(depth > 0 ? 10 : 6);
      return switch (kind) {
        case 0 -> new Value(PythonReader.None.NONE, PythonLiteral.none());
        case 1 -> new Value(true, PythonLiteral.of(true));
        case 2 -> {
          long number = random.nextBoolean() ? random.nextLong() : random.nextInt(10);
          yield new Value(number, PythonLiteral.of(number));
        }
        case 6, 7 -> {
          List<Value> items =
              IntStream.range(0, random.nextInt(5))
                  .mapToObj(i -> random(random, depth - 1))
                  .toList();
          yield new Value(
              items.stream().map(Value::java).toList(),
              PythonLiteral.list(items.stream().map(Value::python).toList()));
        }
        case 8, 9 -> {
          Map<Object, Object> java = new LinkedHashMap<>();
          Map<String, PythonLiteral> python = new LinkedHashMap<>();
          for (int i = random.nextInt(4); i > 0; i--) {
            Value value = random(random, depth - 1);
            String key = "key " + i + " \"'" + "x".repeat(random.nextInt(20));
            java.put(key, value.java);
            python.put(key, value.python);
          }
          yield new Value(java, PythonLiteral.dict(python));
        }
        default -> {
          String text = randomText(random);
          yield new Value(text, PythonLiteral.of(text));
        }
      };
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 4, 8, 12})
  void whateverTheValuePythonReadsItBack(int indent) {
    Random random = new Random(indent);
    for (int i = 0; i < 1_000; i++) {
      Value value = Value.random(random, 3);
      int before = indent + random.nextInt(40);

      String text = value.python.layOut(indent, before, 1).text();

      assertThat(PythonReader.read(text)).isEqualTo(value.java);
      assertThat(PythonReader.read(value.python.flat())).isEqualTo(value.java);
    }
  }

  @Test
  void nothingInvisibleAndNoLongLineIsLeft() {
    Random random = new Random(7);
    for (int i = 0; i < 1_000; i++) {
      String text = PythonLiteral.of(randomText(random)).layOut(8, 20, 1).text();

      assertThat(text.codePoints())
          .allMatch(c -> c == '\n' || PythonLiteral.of(Character.toString(c)).flat().length() <= 4)
          .allMatch(c -> c == '\n' || !Character.isISOControl(c))
          .noneMatch(c -> Character.getType(c) == Character.FORMAT)
          .noneMatch(c -> Character.getType(c) == Character.SURROGATE)
          .noneMatch(c -> Character.getType(c) == Character.NON_SPACING_MARK)
          .noneMatch(c -> Character.getDirectionality(c) == Character.DIRECTIONALITY_RIGHT_TO_LEFT);
      List<String> lines = text.lines().toList();
      assertThat(20 + PythonLiteral.width(lines.get(0))).isLessThanOrEqualTo(88);
      assertThat(lines.subList(1, lines.size()))
          .allMatch(line -> PythonLiteral.width(line) <= PythonLiteral.LINE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "plain,                \"plain\"",
        "it's,                 \"it's\"",
        "say \"hi\",           'say \"hi\"'",
        "it's \"x\",           'it\\'s \"x\"'",
        "'a' \"b\",            \"'a' \\\"b\\\"\"",
        "back\\slash,          \"back\\\\slash\"",
      })
  void quotesAreThoseOfRuff(String value, String expected) {
    assertThat(PythonLiteral.of(value).flat()).isEqualTo(expected);
  }

  @Test
  void escapesAreInLowerCase() {
    assertThat(PythonLiteral.of("\u001b\u00a0\u202e\ud83d\ude00\udfff").flat())
        .isEqualTo("\"\\x1b\\xa0\\u202e\\U0001f600\\udfff\"");
    assertThat(PythonLiteral.of("\r\n\t\0").flat()).isEqualTo("\"\\r\\n\\t\\x00\"");
  }

  @ParameterizedTest
  @CsvSource({
    "PT0S,           timedelta(0)",
    "PT60S,          timedelta(minutes=1)",
    "PT90S,          'timedelta(minutes=1, seconds=30)'",
    "PT3H,           timedelta(hours=3)",
    "PT36H,          'timedelta(days=1, hours=12)'",
    "P7D,            timedelta(days=7)",
    "PT0.25S,        timedelta(milliseconds=250)",
    "PT0.000001S,    timedelta(microseconds=1)",
    "PT1.000250S,    'timedelta(seconds=1, microseconds=250)'",
    "PT-90S,         'timedelta(minutes=-1, seconds=-30)'",
    "PT-0.5S,        'timedelta(seconds=-1, milliseconds=500)'",
  })
  void durationsAreInTheLargestUnits(Duration duration, String expected) {
    assertThat(PythonLiteral.timedelta(duration).flat()).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2024-01-01T00:00Z                           | 2024, 1, 1, tz=\"UTC\"",
        "2024-01-01T03:00Z[UTC]                      | 2024, 1, 1, 3, tz=\"UTC\"",
        "2024-01-01T00:00:05Z                        | 2024, 1, 1, 0, 0, 5, tz=\"UTC\"",
        "2024-01-01T00:00:00.000250Z                 | 2024, 1, 1, 0, 0, 0, 250, tz=\"UTC\"",
        "2024-07-01T00:00+02:00[Europe/Warsaw]       | 2024, 7, 1, tz=\"Europe/Warsaw\"",
        // An offset has no name that Python knows.
        "2024-07-01T00:00+02:00                      | 2024, 6, 30, 22, tz=\"UTC\"",
        "2024-07-01T00:00+02:00[UTC+02:00]           | 2024, 6, 30, 22, tz=\"UTC\"",
        // The hour that exists twice.
        "2024-10-27T02:30+02:00[Europe/Warsaw]       | 2024, 10, 27, 0, 30, tz=\"UTC\"",
        "2024-10-27T02:30+01:00[Europe/Warsaw]       | 2024, 10, 27, 1, 30, tz=\"UTC\"",
      })
  void timesKeepTheirZoneIfPythonKnowsIt(String time, String expected) {
    assertThat(PythonLiteral.datetime(ZonedDateTime.parse(time)).flat())
        .isEqualTo("pendulum.datetime(" + expected + ")");
  }

  @Test
  void timesOutsidePythonsYearsAreRefused() {
    assertThatThrownBy(() -> PythonLiteral.datetime(ZonedDateTime.parse("+10000-01-01T00:00:00Z")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("+10000-01-01");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a()", "1a", "a.", "a\n", "a;b", "ą", "a.b c"})
  void onlyNamesAreNames(String name) {
    assertThatThrownBy(() -> PythonLiteral.name(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PythonLiteral.call(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> PythonLiteral.call("f", List.of(), Map.of(name, PythonLiteral.none())))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void docstringCannotBeLeft() {
    PythonText text =
        PythonLiteral.docstring(List.of("\"\"\" \\ \u202e\n", "", "word ".repeat(40)));

    assertThat(text.text())
        .startsWith("\\\"\\\"\\\" \\\\ \\u202e\\n\n\nword word")
        .doesNotContain("\"\"\"");
    assertThat(text.text().lines()).allMatch(line -> line.length() <= PythonLiteral.LINE - 3);
  }

  /**
   * Writes values for a check with a real Python and ruff, see {@code .ci/dags/check-literals.py}.
   */
  @Test
  @EnabledIfSystemProperty(named = "bigflow.literalCorpus", matches = ".+")
  void writesCorpus() throws IOException {
    Path folder = Files.createDirectories(Path.of(System.getProperty("bigflow.literalCorpus")));
    Random random = new Random(2_026);
    StringBuilder python = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      Value value = Value.random(random, 3);
      String name = "VALUE_" + i + "_" + "X".repeat(random.nextInt(30));
      python.append(name).append(" = ").append(value.python.asConstant(name)).append('\n');
      expected.add(json(value.java));
    }
    for (int i = 0; i < 3_000; i++) {
      Value value = Value.random(random, 2);
      Map<String, PythonLiteral> keywords = new LinkedHashMap<>();
      keywords.put("first_argument", value.python);
      keywords.put("second", PythonLiteral.of(randomText(random)));
      String name = "CALL_" + i;
      PythonLiteral call = PythonLiteral.call("dict", List.of(), keywords);
      python.append(name).append(" = ").append(call.asConstant(name)).append('\n');
    }
    Files.writeString(folder.resolve("corpus.py"), python);
    Files.writeString(
        folder.resolve("corpus.json"), "[\n" + String.join(",\n", expected) + "\n]\n");
  }

  /** JSON in pure ASCII, so that single surrogates survive. */
  private static String json(Object value) {
    if (value instanceof String text) {
      StringBuilder json = new StringBuilder("\"");
      text.chars().forEach(c -> json.append(String.format("\\u%04x", c)));
      return json.append('"').toString();
    }
    if (value instanceof List<?> list) {
      return list.stream().map(PythonLiteralTest::json).toList().toString();
    }
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(entry -> json(entry.getKey()) + ":" + json(entry.getValue()))
          .toList()
          .toString()
          .replaceFirst("^\\[", "{")
          .replaceFirst("]$", "}");
    }
    return value == PythonReader.None.NONE ? "null" : value.toString();
  }
}
