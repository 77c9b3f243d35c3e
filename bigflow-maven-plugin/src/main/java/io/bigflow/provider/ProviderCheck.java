// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import io.bigflow.dag.MovedClasses;
import io.bigflow.spec.NearestName;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds operators and arguments that an Airflow does not have, on which the import of the DAG would
 * fail. Of providers that are not in the catalog, everything is accepted.
 */
public final class ProviderCheck {
  private static final int ARGUMENTS_SHOWN = 12;

  private final ProviderCatalog catalog;
  private final List<AirflowTarget> targets;

  /**
   * A check for what the user wrote.
   *
   * @param images versions of Composer images with commas between them; may be empty
   * @param providers {@code NAME=VERSION} with commas between them; may be empty
   * @throws io.bigflow.problem.BigflowException with every problem of the two texts
   */
  public static ProviderCheck of(String images, String providers) {
    ProviderCatalog catalog = ProviderCatalog.bundled();
    return new ProviderCheck(catalog, AirflowTargets.of(catalog, images, providers));
  }

  /** A check for all of the targets; without any, everything is accepted. */
  public ProviderCheck(ProviderCatalog catalog, List<AirflowTarget> targets) {
    this.catalog = catalog;
    this.targets = List.copyOf(targets);
  }

  /**
   * A problem and its solution.
   *
   * @param what a sentence
   * @param fix a sentence
   */
  public record Finding(String what, String fix) {}

  /**
   * What is wrong with the use of an operator.
   *
   * @param className with its module, by its name in Airflow 2 or 3
   * @param arguments the keywords that it is called with
   */
  public List<Finding> problems(String className, Collection<String> arguments) {
    String current = MovedClasses.current(className);
    Optional<ProviderCatalog.Provider> provider = catalog.provider(current);
    if (provider.isEmpty()) {
      return List.of();
    }
    Set<Finding> findings = new LinkedHashSet<>();
    for (AirflowTarget target : targets) {
      new Use(provider.get(), current, target).check(arguments, findings);
    }
    return List.copyOf(findings);
  }

  /**
   * Whether every target has an argument of an operator, or may have it.
   *
   * @param className with its module, by its name in Airflow 2 or 3
   */
  public boolean accepts(String className, String argument) {
    Collection<String> none = List.of();
    return problems(className, List.of(argument)).size() <= problems(className, none).size();
  }

  /**
   * Somewhere that a target may have a class from.
   *
   * @param owner a provider, or Airflow itself
   * @param possible the releases that the target may have of it; absent = whichever
   */
  private record Place(
      String owner, ProviderCatalog.Operator operator, @Nullable Releases possible) {

    boolean hasOperator() {
      return has(operator.releases());
    }

    boolean has(Releases having) {
      return possible == null || !having.and(possible).isEmpty();
    }

    /** Since or until when the owner has something that it does not have in the target. */
    String when(Releases having) {
      return possible == null || possible.isEmpty() || having.isLaterThan(possible)
          ? "which came with " + owner + " " + having.first()
          : "which " + owner + " " + having.last() + " was the last to have";
    }
  }

  /** An operator on a target. */
  private final class Use {
    private final ProviderCatalog.Provider provider;
    private final String className;
    private final AirflowTarget target;

    /** Where Airflow 3 has it, and where Airflow 2 has it itself. */
    private final List<Place> places;

    Use(ProviderCatalog.Provider provider, String className, AirflowTarget target) {
      this.provider = provider;
      this.className = className;
      this.target = target;
      this.places =
          Stream.concat(
                  place(className).stream(),
                  MovedClasses.former(className)
                      .flatMap(catalog::former)
                      .map(this::ofAirflow)
                      .stream())
              .toList();
    }

    /** The class of a name; empty if the catalog does not have it. */
    private Optional<Place> place(String name) {
      return catalog
          .base(name)
          .map(this::ofAirflow)
          .or(
              () ->
                  catalog
                      .operator(name)
                      .flatMap(
                          operator ->
                              catalog
                                  .provider(name)
                                  .map(owner -> ofProvider(owner.name(), operator))));
    }

    private Place ofAirflow(ProviderCatalog.Operator operator) {
      return new Place("Airflow", operator, target.lines().orElse(null));
    }

    private Place ofProvider(String owner, ProviderCatalog.Operator operator) {
      return new Place(owner, operator, target.releases(owner).orElse(null));
    }

