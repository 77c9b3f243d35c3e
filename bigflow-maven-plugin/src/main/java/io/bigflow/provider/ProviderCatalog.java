// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The operators that the providers of Composer have, with the arguments of each release. The data
 * are read from the providers' published packages by {@code .ci/providers/catalog.py}, and compared
 * with installed ones in CI.
 */
public final class ProviderCatalog {
  private static final ObjectMapper JSON = JsonMapper.builder().build();

  /** What all operators, and all sensors, have from Airflow itself. */
  static final String OPERATOR = "BaseOperator";

  private final List<String> lines;
  private final Map<String, Provider> providers;
  private final Map<String, Operator> bases;
  private final SortedMap<String, Operator> former;
  private final SortedMap<String, Operator> classes;

  private ProviderCatalog(CatalogFile file) {
    this.lines = file.airflow();
    Map<String, Provider> named = new TreeMap<>();
    file.providers()
        .forEach(
            (name, provider) ->
                named.put(name, new Provider(name, provider.packageName(), provider.releases())));
    this.providers = named;
    this.bases = new TreeMap<>();
    file.bases()
        .forEach(
            (name, entry) -> {
              Operator base = operator(entry, lines);
              // Nothing is above the base of all.
              bases.put(
                  name,
                  name.equals(OPERATOR)
                      ? new Operator(base.releases(), base.arguments(), List.of(), List.of())
                      : base);
            });
    this.former = new TreeMap<>();
    List<String> airflow2 = lines.stream().filter(line -> line.startsWith("2.")).toList();
    file.former().forEach((name, entry) -> former.put(name, operator(entry, airflow2)));
    this.classes = new TreeMap<>();
    file.classes()
        .forEach(
            (name, entry) ->
                provider(name)
                    .ifPresent(
                        provider -> classes.put(name, operator(entry, provider.versions()))));
  }

  /** The one that comes with this plugin. */
  public static ProviderCatalog bundled() {
    return new ProviderCatalog(read("catalog.json", CatalogFile.class));
  }

  static <T> T read(String resource, Class<T> type) {
    try (InputStream stream = ProviderCatalog.class.getResourceAsStream(resource)) {
      if (stream == null) {
        throw new IllegalStateException("The plugin lacks its resource " + resource);
      }
      return JSON.readValue(stream, type);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Operator operator(CatalogFile.Entry entry, List<String> versions) {
    List<List<@Nullable String>> spans = entry.releases();
    Releases releases = spans == null ? Releases.all(versions) : Releases.within(versions, spans);
    Map<String, Releases> arguments = new TreeMap<>();
    entry.arguments().forEach(argument -> arguments.put(argument, releases));
    Map<String, List<List<@Nullable String>>> changed = entry.changed();
    if (changed != null) {
      changed.forEach((argument, when) -> arguments.put(argument, Releases.within(versions, when)));
    }
    List<String> required = entry.required();
    List<String> above = entry.above();
    return new Operator(
        releases,
        arguments,
        required == null ? List.of() : required,
        above == null ? List.of(OPERATOR) : above);
  }

  /**
   * A provider of the catalog.
   *
   * @param name as in {@code apache-airflow-providers-<name>}
   * @param packageName its Python package
   * @param releases oldest first
   */
  record Provider(String name, String packageName, List<CatalogFile.Release> releases) {

    List<String> versions() {
      return releases.stream().map(CatalogFile.Release::version).toList();
    }
  }

  /**
   * An operator or sensor.
   *
   * @param releases that have it
   * @param arguments its own and those of its bases in the same provider, with their releases
   * @param required arguments that must be there
   * @param above what it has arguments from besides
   */
  record Operator(
      Releases releases,
      Map<String, Releases> arguments,
      List<String> required,
      List<String> above) {}

  /** The lines of Airflow, such as {@code 3.1}, oldest first. */
  List<String> lines() {
    return lines;
  }

  /** The providers by name. */
  Map<String, Provider> providers() {
    return providers;
  }

  /** The provider that a class belongs to by its package, if that provider is in the catalog. */
  Optional<Provider> provider(String className) {
    return providers.values().stream()
        .filter(provider -> className.startsWith(provider.packageName() + "."))
        .findFirst();
  }

  /** A class of a provider. */
  Optional<Operator> operator(String className) {
    return Optional.ofNullable(classes.get(className));
  }

  /** A class that Airflow 2 has itself, among the lines of Airflow 2. */
  Optional<Operator> former(String className) {
    return Optional.ofNullable(former.get(className));
  }

  /** What Airflow itself gives to operators. */
  Optional<Operator> base(String name) {
    return Optional.ofNullable(bases.get(name));
  }

  /** The names of all classes. */
  SortedSet<String> classNames() {
    return new TreeSet<>(classes.keySet());
  }

  /** The classes with a simple name. */
  List<String> named(String simpleName) {
    return classes.keySet().stream().filter(name -> name.endsWith("." + simpleName)).toList();
  }
}
