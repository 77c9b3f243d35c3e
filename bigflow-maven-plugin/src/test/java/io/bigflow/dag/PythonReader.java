// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads Python literals by the rules of Python's language reference (2.4.1, string and bytes
 * literals; 6.2.2, parenthesized forms), independently of the writer: strings with implicit
 * concatenation, integers, booleans, {@code None}, lists and dictionaries.
 */
final class PythonReader {
  private final String source;
  private int position;

  private PythonReader(String source) {
    this.source = source;
  }

  /**
   * The value of an expression that must be the whole text. {@code None} is {@link None}.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Object read(String source) {
    PythonReader reader = new PythonReader(source);
    Object value = reader.value();
    reader.blanks();
    if (reader.position != source.length()) {
      throw reader.error("end of text");
    }
    return value;
  }

  enum None {
    NONE
  }

  private Object value() {
    blanks();
    char c = peek();
    if (c == '(') {
      position++;
      Object value = value();
      blanks();
      expect(')');
      return value;
    }
    if (c == '[') {
      return list();
    }
    if (c == '{') {
      return dict();
    }
    if (c == '"' || c == '\'') {
      StringBuilder text = new StringBuilder();
      while (c == '"' || c == '\'') {
        string(text);
        blanks();
        c = peek();
      }
      return text.toString();
    }
    int start = position;
    while (Character.isLetterOrDigit(peek()) || peek() == '-') {
      position++;
    }
    String word = source.substring(start, position);
    return switch (word) {
      case "None" -> None.NONE;
      case "True" -> true;
      case "False" -> false;
      default -> Long.parseLong(word);
    };
  }

  private List<Object> list() {
    expect('[');
    List<Object> items = new ArrayList<>();
    blanks();
    while (peek() != ']') {
      items.add(value());
      blanks();
      if (peek() != ']') {
        expect(',');
        blanks();
      }
    }
    expect(']');
    return items;
  }

  private Map<Object, Object> dict() {
    expect('{');
    Map<Object, Object> entries = new LinkedHashMap<>();
    blanks();
    while (peek() != '}') {
      Object key = value();
      blanks();
      expect(':');
      entries.put(key, value());
      blanks();
      if (peek() != '}') {
        expect(',');
        blanks();
      }
    }
    expect('}');
    return entries;
  }

  private void string(StringBuilder text) {
    char quote = peek();
    if (source.startsWith(String.valueOf(quote).repeat(3), position)) {
      throw error("no triple quotes");
    }
    position++;
    while (peek() != quote) {
      char c = next();
      if (c == '\n' || c == '\r' || c == 0) {
        throw error("a string that ends on its line");
      }
      if (c != '\\') {
        text.append(c);
        continue;
      }
      char escape = next();
      switch (escape) {
        case '\\', '\'', '"' -> text.append(escape);
        case 'n' -> text.append('\n');
        case 'r' -> text.append('\r');
        case 't' -> text.append('\t');
        case 'x' -> text.appendCodePoint(hex(2));
        case 'u' -> text.appendCodePoint(hex(4));
        case 'U' -> text.appendCodePoint(hex(8));
        default -> throw error("a known escape");
      }
    }
    position++;
  }

  private int hex(int digits) {
    String code = source.substring(position, position + digits);
    position += digits;
    return Integer.parseUnsignedInt(code, 16);
  }

  private void blanks() {
    while (peek() == ' ' || peek() == '\n') {
      position++;
    }
  }

  private char peek() {
    return position < source.length() ? source.charAt(position) : 0;
  }

  private char next() {
    char c = peek();
    position++;
    return c;
  }

  private void expect(char c) {
    if (next() != c) {
      throw error("'" + c + "'");
    }
  }

  private IllegalArgumentException error(String expected) {
    return new IllegalArgumentException(
        "Expected " + expected + " at " + position + " of:\n" + source);
  }
}
