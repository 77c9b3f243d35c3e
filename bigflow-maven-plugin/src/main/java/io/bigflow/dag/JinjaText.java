// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import io.bigflow.dag.PythonLiteral.Piece;
import io.bigflow.spec.ArgumentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Text for a field that Airflow renders as a template: what is to stay as it is, stays.
 *
 * <p>Without this, a text with double braces would be executed by Airflow, one that ends like a
 * file name of the operator's {@code template_ext} ({@code .sql}, {@code .json} …) would be
 * replaced by a file, and a line feed at the end would be lost.
 */
final class JinjaText {

  /**
   * The start of the data interval; if a run has none, the time it was requested. {@code run_after}
   * does not exist on Airflow 2, where a run always has a logical date.
   */
  static final String INTERVAL_START =
      "(dag_run.data_interval_start or dag_run.logical_date or dag_run.run_after)";

  /**
   * The characters that, behind a brace, start something in Jinja; the carriage return because an
   * expression takes its place.
   */
  private static final String STARTS = "{%#\r";

  /** Airflow's default: what a task has returned. */
  private static final String RETURN_VALUE = "return_value";

  /** Renders to nothing. */
  private static final String NOTHING = "{##}";

  private static final Pattern TAKEN_FOR_FILE = Pattern.compile("\\.[A-Za-z0-9_-]+\\z");

  /**
   * The ends of names, {@code template_ext}, that operators of Airflow and its providers take for
   * files of theirs:
   * https://airflow.apache.org/docs/apache-airflow/stable/howto/custom-operator.html
   */
  private static final Set<String> FILES_OF_AIRFLOW =
      Set.of(
          "bash", "cypher", "ddl", "hql", "html", "j2", "jinja", "json", "md", "pig", "q", "sh",
          "sql", "txt", "yaml", "yml");

  private JinjaText() {}

  /** The parts, one behind the other; none of them is a file. */
  static String of(List<ArgumentSpec.Part> parts) {
    return pieces(parts, part -> List.of()).stream()
        .map(Piece::before)
        .collect(Collectors.joining());
  }

  /**
   * The parts, one behind the other.
   *
   * @param addresses those of the files that they name
   */
  static List<Piece> pieces(
      List<ArgumentSpec.Part> parts, Function<ArgumentSpec.Part, List<Piece>> addresses) {
    List<Piece> pieces = new ArrayList<>();
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < parts.size(); i++) {
      ArgumentSpec.Part part = parts.get(i);
      if (part instanceof ArgumentSpec.LiteralPart literal) {
        String next = i + 1 < parts.size() ? "{" : "";
        all.append(escaped(literal.text(), next));
      } else if (part instanceof ArgumentSpec.RuntimePart runtime) {
        all.append(runtime(runtime.format()));
      } else if (part instanceof ArgumentSpec.XcomPart xcom) {
        all.append(xcom(xcom));
      } else if (part instanceof ArgumentSpec.ParameterPart parameter) {
        all.append("{{ params[").append(quoted(parameter.name())).append("] }}");
      } else if (part instanceof ArgumentSpec.UploadPart
          || part instanceof ArgumentSpec.PipelineTemplatePart) {
        flush(all, pieces);
        pieces.addAll(addresses.apply(part));
      } else {
        all.append(((ArgumentSpec.JinjaPart) part).text());
      }
    }
    ArgumentSpec.@Nullable Part last = parts.isEmpty() ? null : parts.get(parts.size() - 1);
    if (last instanceof ArgumentSpec.LiteralPart) {
      String guarded = guarded(all.toString());
      all.setLength(0);
      all.append(guarded);
    } else if (last instanceof ArgumentSpec.UploadPart upload && looksLikeTemplate(upload)) {
      all.append(NOTHING);
    }
    flush(all, pieces);
    return pieces;
  }

  private static void flush(StringBuilder text, List<Piece> pieces) {
    if (text.length() > 0) {
      pieces.add(Piece.of(text.toString()));
      text.setLength(0);
    }
  }

  // Not every file, as with a text: an argument that is not rendered may hold the address as well.
  private static boolean looksLikeTemplate(ArgumentSpec.UploadPart upload) {
    @Nullable String resource = upload.resource();
    return resource != null
        && FILES_OF_AIRFLOW.contains(resource.substring(resource.lastIndexOf('.') + 1));
  }

  private static String runtime(String format) {
    return "{{ " + INTERVAL_START + ".strftime(" + quoted(format) + ") }}";
  }

  private static String xcom(ArgumentSpec.XcomPart xcom) {
    String pull = "{{ ti.xcom_pull(task_ids=" + quoted(xcom.task());
    return xcom.key().equals(RETURN_VALUE)
        ? pull + ") }}"
        : pull + ", key=" + quoted(xcom.key()) + ") }}";
  }

  /** A string of Jinja, whose escapes are Python's. */
  private static String quoted(String text) {
    return "'"
        + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
        + "'";
  }

  /**
   * @param next what comes behind the text
   */
  private static String escaped(String text, String next) {
    StringBuilder safe = new StringBuilder();
    String all = text + next;
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      boolean starts =
          character == '{' && i + 1 < all.length() && STARTS.indexOf(all.charAt(i + 1)) >= 0;
      if (starts) {
        safe.append("{{ '{' }}");
      } else if (character == '\r') {
        // Jinja makes every line break a line feed.
        safe.append("{{ '\\r' }}");
      } else {
        safe.append(character);
      }
    }
    return safe.toString();
  }

  private static String guarded(String text) {
    Matcher file = TAKEN_FOR_FILE.matcher(text);
    return text.endsWith("\n") || file.find() ? text + NOTHING : text;
  }
}