    void check(Collection<String> arguments, Set<Finding> findings) {
      if (target.releases(provider.name()).isEmpty()) {
        return; // a release beyond the catalog
      }
      if (places.isEmpty()) {
        findings.add(unknownClass());
        return;
      }
      if (places.stream().noneMatch(Place::hasOperator)) {
        Place place = places.get(0);
        findings.add(
            new Finding(
                who()
                    + " does not have the operator "
                    + className
                    + ", "
                    + place.when(place.operator().releases()),
                "Use another operator, or deploy to an Airflow that has it"));
        return;
      }
      for (String argument : arguments) {
        if (places.stream().noneMatch(place -> accepts(place, argument))) {
          findings.add(lacks(argument));
        }
      }
      // Airflow 2 and 3 may have it from different places, which demand the same in fact.
      Set<String> required = new LinkedHashSet<>(places.get(0).operator().required());
      places.forEach(place -> required.retainAll(place.operator().required()));
      for (String argument : required) {
        if (!arguments.contains(argument)) {
          findings.add(
              new Finding(
                  "The operator " + simpleName() + " needs the argument '" + argument + "'",
                  "Add it: .with(\"" + argument + "\", …)"));
        }
      }
    }

    private String simpleName() {
      return className.substring(className.lastIndexOf('.') + 1);
    }

    private boolean accepts(Place place, String argument) {
      if (!place.hasOperator()) {
        return false;
      }
      @Nullable Releases own = place.operator().arguments().get(argument);
      return (own != null && place.has(own))
          || place.operator().above().stream()
              .map(this::place)
              // What the catalog does not have may take anything.
              .anyMatch(above -> above.isEmpty() || accepts(above.get(), argument));
    }

    /** The place whose class has the argument in some release. */
    private Optional<Place> knowing(Place place, String argument) {
      return place.operator().arguments().containsKey(argument)
          ? Optional.of(place)
          : place.operator().above().stream()
              .flatMap(name -> place(name).stream())
              .flatMap(above -> knowing(above, argument).stream())
              .findFirst();
    }

    /** The arguments in some release, without those that every operator has. */
    private void addArguments(Place place, Set<String> found) {
      found.addAll(place.operator().arguments().keySet());
      place.operator().above().stream()
          .filter(name -> !name.equals(ProviderCatalog.OPERATOR))
          .flatMap(name -> place(name).stream())
          .forEach(above -> addArguments(above, found));
    }

    // ---- words

    /** The target, with the releases of the provider that it has. */
    private String who() {
      String releases =
          target
              .releases(provider.name())
              .map(
                  possible ->
                      possible.isEmpty()
                          ? "no " + provider.name()
                          : provider.name()
                              + possible
                                  .only()
                                  .map(version -> " " + version)
                                  .orElseGet(() -> " up to " + possible.last()))
              .orElse(provider.name());
      return target
          .image()
          .map(image -> "The image " + image + " (" + releases + ")")
          .orElse("The provider " + releases);
    }

    private Finding unknownClass() {
      String simple = simpleName();
      Map<String, String> bySimpleName = new TreeMap<>();
      catalog.classNames().stream()
          .filter(name -> name.startsWith(provider.packageName() + "."))
          .forEach(
              name -> bySimpleName.putIfAbsent(name.substring(name.lastIndexOf('.') + 1), name));
      Optional<String> meant =
          catalog.named(simple).stream()
              .findFirst()
              .or(() -> NearestName.of(simple, bySimpleName.keySet()).map(bySimpleName::get));
      return new Finding(
          "The provider " + provider.name() + " has no operator " + className,
          withNewer(
              meant
                  .map(name -> "Did you mean " + name + "?")
                  .orElse("Take the name from the provider's reference")));
    }

    private Finding lacks(String argument) {
      Optional<Place> known =
          places.stream().flatMap(place -> knowing(place, argument).stream()).findFirst();
      if (known.isPresent()) {
        return new Finding(
            who()
                + " has no argument '"
                + argument
                + "' of "
                + simpleName()
                + ", "
                + since(known.get(), argument),
            "Leave it out, or deploy to an Airflow that has it");
      }
      SortedSet<String> own = new TreeSet<>();
      places.forEach(place -> addArguments(place, own));
      String listed =
          own.size() <= ARGUMENTS_SHOWN
              ? "It has " + String.join(", ", own)
              : "Take the name from the operator's reference";
      return new Finding(
          "The operator " + simpleName() + " has no argument '" + argument + "'",
          withNewer(
              NearestName.of(argument, own)
                  .map(name -> "Did you mean '" + name + "'?")
                  .orElse(listed)));
    }

    private static String since(Place place, String argument) {
      return place.when(Objects.requireNonNull(place.operator().arguments().get(argument)));
    }

    /** A fix, and what to do if the release that the user has is unknown here. */
    private String withNewer(String fix) {
      return target
          .releases(provider.name())
          .filter(releases -> !releases.isEmpty() && releases.reachesTheNewest())
          .map(
              releases ->
                  fix
                      + (fix.endsWith("?") ? " " : ". ")
                      + "If your Airflow has a later release than "
                      + provider.name()
                      + " "
                      + releases.last()
                      + ", state it: -D"
                      + AirflowTargets.PROVIDERS
                      + "="
                      + provider.name()
                      + "=VERSION")
          .orElse(fix);
    }
  }
}
