// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import io.bigflow.composer.ComposerImage;
import java.lang.module.ModuleDescriptor.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An Airflow that workflows are to run on: the releases of the providers that it may have. Those of
 * an image whose packages BigFlow knows are single releases; of another image, all that its Airflow
 * and its date allow.
 */
public final class AirflowTarget {
  private static final String IMAGES = "composer-images.json";

  private final @Nullable String image;
  private final @Nullable Releases lines;
  private final Map<String, Releases> providers;

  private AirflowTarget(
      @Nullable String image, @Nullable Releases lines, Map<String, Releases> providers) {
    this.image = image;
    this.lines = lines;
    this.providers = new TreeMap<>(providers);
  }

  /** Whatever Airflow: all releases of the catalog. */
  static AirflowTarget any(ProviderCatalog catalog) {
    Map<String, Releases> all = new TreeMap<>();
    catalog
        .providers()
        .forEach((name, provider) -> all.put(name, Releases.all(provider.versions())));
    return new AirflowTarget(null, Releases.all(catalog.lines()), all);
  }

  /** That of a Composer image. */
  static AirflowTarget of(ProviderCatalog catalog, ComposerImage image) {
    @Nullable Image known = images().get(image.text());
    Map<String, Releases> providers = new TreeMap<>();
    catalog
        .providers()
        .forEach((name, provider) -> providers.put(name, possible(provider, image, known)));
    String line = line(image.airflow());
    AirflowTarget target =
        new AirflowTarget(
            image.text(),
            catalog.lines().contains(line) ? Releases.where(catalog.lines(), line::equals) : null,
            providers);
    return known == null ? target : target.with(catalog, known.providers());
  }

  /**
   * The packages of images, as the field's page lists them.
   *
   * @param date of its release, ISO 8601
   * @param providers their versions, as far as they are known
   * @see <a href="https://cloud.google.com/composer/docs/versions-packages">the page</a>
   */
  record Image(String date, Map<String, String> providers) {}

  /** The images whose packages are known. */
  static Map<String, Image> images() {
    return new TreeMap<>(ProviderCatalog.read(IMAGES, ImageFile.class));
  }

  // Jackson reads the type of a map's values from a subclass.
  private static final class ImageFile extends TreeMap<String, Image> {
    private static final long serialVersionUID = 1;
  }

  private static Releases possible(
      ProviderCatalog.Provider provider, ComposerImage image, @Nullable Image known) {
    Version airflow = Version.parse(image.airflow());
    Map<String, CatalogFile.Release> releases = new TreeMap<>();
    provider.releases().forEach(release -> releases.put(release.version(), release));
    return Releases.where(
        provider.versions(),
        version -> {
          CatalogFile.Release release = releases.get(version);
          return release != null
              && Version.parse(release.airflow()).compareTo(airflow) <= 0
              && (known == null || release.date().compareTo(known.date()) <= 0);
        });
  }

  // 3.1.7 is of the line 3.1.
  private static String line(String version) {
    String[] numbers = version.split("\\.", -1);
    return numbers[0] + "." + numbers[1];
  }

  /**
   * This target with releases that are known for sure. A release between two of the catalog counts
   * as the earlier one; one beyond the catalog leaves its provider unchecked.
   */
  AirflowTarget with(ProviderCatalog catalog, Map<String, String> versions) {
    Map<String, Releases> changed = new TreeMap<>(providers);
    versions.forEach(
        (name, stated) -> {
          ProviderCatalog.@Nullable Provider provider = catalog.providers().get(name);
          if (provider != null) {
            nearest(provider.versions(), stated)
                .ifPresentOrElse(
                    version ->
                        changed.put(name, Releases.where(provider.versions(), version::equals)),
                    () -> changed.remove(name));
          }
        });
    return new AirflowTarget(image, lines, changed);
  }

  private static Optional<String> nearest(List<String> versions, String stated) {
    Version wanted = Version.parse(stated);
    String newest = versions.get(versions.size() - 1);
    if (wanted.compareTo(Version.parse(newest)) > 0) {
      return Optional.empty();
    }
    return versions.stream()
        .filter(version -> Version.parse(version).compareTo(wanted) <= 0)
        .reduce((earlier, later) -> later);
  }

  /** How messages name it, if it is an image. */
  public Optional<String> image() {
    return Optional.ofNullable(image);
  }

  /** The lines of Airflow that it may have; empty if the catalog does not know its line. */
  Optional<Releases> lines() {
    return Optional.ofNullable(lines);
  }

  /** The releases of a provider that it may have; empty if they are beyond the catalog. */
  Optional<Releases> releases(String provider) {
    return Optional.ofNullable(providers.get(provider));
  }

  /** The version of a provider, if there is but one that it may have. */
  public Optional<String> version(String provider) {
    return releases(provider).flatMap(Releases::only);
  }
}
