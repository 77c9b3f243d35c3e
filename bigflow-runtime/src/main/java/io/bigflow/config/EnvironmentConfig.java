// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import io.bigflow.spec.EnvironmentName;
import io.bigflow.spec.JobConfigSpec;
import io.bigflow.spec.SpecJson;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.Impersonation;
import io.bigflow.workflow.JobConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.Expressions;
import io.smallrye.config.MapBackedConfigValueConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
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
import org.eclipse.microprofile.config.spi.ConfigSource;
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
 *   <li>{@code application-<env>.properties} on the class path, then that of the environment which
 *       it names as {@value #PARENT_KEY}, and so on;
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
 * look like one of a secret. {@link #toString} and {@link #entries} show values, but none of a key
 * that looks like one of a secret, none of a variable of the operating system, and none that is
 * made of one of these.
 */
public final class EnvironmentConfig implements JobConfig {

  /** What all environments share. */
  public static final String SHARED_FILE = "application.properties";

  /** The key that is always the name of the environment. */
  public static final String ENV_KEY = "bigflow.env";

  /**
   * The key in the file of an environment with the name of another one, whose values it inherits.
   */
  public static final String PARENT_KEY = "bigflow.env.parent";

  // The names in expressions; what is behind the colon is a default.
  private static final Pattern REFERENCE = Pattern.compile("\\$\\{([^${}:]*)");

  // The texts in which SmallRye names the property that it could not give or evaluate.
  private static final Pattern MISSING =
      Pattern.compile("SRCFG00014: The config property (\\S+) is required");
  private static final Pattern ILL_TYPED =
      Pattern.compile("SRCFG00039: The config property (\\S+) ");
  private static final Pattern UNEXPANDABLE =
      Pattern.compile("SRCFG00011: Could not expand value (\\S+) in property (\\S+)");

  // %dev.key, or %{dev,test}.key for several environments.
  private static final Pattern PROFILED =
      Pattern.compile("%\\{?([a-z0-9_,-]+)\\}?\\.(.*)", Pattern.DOTALL);

  private static final String NOT_SHOWN = "(not shown)";

  // Would log values, secrets included, if it were on.
  private static final String LOG_VALUES = "smallrye.config.log.values";

  private static final int CONSTANTS = 1000;
  private static final int OVERRIDES = 500;
  private static final int VARIABLES = 300;
  private static final int ENV_FILE = 200;
  private static final int SHARED = 100;

  private final String env;
  private final SmallRyeConfig config;
  private final List<String> files;
  private final Set<String> filesFound;
  private final Set<String> keys;
  private final boolean variablesRead;
  private final Map<Class<?>, Object> mappings = new ConcurrentHashMap<>();

  private EnvironmentConfig(
      String env, SmallRyeConfig config, Files files, Set<String> keys, boolean variablesRead) {
    this.env = env;
    this.config = config;
    this.files = List.copyOf(files.searched);
    this.filesFound = Set.copyOf(files.found);
    this.keys = Set.copyOf(keys);
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
    ConfigValue value = value(key);
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
  public Map<String, String> group(String prefix) {
    Map<String, String> values = new TreeMap<>();
    for (String key : keys) {
      if (key.startsWith(prefix + ".")) {
        find(key).ifPresent(value -> values.put(key.substring(prefix.length() + 1), value));
      }
    }
    return Collections.unmodifiableMap(values);
  }

  /**
   * Every key of the files and the overrides, ordered, with the value that is in force and where it
   * is from. What a key has from a variable of the operating system alone is not among them.
   */
  public List<JobConfigSpec.Entry> entries() {
    return keys.stream().sorted().map(this::entry).toList();
  }

  /** {@link #entries} with what they are about, to be written as JSON. */
  public JobConfigSpec describe() {
    return new JobConfigSpec(
        SpecJson.FORMAT_VERSION,
        env,
        files.stream().filter(filesFound::contains).toList(),
        entries());
  }

  private JobConfigSpec.Entry entry(String key) {
    ConfigValue written = written(key);
    if (isHidden(written)) {
      return new JobConfigSpec.Entry(key, null, place(written), true, null);
    }
    String raw = written.getRawValue();
    ConfigValue value;
    try {
      value = config.getConfigValue(key);
    } catch (IllegalArgumentException e) {
      return new JobConfigSpec.Entry(key, raw, place(written), false, circular(written));
    }
    if (value.hasProblems()) {
      return new JobConfigSpec.Entry(key, raw, place(value), false, unexpandable(value));
    }
    boolean hidden = raw != null && leadsToHidden(raw, new HashSet<>());
    return new JobConfigSpec.Entry(
        key, hidden ? raw : value.getValue(), place(value), hidden, null);
  }

  private static boolean isHidden(ConfigValue value) {
    return SecretNames.matches(value.getName())
        || EnvConfigSource.NAME.equals(value.getConfigSourceName());
  }

  private boolean leadsToHidden(String raw, Set<String> seen) {
    Matcher reference = REFERENCE.matcher(raw);
    while (reference.find()) {
      boolean madeOfAnother = raw.startsWith("$", reference.end());
      if (madeOfAnother) {
        return true;
      }
      if (seen.add(reference.group(1))) {
        ConfigValue value = written(reference.group(1));
        String deeper = value.getRawValue();
        if (isHidden(value) || (deeper != null && leadsToHidden(deeper, seen))) {
          return true;
        }
      }
    }
    return false;
  }

  /** {@link #entries}, one line each: {@code key = value # origin}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (JobConfigSpec.Entry entry : entries()) {
      text.append(entry.key())
          .append(" = ")
          .append(entry.value() == null ? NOT_SHOWN : line(entry.value()))
          .append("  # ")
          .append(entry.origin());
      if (entry.hidden() && entry.value() != null) {
        text.append(", not evaluated because of what is not shown");
      }
      if (entry.problem() != null) {
        text.append(", not evaluated: ").append(line(entry.problem()));
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static String line(String text) {
    StringBuilder line = new StringBuilder();
    text.codePoints()
        .forEach(
            character -> {
              if (Character.isISOControl(character)) {
                line.append(String.format(Locale.ROOT, "\\u%04x", character));
              } else {
                line.appendCodePoint(character);
              }
            });
    return line.toString();
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
    SecretNames.requireUnprinted(mapping);
    return mapping.cast(mappings.computeIfAbsent(mapping, this::map));
  }

  private Object map(Class<?> mapping) {
    try {
      // The registry of mappings inside the configuration is not made for threads.
      synchronized (config) {
        ConfigMappings.registerConfigMappings(config, Set.of(ConfigClass.configClass(mapping)));
        Object values = config.getConfigMapping(mapping);
        requireSecrets(mapping);
        if (SecretNames.isPrinted(mapping)) {
          requireUnprinted(mapping, values.toString());
        }
        return values;
      }
    } catch (ConfigValidationException e) {
      List<String> problems = new ArrayList<>();
      for (int i = 0; i < e.getProblemCount(); i++) {
        problems.add(problem(e.getProblem(i).getMessage()));
      }
      // Not with the exception as the cause: its message may quote a secret.
      throw unfit(mapping, problems);
    }
  }

  /** SmallRye lets a {@code Secret} hold nothing; elsewhere it requires what is not optional. */
  private void requireSecrets(Class<?> mapping) {
    List<String> problems = new ArrayList<>();
    ConfigMappings.getProperties(ConfigClass.configClass(mapping))
        .forEach(
            (key, member) -> {
              boolean own = member.getMethod().getDeclaringClass().isAssignableFrom(mapping);
              if (own && member.isLeaf() && member.isSecret() && !member.hasDefaultValue()) {
                String value = value(key).getValue();
                if (value == null || value.isEmpty()) {
                  problems.add(missing(key));
                }
              }
            });
    if (!problems.isEmpty()) {
      throw unfit(mapping, problems);
    }
  }

  private static ConfigurationException unfit(Class<?> mapping, List<String> problems) {
    return new ConfigurationException(
        "The configuration does not fit "
            + mapping.getName()
            + ":\n- "
            + String.join("\n- ", problems.stream().distinct().sorted().toList()));
  }

  /** A member that looks like no secret may be made of one. */
  private void requireUnprinted(Class<?> mapping, String text) {
    for (String key : config.getPropertyNames()) {
      if (SecretNames.matches(key)) {
        String secret = value(key).getValue();
        if (secret != null && !secret.isBlank() && text.contains(secret)) {
          throw new ConfigurationException(
              mapping.getName()
                  + " declares toString(), which would print the value of '"
                  + key
                  + "'. Make the member that is made of it a io.smallrye.config.Secret<String>,"
                  + " which is never printed, or remove toString().");
        }
      }
    }
  }

  private String problem(String text) {
    Matcher missing = MISSING.matcher(text);
    if (missing.find()) {
      ConfigValue value = value(missing.group(1));
      return value.hasProblems() ? unexpandable(value) : missing(missing.group(1));
    }
    Matcher illTyped = ILL_TYPED.matcher(text);
    if (illTyped.find()) {
      return illTyped(value(illTyped.group(1)), null);
    }
    Matcher unexpandable = UNEXPANDABLE.matcher(text);
    if (unexpandable.find()) {
      return unexpandable(value(unexpandable.group(2)));
    }
    return withoutHiddenValues(text);
  }

  /** Texts of SmallRye that have no wording of their own here, such as those of validators. */
  private String withoutHiddenValues(String text) {
    String result = text;
    for (String key : config.getPropertyNames()) {
      ConfigValue value = value(key);
      String plain = value.getValue();
      if (plain != null && !plain.isBlank() && !plain.equals(shown(value))) {
        result = result.replace(plain, NOT_SHOWN);
      }
    }
    return result;
  }

  /**
   * The value of a key, with or without a problem.
   *
   * @throws ConfigurationException if its expressions lead back to it
   */
  private ConfigValue value(String key) {
    try {
      return config.getConfigValue(key);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(circular(written(key)));
    }
  }

  /** The value as it is written. */
  private ConfigValue written(String key) {
    return Expressions.withoutExpansion(() -> config.getConfigValue(key));
  }

  private String circular(ConfigValue value) {
    return "Configuration key '"
        + value.getName()
        + "' cannot be evaluated in environment '"
        + env
        + "': "
        + shown(value)
        + " in "
        + place(value)
        + " leads back to itself.";
  }

  private String missing(String key) {
    ConfigValue value = value(key);
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
    for (String file : files) {
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
    return text == null || !fromFile || SecretNames.matches(value.getName())
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
      Files files = new Files(loader);
      List<String> environments = files.readAll(env);
      List<String> lastWins = new ArrayList<>(environments);
      Collections.reverse(lastWins);
      SmallRyeConfigBuilder builder =
          new SmallRyeConfigBuilder()
              .forClassLoader(loader)
              .withProfiles(lastWins)
              .addDefaultInterceptors()
              .addDiscoveredConverters()
              // A prefix may hold keys that are read without a mapping, or by another one.
              .withValidateUnknown(false)
              .withSources(
                  NamedSource.of(
                      "the environment", Map.of(ENV_KEY, env, LOG_VALUES, "false"), CONSTANTS),
                  NamedSource.of("the overrides", overrides, OVERRIDES));
      @Nullable Map<String, String> read = variables;
      if (read != null) {
        builder.withSources(new EnvConfigSource(read, VARIABLES));
      }
      files.sources.forEach(builder::withSources);
      Set<String> keys = new TreeSet<>(overrides.keySet());
      keys.add(ENV_KEY);
      files.keys.forEach(key -> inForce(key, environments).ifPresent(keys::add));
      return new EnvironmentConfig(env, builder.build(), files, keys, read != null);
    }

    /** A key of a file without the environments it is for; empty if these are others. */
    private static Optional<String> inForce(String key, List<String> environments) {
      Matcher profiled = PROFILED.matcher(key);
      if (!profiled.matches()) {
        return Optional.of(key);
      }
      return Arrays.stream(profiled.group(1).split(",", -1)).anyMatch(environments::contains)
          ? Optional.of(profiled.group(2))
          : Optional.empty();
    }
  }

  /** The files of an environment, those of its ancestors and the shared one. */
  private static final class Files {
    private final ClassLoader loader;
    private final List<String> searched = new ArrayList<>();
    private final Set<String> found = new TreeSet<>();
    private final Set<String> keys = new TreeSet<>();
    private final List<ConfigSource> sources = new ArrayList<>();

    Files(ClassLoader loader) {
      this.loader = loader;
    }

    /** Reads all files; the environment and its ancestors, the nearest first. */
    List<String> readAll(String env) {
      List<String> environments = new ArrayList<>();
      @Nullable String next = env;
      while (next != null) {
        environments.add(next);
        Map<String, ConfigValue> values = read(fileOf(next), ENV_FILE - environments.size());
        ConfigValue parent = values.get(PARENT_KEY);
        next = parent == null ? null : parentOf(next, parent, environments);
      }
      read(SHARED_FILE, SHARED);
      return environments;
    }

    private String parentOf(String env, ConfigValue parent, List<String> environments) {
      String name = parent.getValue().strip();
      String problem;
      if (!EnvironmentName.isLegal(name)) {
        problem = "which is not a name of an environment. Use " + EnvironmentName.RULE + ".";
      } else if (environments.contains(name)) {
        problem =
            "which inherits from it: "
                + String.join(" -> ", environments)
                + " -> "
                + name
                + ". Remove one of these.";
      } else if (loader.getResource(fileOf(name)) == null) {
        problem =
            "but there is no " + fileOf(name) + " on the class path. Write it, or another name.";
      } else {
        return name;
      }
      throw new ConfigurationException(
          "Environment '"
              + env
              + "' inherits from '"
              + name
              + "' ("
              + PARENT_KEY
              + " in "
              + place(parent)
              + "), "
              + problem);
    }

    /**
     * Reads the nearest file of that name; those of libraries further down are not the project's.
     */
    private Map<String, ConfigValue> read(String name, int ordinal) {
      searched.add(name);
      URL url = loader.getResource(name);
      if (url == null) {
        return Map.of();
      }
      try {
        Map<String, ConfigValue> values =
            PropertiesConfigSource.urlToConfigValueMap(url, name, ordinal);
        sources.add(new NamedSource(name, values, ordinal));
        found.add(name);
        keys.addAll(values.keySet());
        return values;
      } catch (IOException | IllegalArgumentException e) {
        throw new ConfigurationException(
            "Cannot read " + name + " at " + url + ": " + e.getMessage(), e);
      }
    }
  }

  /** A source with a name for the user's eyes, whose values may know their line. */
  private static final class NamedSource extends MapBackedConfigValueConfigSource {
    private static final long serialVersionUID = 1L;

    NamedSource(String name, Map<String, ConfigValue> values, int ordinal) {
      super(name, values, ordinal);
    }

    static NamedSource of(String name, Map<String, String> values, int ordinal) {
      Map<String, ConfigValue> named = new TreeMap<>();
      values.forEach(
          (key, value) ->
              named.put(
                  key,
                  ConfigValue.builder()
                      .withName(key)
                      .withValue(value)
                      .withRawValue(value)
                      .withConfigSourceName(name)
                      .withConfigSourceOrdinal(ordinal)
                      .build()));
      return new NamedSource(name, named, ordinal);
    }
  }
}
