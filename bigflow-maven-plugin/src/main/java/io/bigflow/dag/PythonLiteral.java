// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A value as a Python expression: the only way a value gets into a DAG file. Whatever a string
 * holds, it stays inside its quotes.
 *
 * <p>The layout is the one of {@code ruff format} with its default line length, so that the
 * formatter has nothing to change in a generated file.
 */
public abstract sealed class PythonLiteral {

  /** How many columns a line has. */
  static final int LINE = 88;

  private static final int STEP = 4;
  private static final Pattern DOTTED_NAME =
      Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");

  /**
   * The characters that are shown as they are, as ranges. Only what everybody sees alike, from left
   * to right and with a known width: no combining, invisible or right-to-left characters, with
   * which a text can look different from what it is. Not asked of the JDK, because the Unicode
   * tables differ between its versions.
   */
  private static final int[][] PLAIN = {
    {0x20, 0x7e}, // ASCII
    {0xa1, 0xac}, // Latin; 0xad is the invisible hyphen
    {0xae, 0x2af},
    {0x1e00, 0x1eff},
    {0x391, 0x3a1}, // Greek
    {0x3a3, 0x3ff},
    {0x400, 0x482}, // Cyrillic; then combining characters
    {0x48a, 0x52f},
    {0x2010, 0x2027}, // dashes, quotation marks, bullets; then invisible characters
    {0x2030, 0x205e},
    {0x20a0, 0x20bf}, // currencies
    {0x2190, 0x2193}, // arrows
    {0x2200, 0x22ff}, // mathematical operators
  };

  /** Plain characters that take two columns. */
  private static final int[][] WIDE = {
    {0x3001, 0x3002}, // Chinese and Japanese punctuation
    {0x3041, 0x3096}, // Hiragana
    {0x30a1, 0x30fa}, // Katakana
    {0x4e00, 0x9fff}, // Han
    {0xac00, 0xd7a3}, // Hangul
  };

  private PythonLiteral() {}

  /** {@code None}. */
  public static PythonLiteral none() {
    return new Word("None");
  }

  /** {@code True} or {@code False}. */
  public static PythonLiteral of(boolean value) {
    return new Word(value ? "True" : "False");
  }

  /** An integer. */
  public static PythonLiteral of(long value) {
    return new Word(Long.toString(value));
  }

  /** A number with a fraction, or a long one. */
  public static PythonLiteral of(BigDecimal value) {
    return new Word(value.toString().replace("E+", "e").replace("E", "e"));
  }

  /** A string. If it does not fit its line it is split, first of all behind its line feeds. */
  public static PythonLiteral of(String value) {
    return new Text(List.of(value.split("(?<=\n)", -1)));
  }

  /** The string made of some parts. If it does not fit its line it is split between them. */
  public static PythonLiteral ofParts(String... parts) {
    return new Text(List.of(parts));
  }

  /**
   * A piece of a string: text, or the value of a name between two texts.
   *
   * @param before the text, or what is in front of the value
   * @param name the name; null = the piece is text only
   * @param after what is behind the value
   */
  record Piece(String before, @Nullable String name, String after) {
    static Piece of(String text) {
      return new Piece(text, null, "");
    }

    static Piece of(String before, String name, String after) {
      return new Piece(before, checked(name), after);
    }

    /** As it stands in an f-string, but for escapes. */
    private String formatted() {
      String value = name == null ? "" : "{" + name + "}";
      return doubled(before) + value + doubled(after);
    }

    private static String doubled(String text) {
      return text.replace("{", "{{").replace("}", "}}");
    }
  }

  /** The string made of some pieces: an f-string where one of them is the value of a name. */
  static PythonLiteral formatted(List<Piece> pieces) {
    return pieces.stream().allMatch(piece -> piece.name() == null)
        ? of(pieces.stream().map(Piece::before).collect(Collectors.joining()))
        : new Formatted(pieces);
  }

