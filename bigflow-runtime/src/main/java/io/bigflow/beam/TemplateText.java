// SPDX-License-Identifier: Apache-2.0
package io.bigflow.beam;

import io.bigflow.workflow.JobContext;
import io.bigflow.workflow.Template;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What Airflow would make of a template, as far as that can be told without Airflow. */
final class TemplateText {

  /**
   * The codes of Python's {@code strftime} that look the same in every locale, as Java writes them:
   * https://docs.python.org/3/library/datetime.html#strftime-and-strptime-format-codes.
   */
  private static final Map<String, String> CODES =
      Map.ofEntries(
          Map.entry("Y", "uuuu"),
          Map.entry("m", "MM"),
          Map.entry("d", "dd"),
          Map.entry("H", "HH"),
          Map.entry("M", "mm"),
          Map.entry("S", "ss"),
          Map.entry("f", "SSSSSS"),
          Map.entry("j", "DDD"),
          Map.entry("y", "uu"));

  private static final Pattern CODE = Pattern.compile("%(.?)", Pattern.DOTALL);

  private TemplateText() {}

  /**
   * The text.
   *
   * @throws IllegalArgumentException if a part is known to Airflow only
   */
  static String of(Template template, JobContext context) {
    StringBuilder text = new StringBuilder();
    for (Template.Part part : template.parts()) {
      if (part instanceof Template.LiteralPart literal) {
        text.append(literal.text());
      } else if (part instanceof Template.RuntimePart runtime) {
        text.append(formatted(runtime.format(), context.runtime()));
      } else if (part instanceof Template.ParameterPart parameter) {
        text.append(asPython(context.parameter(parameter.parameter())));
      } else if (part instanceof Template.ImagePart) {
        text.append(
            context
                .image()
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "it holds the project's image, but this runs in none.")));
      } else if (part instanceof Template.XcomPart xcom) {
        throw new IllegalArgumentException(
            "it holds what task '" + xcom.task() + "' leaves in XCom.");
      } else {
        throw new IllegalArgumentException("it holds Jinja or an address of Airflow's bucket.");
      }
    }
    return text.toString();
  }

  /** Airflow puts the value into the text as Python writes it. */
  private static String asPython(Object value) {
    if (value instanceof Boolean flag) {
      return flag ? "True" : "False";
    }
    return value.toString();
  }

  private static String formatted(String format, ZonedDateTime time) {
    return CODE.matcher(format)
        .replaceAll(found -> Matcher.quoteReplacement(code(found.group(1), format, time)));
  }

  private static String code(String code, String format, ZonedDateTime time) {
    if (code.equals("%")) {
      return code;
    }
    @Nullable String pattern = CODES.get(code);
    if (pattern == null) {
      throw new IllegalArgumentException(
          "the code '%"
              + code
              + "' in the format '"
              + format
              + "' is not one of %Y %m %d %H %M %S %f %j %y %%.");
    }
    return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).format(time);
  }
}
