// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import io.bigflow.dag.MovedClasses;
import io.bigflow.spec.NearestName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds operators and arguments that an Airflow does not have, on which the import of the DAG would
 * fail. Of providers that are not in the catalog, everything is accepted.
 */
public final class ProviderCheck {
  private static final int ARGUMENTS_SHOWN = 12;

  private final ProviderCatalog catalog;
  private final List<AirflowTarget> targets;

  /** A check for all of the targets. */
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

  /** An operator on a target. */
  private final class Use {
    private final ProviderCatalog.Provider provider;
    private final String className;
    private final AirflowTarget target;
    private final List<Place> places = new ArrayList<>();

    /** Somewhere that a target may have the operator from. */
    private record Place(
        String name, ProviderCatalog.Operator operator, @Nullable Releases releases) {}

    Use(ProviderCatalog.Provider provider, String className, AirflowTarget target) {
      this.provider = provider;
      this.className = className;
      this.target = target;
      Optional<Releases> releases = target.releases(provider.name());
      catalog
          .operator(className)
          .ifPresent(
              operator -> places.add(new Place(provider.name(), operator, releases.orElse(null))));
      MovedClasses.former(className)
          .flatMap(catalog::former)
          .ifPresent(
              operator -> places.add(new Place("Airflow", operator, target.lines().orElse(null))));
    }

    void check(Collection<String> arguments, Set<Finding> findings) {
      if (target.releases(provider.name()).isEmpty()) {
        return; // a release beyond the catalog
      }
      if (places.isEmpty()) {
        findings.add(unknownClass());
        return;
      }
      if (places.stream().noneMatch(place -> has(place.operator().releases(), place.releases()))) {
        Place place = places.get(0);
        findings.add(
            new Finding(
                who()
                    + " does not have the operator "
                    + className
                    + ", "
                    + when(place.name(), place.operator().releases()),
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
      if (!has(place.operator().releases(), place.releases())) {
        return false;
      }
      Releases own = place.operator().arguments().get(argument);
      if (own != null && has(own, place.releases())) {
        return true;
      }
      return place.operator().above().stream().anyMatch(name -> aboveAccepts(name, argument));
    }

    private boolean aboveAccepts(String name, String argument) {
      Optional<ProviderCatalog.Operator> base = catalog.base(name);
      if (base.isPresent()) {
        return accepts(new Place("Airflow", base.get(), target.lines().orElse(null)), argument);
      }
      Optional<ProviderCatalog.Operator> other = catalog.operator(name);
      if (other.isEmpty()) {
        return true; // of a provider that is not in the catalog
      }
      Releases releases =
          catalog.provider(name).flatMap(found -> target.releases(found.name())).orElse(null);
      return accepts(new Place(name, other.get(), releases), argument);
    }

    private boolean has(Releases having, @Nullable Releases possible) {
      return possible == null || !having.and(possible).isEmpty();
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

    /** Since or until when something exists. */
    private String when(String owner, Releases having) {
      Releases possible =
          owner.equals("Airflow")
              ? target.lines().orElse(having)
              : target.releases(owner).orElse(having);
      return possible.isEmpty() || having.isLaterThan(possible)
          ? "which came with " + owner + " " + having.first()
          : "which " + owner + " " + having.last() + " was the last to have";
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
      String simple = simpleName();
      Optional<Place> elsewhere = places.stream().filter(p -> knows(p, argument)).findFirst();
      if (elsewhere.isPresent()) {
        return new Finding(
            who()
                + " has no argument '"
                + argument
                + "' of "
                + simple
                + ", "
                + since(elsewhere.get(), argument),
            "Leave it out, or deploy to an Airflow that has it");
      }
      Set<String> own = catalog.ownArguments(className);
      String listed =
          own.size() <= ARGUMENTS_SHOWN
              ? "It has " + String.join(", ", own)
              : "Take the name from the operator's reference";
      return new Finding(
          "The operator " + simple + " has no argument '" + argument + "'",
          withNewer(
              NearestName.of(argument, own)
                  .map(name -> "Did you mean '" + name + "'?")
                  .orElse(listed)));
    }

    private boolean knows(Place place, String argument) {
      return place.operator().arguments().containsKey(argument)
          || place.operator().above().stream()
              .flatMap(name -> catalog.base(name).stream())
              .anyMatch(base -> knows(new Place("Airflow", base, null), argument));
    }

    private String since(Place place, String argument) {
      Releases own = place.operator().arguments().get(argument);
      if (own != null) {
        return when(place.name(), own);
      }
      return place.operator().above().stream()
          .flatMap(name -> catalog.base(name).stream())
          .filter(base -> knows(new Place("Airflow", base, null), argument))
          .findFirst()
          .map(base -> since(new Place("Airflow", base, null), argument))
          .orElse("");
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