  /** A list of strings. */
  public static PythonLiteral ofStrings(Collection<String> values) {
    return list(values.stream().map(PythonLiteral::of).toList());
  }

  /** A list. */
  public static PythonLiteral list(List<PythonLiteral> items) {
    return new Brackets("[", items.stream().map(Item::positional).toList(), "]");
  }

  /** A dictionary in the order of the map. */
  public static PythonLiteral dict(Map<String, PythonLiteral> entries) {
    return new Brackets(
        "{",
        entries.entrySet().stream()
            .map(entry -> new Item(of(entry.getKey()).flat() + ": ", entry.getValue()))
            .toList(),
        "}");
  }

  /**
   * A name that the file defines or imports, with dots if it is a member of it.
   *
   * @throws IllegalArgumentException if this is no name
   */
  public static PythonLiteral name(String name) {
    return new Word(checked(name));
  }

  /** A call with positional arguments. */
  public static PythonLiteral call(String function, PythonLiteral... arguments) {
    return call(function, Arrays.asList(arguments), Map.of());
  }

  /**
   * A call.
   *
   * @throws IllegalArgumentException if the function or a keyword is no name
   */
  public static PythonLiteral call(
      String function, List<PythonLiteral> positional, Map<String, PythonLiteral> keywords) {
    List<Item> items = new ArrayList<>();
    positional.forEach(value -> items.add(Item.positional(value)));
    keywords.forEach((name, value) -> items.add(new Item(checked(name) + "=", value)));
    return new Brackets(checked(function) + "(", items, ")");
  }

  /**
   * A {@code timedelta} in the largest units that fit. Python counts microseconds: what is smaller
   * is cut off.
   */
  public static PythonLiteral timedelta(Duration duration) {
    Map<String, PythonLiteral> units = new LinkedHashMap<>();
    // Java's parts of a negative duration are negative, which Python adds up just as well.
    putUnit(units, "days", duration.toDaysPart());
    putUnit(units, "hours", duration.toHoursPart());
    putUnit(units, "minutes", duration.toMinutesPart());
    Duration rest = duration.minusMinutes(duration.toMinutes());
    putUnit(units, "seconds", rest.toSeconds());
    long micros = rest.minusSeconds(rest.toSeconds()).toNanos() / 1_000;
    if (micros % 1_000 == 0) {
      putUnit(units, "milliseconds", micros / 1_000);
    } else {
      putUnit(units, "microseconds", micros);
    }
    return units.isEmpty() ? call("timedelta", of(0)) : call("timedelta", List.of(), units);
  }

  private static void putUnit(Map<String, PythonLiteral> units, String name, long value) {
    if (value != 0) {
      units.put(name, of(value));
    }
  }

  /**
   * A {@code pendulum.datetime}. It keeps the zone if Python knows it too and the local time is not
   * ambiguous there; else it is the same instant in UTC. Python counts microseconds: what is
   * smaller is cut off.
   *
   * @throws IllegalArgumentException if the year is not one of 1 to 9999, which is all Python has
   */
  public static PythonLiteral datetime(ZonedDateTime time) {
    ZoneId zone = time.getZone();
    boolean kept =
        ZoneId.getAvailableZoneIds().contains(zone.getId())
            && !zone.getId().startsWith("SystemV/")
            && zone.getRules().getValidOffsets(time.toLocalDateTime()).size() == 1;
    ZonedDateTime shown = kept ? time : time.withZoneSameInstant(ZoneOffset.UTC);
    if (shown.getYear() < 1 || shown.getYear() > 9999) {
      throw new IllegalArgumentException("Python cannot represent " + time);
    }
    List<Integer> fields =
        new ArrayList<>(
            List.of(
                shown.getYear(),
                shown.getMonthValue(),
                shown.getDayOfMonth(),
                shown.getHour(),
                shown.getMinute(),
                shown.getSecond(),
                shown.getNano() / 1_000));
    while (fields.size() > 3 && fields.get(fields.size() - 1) == 0) {
      fields.remove(fields.size() - 1);
    }
    return call(
        "pendulum.datetime",
        fields.stream().map(PythonLiteral::of).toList(),
        Map.of("tz", of(kept ? zone.getId() : "UTC")));
  }

