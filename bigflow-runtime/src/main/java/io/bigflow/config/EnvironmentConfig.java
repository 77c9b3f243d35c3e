// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import io.bigflow.spec.EnvironmentName;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.MapBackedConfigValueConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The job configuration of one environment, which is a profile of SmallRye Config. The first source
 * that has a key wins:
 *
 * <ol>
 *   <li>overrides given to the {@link Builder}, meant for tests;
 *   <li>variables of the operating system: {@code WORDCOUNT_OUTPUT} is {@code wordcount.output}, by
 *       the rules of MicroProfile Config (every character but letters and digits becomes an
 *       underscore, then upper case);
 *   <li>{@code application-<env>.properties} on the class path;
 *   <li>{@code application.properties} on the class path, in which {@code %<env>.key} beats {@code
 *       key}.
 * </ol>
 *
 * <p>Files are UTF-8. Expressions such as <code>${wordcount.bucket}/out</code> are evaluated in the
 * environment, wherever they are written; {@code bigflow.env} is always the environment. An empty
 * value counts as none, so that an environment can take back what all environments inherit. Java
 * system properties are no source: a key such as {@code user.name} would silently get the value of
 * the machine.
 *
 * <p>Messages of exceptions show a value only if it is written in a file under a key that does not
 * look like one of a secret.
 */
public final class EnvironmentConfig implements JobConfig {

  /** What all environments share. */
  public static final String SHARED_FILE = "application.properties";

