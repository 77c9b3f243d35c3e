// SPDX-License-Identifier: Apache-2.0
package io.bigflow.launch;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bigflow.workflow.ConfigurationException;
import java.util.Map;

/** The configuration of a triggered run: a JSON object. Messages do not show it. */
final class ConfJson {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private ConfJson() {}

  static Map<String, Object> parse(String json) {
    try {
      JsonNode tree = MAPPER.readTree(json);
      if (!tree.isObject()) {
        throw new ConfigurationException(
            "--conf is not a JSON object but "
                + (tree.isMissingNode() ? "empty" : "of type " + tree.getNodeType())
                + ". Write it like {\"raw_path\": \"gs://bucket/file\"}");
      }
      return MAPPER.convertValue(tree, new TypeReference<Map<String, Object>>() {});
    } catch (JsonProcessingException e) {
      JsonLocation location = e.getLocation();
      throw new ConfigurationException(
          "--conf is not JSON"
              + (location == null
                  ? ""
                  : " from line " + location.getLineNr() + ", column " + location.getColumnNr())
              + ". Write it like {\"raw_path\": \"gs://bucket/file\"}, in single quotes in a shell.");
    }
  }
}