  private static PythonLiteral of(int value) {
    return of((long) value);
  }

  private static String checked(String name) {
    if (!DOTTED_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is no Python name");
    }
    return name;
  }

  /** The expression on one line. */
  public abstract String flat();

  /**
   * The expression where it fits.
   *
   * @param indent where its line starts, and its last line too
   * @param before how many columns of its first line are taken already, the indent included
   * @param after how many columns follow on its last line
   */
  public final PythonText layOut(int indent, int before, int after) {
    return new PythonText(text(indent, before, after));
  }

  /** The value of a keyword argument on a line of its own, with a comma behind it. */
  final PythonText asArgument(int indent, String keyword) {
    return layOut(indent, indent + keyword.length() + 1, 1);
  }

  /** The value of a constant of the module. */
  final PythonText asConstant(String name) {
    return layOut(0, name.length() + 3, 0);
  }

  @Override
  public final String toString() {
    return flat();
  }

  String text(int indent, int before, int after) {
    String flat = flat();
    return before + width(flat) + after <= LINE ? flat : broken(indent, before, after);
  }

  /** The expression on several lines, if it can be split at all. */
  abstract String broken(int indent, int before, int after);

  /** Something that is never split. */
  private static final class Word extends PythonLiteral {
    private final String word;

    Word(String word) {
      this.word = word;
    }

    @Override
    public String flat() {
      return word;
    }

    @Override
    String broken(int indent, int before, int after) {
      return word;
    }
  }

  /** An argument of a call, an item of a list or an entry of a dictionary. */
  private record Item(String prefix, PythonLiteral value) {
    static Item positional(PythonLiteral value) {
      return new Item("", value);
    }

    String flat() {
      return prefix + value.flat();
    }

    String text(int indent) {
      return " ".repeat(indent) + prefix + value.text(indent, indent + width(prefix), 1) + ",\n";
    }
  }

  /** A call, a list or a dictionary. */
  private static final class Brackets extends PythonLiteral {
    private final String open;
    private final List<Item> items;
    private final String close;

    Brackets(String open, List<Item> items, String close) {
      this.open = open;
      this.items = List.copyOf(items);
      this.close = close;
    }

    @Override
    public String flat() {
      return open + inner() + close;
    }

    private String inner() {
      return items.stream().map(Item::flat).collect(Collectors.joining(", "));
    }

    @Override
    String broken(int indent, int before, int after) {
      if (items.isEmpty()) {
        return flat();
      }
      int deeper = indent + STEP;
      String end = " ".repeat(indent) + close;
      // The arguments of a call may share one line; the items of a list or dictionary may not.
      if (close.equals(")") && deeper + width(inner()) <= LINE) {
        return open + "\n" + " ".repeat(deeper) + inner() + "\n" + end;
      }
      return items.stream()
          .map(item -> item.text(deeper))
          .collect(Collectors.joining("", open + "\n", end));
    }
  }

  /** A string. */
  private static final class Text extends PythonLiteral {
    private final List<String> parts;

    Text(List<String> parts) {
      this.parts = parts;
    }

    @Override
    public String flat() {
      return quote(String.join("", parts));
    }

    @Override
    String broken(int indent, int before, int after) {
      int deeper = indent + STEP;
      String flat = flat();
      if (deeper + width(flat) <= LINE) {
        return parentheses(indent, List.of(flat));
      }
      List<String> pieces = new ArrayList<>();
      for (String part : parts) {
        cut(part, LINE - deeper - 2, true).forEach(piece -> pieces.add(quote(piece)));
      }
      return parentheses(indent, pieces);
    }