  /** The key that is always the name of the environment. */
  public static final String ENV_KEY = "bigflow.env";

  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "(?i).*(passw|pwd|secret|token|credential|api.?key|private.?key|access.?key|auth).*");

  // The texts in which SmallRye names the property that it could not give or evaluate.
  private static final Pattern MISSING =
      Pattern.compile("SRCFG00014: The config property (\\S+) is required");
  private static final Pattern ILL_TYPED =
      Pattern.compile("SRCFG00039: The config property (\\S+) ");
  private static final Pattern UNEXPANDABLE =
      Pattern.compile("SRCFG00011: Could not expand value (\\S+) in property");

  private static final int CONSTANTS = 1000;
  private static final int OVERRIDES = 500;
  private static final int VARIABLES = 300;
  private static final int ENV_FILE = 200;
  private static final int SHARED = 100;

  private final String env;
  private final SmallRyeConfig config;
  private final Set<String> filesFound;
  private final boolean variablesRead;
  private final Map<Class<?>, Object> mappings = new ConcurrentHashMap<>();

  private EnvironmentConfig(
      String env, SmallRyeConfig config, Set<String> filesFound, boolean variablesRead) {
    this.env = env;
    this.config = config;
    this.filesFound = Set.copyOf(filesFound);
    this.variablesRead = variablesRead;
  }

  /**
   * Starts a configuration.
   *
   * @param env the environment
   * @throws ConfigurationException if that is no name of an environment
   */
  public static Builder builder(String env) {
    return new Builder(requireName(env));
  }

  /**
   * The given name, if an environment can have it by {@link EnvironmentName}.
   *
   * @throws ConfigurationException if not
   */
  public static String requireName(String env) {
    if (!EnvironmentName.isLegal(env)) {
      throw new ConfigurationException(
          "'"
              + env
              + "' is not a name of an environment. Use "
              + EnvironmentName.RULE
              + ", for example: dev");
    }
    return env;
  }

  /** The file with what one environment has of its own. */
  public static String fileOf(String env) {
    return "application-" + env + ".properties";
  }

  @Override
  public String get(String key) {
    return get(key, String.class);
  }

  @Override
  public <T> T get(String key, Class<T> type) {
    return find(key, type).orElseThrow(() -> new ConfigurationException(missing(key)));
  }

  @Override
  public Optional<String> find(String key) {
    return find(key, String.class);
  }

  @Override
  public <T> Optional<T> find(String key, Class<T> type) {
    if (config.getConverter(type).isEmpty()) {
      throw new ConfigurationException(
          "Configuration key '"
              + key
              + "' was asked for as "
              + type.getName()
              + ", to which no text converts. Ask for a String, a number, a Boolean, an enum, a"
              + " Duration, a class with a static method parse, valueOf or of(String), or an array"
              + " of these.");
    }
    ConfigValue value = config.getConfigValue(key);
    if (value.hasProblems()) {
      throw new ConfigurationException(unexpandable(value));
    }
    try {
      return config.getOptionalValue(key, type);
    } catch (IllegalArgumentException e) {
      // Not as the cause: its message may quote a secret.
      throw new ConfigurationException(illTyped(value, type));
    }
  }

  @Override
  public <T> T mapping(Class<T> mapping) {
    if (!mapping.isInterface() || !mapping.isAnnotationPresent(ConfigMapping.class)) {
      throw new ConfigurationException(
          mapping.getName()
              + " is not an interface with @io.smallrye.config.ConfigMapping. Annotate it, for"
              + " example: @ConfigMapping(prefix = \"wordcount\") interface "
              + mapping.getSimpleName());
    }
    return mapping.cast(mappings.computeIfAbsent(mapping, this::map));
  }

  private Object map(Class<?> mapping) {
    try {
      // The registry of mappings inside the configuration is not made for threads.
      synchronized (config) {
        ConfigMappings.registerConfigMappings(config, Set.of(ConfigClass.configClass(mapping)));
        return config.getConfigMapping(mapping);
      }
    } catch (ConfigValidationException e) {
      List<String> problems = new ArrayList<>();
      for (int i = 0; i < e.getProblemCount(); i++) {
        problems.add(problem(e.getProblem(i).getMessage()));
      }
      // Not with the exception as the cause: its message may quote a secret.
      throw new ConfigurationException(
          "The configuration does not fit "
              + mapping.getName()
              + ":\n- "
              + String.join("\n- ", problems.stream().distinct().sorted().toList()));
    }
  }

  private String problem(String text) {
    Matcher missing = MISSING.matcher(text);
    if (missing.find()) {
      ConfigValue value = config.getConfigValue(missing.group(1));
      return value.hasProblems() ? unexpandable(value) : missing(missing.group(1));
    }
    Matcher illTyped = ILL_TYPED.matcher(text);
    if (illTyped.find()) {
      return illTyped(config.getConfigValue(illTyped.group(1)), null);
    }
    return withoutHiddenValues(text);
  }

  /** Texts of SmallRye that have no wording of their own here, such as those of validators. */
  private String withoutHiddenValues(String text) {
    String result = text;
    for (String key : config.getPropertyNames()) {
      ConfigValue value = config.getConfigValue(key);
      String plain = value.getValue();
      if (plain != null && !plain.isBlank() && !plain.equals(shown(value))) {
        result = result.replace(plain, "(not shown)");
      }
    }
    return result;
  }

  private String missing(String key) {
    ConfigValue value = config.getConfigValue(key);
    String what =
        value.getValue() == null ? " has no value" : " has an empty value in " + place(value);
    return "Configuration key '"
        + key
        + "'"
        + what
        + " in environment '"
        + env
        + "'. Searched: "
        + searched(key)
        + ". Add "
        + key
        + "=… to "
        + fileOf(env)
        + (variablesRead ? ", or set the variable " + variable(key) + "." : ".");
  }

  private String searched(String key) {
    List<String> places = new ArrayList<>();
    places.add(
        variablesRead
            ? "the operating system's variable " + variable(key)
            : "no variables of the operating system (the build and tests leave them out)");
    for (String file : List.of(fileOf(env), SHARED_FILE)) {
      places.add(file + (filesFound.contains(file) ? "" : " (not on the class path)"));
    }
    return String.join(", ", places);
  }

  private String unexpandable(ConfigValue value) {
    String missing =
        value.getProblems().stream()
            .map(problem -> UNEXPANDABLE.matcher(problem.getMessage()))
            .filter(Matcher::find)
            .map(matcher -> matcher.group(1))
            .findFirst()
            .orElse("another key");
    return "Configuration key '"
        + value.getName()
        + "' cannot be evaluated in environment '"
        + env
        + "': "
        + shown(value)
        + " in "
        + place(value)
        + " refers to "
        + missing
        + ", which has no value. Searched: "
        + searched(missing)
        + ". Give it a value, or a default: ${"
        + missing
        + ":default}.";
  }

  private String illTyped(ConfigValue value, @Nullable Class<?> type) {
    return "Configuration key '"
        + value.getName()
        + "' has a wrong value in environment '"
        + env
        + "': "
        + shown(value)
        + " in "
        + place(value)
        + " is no "
        + (type == null ? "value of the type that the mapping declares" : form(type))
        + ".";
  }

  private static String form(Class<?> type) {
    if (type.isEnum()) {
      return type.getSimpleName()
          + "; it must be one of "
          + Arrays.toString(type.getEnumConstants());
    }
    return switch (type.getName()) {
      case "java.lang.Integer", "java.lang.Long", "int", "long" -> "whole number, such as 42";
      case "java.lang.Double", "java.lang.Float", "double", "float" -> "number, such as 4.2";
      case "java.time.Duration" -> "duration in ISO-8601 form, such as PT15M";
      case "io.bigflow.workflow.Impersonation" -> Impersonation.FORM;
      default -> type.getName();
    };
  }

  /** What a message may say of a value: the text in the file, before expressions are evaluated. */
  private String shown(ConfigValue value) {
    String text = value.getRawValue();
    boolean fromFile =
        value.getConfigSourceName() != null && filesFound.contains(value.getConfigSourceName());
    return text == null || !fromFile || SECRET_KEY.matcher(value.getName()).matches()
        ? "the value (not shown)"
        : "'" + text + "'";
  }

  private static String place(ConfigValue value) {
    String source = value.getConfigSourceName();
    if (source == null) {
      return "no source";
    }
    if (source.equals(EnvConfigSource.NAME)) {
      return "the operating system's variable " + variable(value.getName());
    }
    return value.getLineNumber() > 0 ? source + ":" + value.getLineNumber() : source;
  }

  /** The last of the three names that MicroProfile Config tries for a key. */
  private static String variable(String key) {
    return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
  }

  /** Gathers the sources. */
  public static final class Builder {
    private final String env;
    private final Map<String, String> overrides = new TreeMap<>();
    private @Nullable Map<String, String> variables;
    private @Nullable ClassLoader classLoader;

    private Builder(String env) {
      this.env = env;
    }

    /** Where the files are looked up. Default: the loader of this class. */
    public Builder classLoader(ClassLoader loader) {
      this.classLoader = loader;
      return this;
    }

    /**
     * The variables of the operating system. Default: none are read, so that what is built does not
     * depend on the machine that builds.
     */
    public Builder variables(Map<String, String> all) {
      this.variables = Map.copyOf(all);
      return this;
    }

    /** A value that beats all sources. */
    public Builder override(String key, String value) {
      overrides.put(key, value);
      return this;
    }

    /** Values that beat all sources. */
    public Builder overrides(Map<String, String> values) {
      overrides.putAll(values);
      return this;
    }

    /**
     * Reads the files.
     *
     * @throws ConfigurationException if a file cannot be read
     */
    public EnvironmentConfig build() {
      @Nullable ClassLoader given = classLoader;
      ClassLoader loader = given == null ? EnvironmentConfig.class.getClassLoader() : given;
      SmallRyeConfigBuilder builder =
          new SmallRyeConfigBuilder()
              .forClassLoader(loader)
              .withProfile(env)
              .addDefaultInterceptors()
              .addDiscoveredConverters()
              // A prefix may hold keys that are read without a mapping, or by another one.
              .withValidateUnknown(false)
              .withSources(
                  new PropertiesConfigSource(Map.of(ENV_KEY, env), "the environment", CONSTANTS),
                  new PropertiesConfigSource(Map.copyOf(overrides), "the overrides", OVERRIDES));
      @Nullable Map<String, String> read = variables;
      if (read != null) {
        builder.withSources(new EnvConfigSource(read, VARIABLES));
      }
      Set<String> found = new TreeSet<>();
      file(loader, fileOf(env), ENV_FILE, builder, found);
      file(loader, SHARED_FILE, SHARED, builder, found);
      return new EnvironmentConfig(env, builder.build(), found, read != null);
    }

    /**
     * Adds the nearest file of that name; those of libraries further down are not the project's.
     */
    private static void file(
        ClassLoader loader,
        String name,
        int ordinal,
        SmallRyeConfigBuilder builder,
        Set<String> found) {
      URL url = loader.getResource(name);
      if (url == null) {
        return;
      }
      try {
        builder.withSources(
            new ClassPathFile(
                name, PropertiesConfigSource.urlToConfigValueMap(url, name, ordinal), ordinal));
        found.add(name);
      } catch (IOException | IllegalArgumentException e) {
        throw new ConfigurationException(
            "Cannot read " + name + " at " + url + ": " + e.getMessage(), e);
      }
    }
  }

  /** A file whose values know their line. */
  private static final class ClassPathFile extends MapBackedConfigValueConfigSource {
    private static final long serialVersionUID = 1L;

    ClassPathFile(String name, Map<String, ConfigValue> values, int ordinal) {
      super(name, values, ordinal);
    }
  }
}
