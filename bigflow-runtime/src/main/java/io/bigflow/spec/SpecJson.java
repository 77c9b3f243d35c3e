// SPDX-License-Identifier: Apache-2.0
package io.bigflow.spec;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.std.FromStringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.function.Function;

/**
 * Reads and writes the JSON of this package. Durations and times are ISO-8601 text. The same value
 * always gives the same bytes: two spaces, line feeds, properties in the order of the record.
 */
public final class SpecJson {

  /** Raised when a reader of the old format would misread the new one. */
  public static final int FORMAT_VERSION = 1;

  private static final ObjectMapper MAPPER = mapper();

  private SpecJson() {}

  /** The JSON text of a value, with a line feed at the end. */
  public static String write(Object value) {
    DefaultIndenter indent = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter().withObjectIndenter(indent).withArrayIndenter(indent);
    try {
      return MAPPER.writer(printer).writeValueAsString(value) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("Cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /** Writes a value to a file, whose folder is made if necessary. */
  public static void write(Object value, Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().normalize().getParent());
    Files.writeString(file, write(value));
  }

  /**
   * Reads a value.
   *
   * @param source where the text is from, for messages
   * @throws IOException if the text is not JSON of this type, or of a format this version does not
   *     know
   */
  public static <T> T read(String json, Class<T> type, String source) throws IOException {
    try {
      ObjectNode tree = MAPPER.readValue(json, ObjectNode.class);
      JsonNode version = tree.get("formatVersion");
      if (version != null && !(version.isInt() && version.intValue() == FORMAT_VERSION)) {
        throw new IOException(
            source
                + " has format "
                + version
                + ", but this version of BigFlow reads format "
                + FORMAT_VERSION
                + ". Use the same version of bigflow-runtime and bigflow-maven-plugin.");
      }
      return MAPPER.treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw new IOException(source + " cannot be read: " + e.getOriginalMessage(), e);
    }
  }

  /** Reads a value from a file. */
  public static <T> T read(Path file, Class<T> type) throws IOException {
    return read(Files.readString(file), type, file.toString());
  }

  private static ObjectMapper mapper() {
    SimpleModule times = new SimpleModule("bigflow-times");
    times.addSerializer(Duration.class, ToStringSerializer.instance);
    times.addSerializer(ZonedDateTime.class, ToStringSerializer.instance);
    times.addDeserializer(Duration.class, new Parsed<>(Duration.class, Duration::parse));
    times.addDeserializer(
        ZonedDateTime.class, new Parsed<>(ZonedDateTime.class, ZonedDateTime::parse));
    return JsonMapper.builder()
        .addModule(times)
        .defaultPropertyInclusion(
            JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .build();
  }

  /** A value that has a text form. */
  private static final class Parsed<T> extends FromStringDeserializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<String, T> parser;

    Parsed(Class<T> type, Function<String, T> parser) {
      super(type);
      this.parser = parser;
    }

    @Override
    protected T _deserialize(String value, DeserializationContext context)
        throws JsonMappingException {
      try {
        return parser.apply(value);
      } catch (DateTimeException e) {
        throw context.weirdStringException(value, _valueClass, "not in ISO-8601 form");
      }
    }
  }
}