    private static String parentheses(int indent, List<String> pieces) {
      String start = "\n" + " ".repeat(indent + STEP);
      return pieces.stream()
          .collect(Collectors.joining(start, "(" + start, "\n" + " ".repeat(indent) + ")"));
    }
  }

  /** A string that holds the values of names. */
  private static final class Formatted extends PythonLiteral {
    private final List<Piece> pieces;

    Formatted(List<Piece> pieces) {
      this.pieces = List.copyOf(pieces);
    }

    @Override
    public String flat() {
      return "f" + quote(pieces.stream().map(Piece::formatted).collect(Collectors.joining()));
    }

    @Override
    String broken(int indent, int before, int after) {
      int deeper = indent + STEP;
      String flat = flat();
      if (deeper + width(flat) <= LINE) {
        return Text.parentheses(indent, List.of(flat));
      }
      List<String> strings = new ArrayList<>();
      for (Piece piece : pieces) {
        if (piece.name() != null) {
          strings.add("f" + quote(piece.formatted()));
        } else {
          for (String line : piece.before().split("(?<=\n)", -1)) {
            cut(line, LINE - deeper - 2, true).forEach(part -> strings.add(quote(part)));
          }
        }
      }
      return Text.parentheses(indent, strings);
    }
  }

  /**
   * Cuts a text into pieces of a limited width, behind blanks if possible.
   *
   * @param quoted whether {@link #quote} is going to choose the quotes; else they are double ones
   */
  private static List<String> cut(String text, int limit, boolean quoted) {
    List<String> pieces = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = start;
      int blank = start;
      int plain = 0;
      int doubles = 0;
      int singles = 0;
      while (end < text.length()) {
        int character = text.codePointAt(end);
        plain += width(escape(character));
        doubles += character == '"' ? 1 : 0;
        singles += character == '\'' ? 1 : 0;
        if (plain + (quoted ? Math.min(doubles, singles) : doubles) > limit) {
          break;
        }
        end += Character.charCount(character);
        if (character == ' ') {
          blank = end;
        }
      }
      if (end < text.length() && blank > start) {
        end = blank;
      }
      pieces.add(text.substring(start, end));
      start = end;
    }
    return pieces;
  }

  /** A string in quotes: double ones, unless single ones need fewer escapes. */
  private static String quote(String text) {
    long doubles = text.chars().filter(c -> c == '"').count();
    long singles = text.chars().filter(c -> c == '\'').count();
    char quote = doubles > singles ? '\'' : '"';
    return quote + escapeAll(text, quote) + quote;
  }

  private static String escapeAll(String text, char quote) {
    return text.codePoints()
        .mapToObj(character -> character == quote ? "\\" + quote : escape(character))
        .collect(Collectors.joining());
  }

  /** A character as it stands in a literal, but for the quotes around it. */
  private static String escape(int character) {
    return switch (character) {
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> {
        if (isIn(PLAIN, character) || isIn(WIDE, character)) {
          yield Character.toString(character);
        }
        String format = character < 0x100 ? "\\x%02x" : character < 0x10000 ? "\\u%04x" : "\\U%08x";
        yield String.format(Locale.ROOT, format, character);
      }
    };
  }

  /** How many columns a line takes. */
  static int width(String line) {
    return line.length() + (int) line.chars().filter(c -> isIn(WIDE, c)).count();
  }

  private static boolean isIn(int[][] ranges, int character) {
    for (int[] range : ranges) {
      if (range[0] <= character && character <= range[1]) {
        return true;
      }
    }
    return false;
  }

  /**
   * The inside of a docstring of the module: the lines escaped, and wrapped where they are too
   * long.
   */
  static PythonText docstring(List<String> lines) {
    int opening = 3;
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      for (String piece : line.isEmpty() ? List.of("") : cut(line, LINE - opening, false)) {
        text.append(text.isEmpty() ? "" : "\n")
            .append(escapeAll(piece.replaceFirst(" +$", ""), '"'));
      }
    }
    return new PythonText(text.toString());
  }
}
