// SPDX-License-Identifier: Apache-2.0
package io.bigflow.control;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import io.bigflow.spec.ConfCheck;
import io.bigflow.spec.ParameterSpec;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a run is triggered with: a JSON object. Messages about its form do not show it. */
public final class ConfJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private ConfJson() {}

  /**
   * Reads the object.
   *
   * @param where the parameter or file it is from, for messages
   * @throws BigflowException if it is no JSON object
   */
  public static Map<String, Object> parse(String json, String where) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      if (!tree.isObject()) {
        throw refused(
            "The configuration of the run is not a JSON object but "
                + (tree.isMissingNode()
                    ? "empty"
                    : "of type " + tree.getNodeType().name().toLowerCase(Locale.ROOT)),
            where,
            "Write it like {\"raw_path\": \"gs://bucket/file\"}");
      }
      return MAPPER.convertValue(tree, new TypeReference<Map<String, Object>>() {});
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      throw refused(
          "The configuration of the run is not JSON"
              + (location == null
                  ? ""
                  : " from line " + location.getLineNr() + ", column " + location.getColumnNr()),
          where,
          "Write it like {\"raw_path\": \"gs://bucket/file\"}, in single quotes in a shell, or into"
              + " a file: -Dbigflow.confFile=conf.json");
    }
  }

  /**
   * Compares it with the parameters of the workflow.
   *
   * @throws BigflowException with all that does not fit
   */
  public static void require(
      String workflow, List<ParameterSpec> parameters, Map<String, Object> conf, String where) {
    List<Problem> problems =
        ConfCheck.problems(parameters, conf).stream()
            .map(finding -> Problem.of(finding.what(), where, finding.fix()).see("conf-refused"))
            .toList();
    if (!problems.isEmpty()) {
      throw BigflowException.of(
          "The configuration does not fit the parameters of workflow '" + workflow + "':",
          problems);
    }
  }

  private static BigflowException refused(String what, String where, String fix) {
    return BigflowException.of(Problem.of(what, where, fix).see("conf-refused"));
  }
}
