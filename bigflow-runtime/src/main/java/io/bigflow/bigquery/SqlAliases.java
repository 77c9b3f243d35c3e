// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Puts full ids in the place of aliases in braces; all other braces belong to the SQL. */
final class SqlAliases {
  private static final String NAME = "([A-Za-z_][A-Za-z0-9_]*)";
  private static final Pattern ALIAS =
      Pattern.compile("\\{\\{" + NAME + "\\}\\}|\\{" + NAME + "\\}");

  private SqlAliases() {}

  /**
   * The SQL with ids.
   *
   * @param unknown the exception for an alias that is none
   */
  static String resolve(
      String sql, Map<String, String> ids, Function<String, ? extends RuntimeException> unknown) {
    return ALIAS
        .matcher(sql)
        .replaceAll(
            match -> {
              if (match.group(1) != null) {
                return Matcher.quoteReplacement("{" + match.group(1) + "}");
              }
              String id = ids.get(match.group(2));
              if (id == null) {
                throw unknown.apply(match.group(2));
              }
              return Matcher.quoteReplacement(id);
            });
  }
}
