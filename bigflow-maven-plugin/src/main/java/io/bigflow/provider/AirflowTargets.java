// SPDX-License-Identifier: Apache-2.0
package io.bigflow.provider;

import io.bigflow.composer.ComposerImage;
import io.bigflow.problem.BigflowException;
import io.bigflow.problem.Problem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads which Airflows the workflows are to run on from what the user wrote. */
public final class AirflowTargets {
  /** The parameter that names images. */
  public static final String IMAGES = "bigflow.composer.image";

  /** The parameter that states versions of providers. */
  public static final String PROVIDERS = "bigflow.airflow.providers";

  // As a user writes it, and as pip prints it.
  private static final Pattern PROVIDER =
      Pattern.compile(
          "(?:apache-airflow-providers-)?([a-z][a-z0-9-]*)\\s*==?\\s*([0-9]{1,6}(?:\\.[0-9]{1,6}){1,3})");

  private AirflowTargets() {}

  /**
   * The targets.
   *
   * @param images versions of Composer images with commas between them; may be empty
   * @param providers {@code NAME=VERSION} with commas between them; may be empty
   * @throws BigflowException with every problem of the two texts
   */
  public static List<AirflowTarget> of(ProviderCatalog catalog, String images, String providers) {
    List<Problem> problems = new ArrayList<>();
    Map<String, String> versions = versions(catalog, providers, problems);
    List<AirflowTarget> targets = new ArrayList<>();
    for (String text : items(images)) {
      ComposerImage.parse(text)
          .ifPresentOrElse(
              image -> targets.add(AirflowTarget.of(catalog, image).with(catalog, versions)),
              () ->
                  problems.add(
                      Problem.of(
                          "'" + text + "' is not the version of a Composer image",
                          IMAGES,
                          "Write what this prints: gcloud composer environments describe ENVIRONMENT"
                              + " --location=REGION"
                              + " --format='value(config.softwareConfig.imageVersion)'")));
    }
    if (!problems.isEmpty()) {
      throw BigflowException.of("It is not clear what the operators are checked for:", problems);
    }
    return targets.isEmpty()
        ? List.of(AirflowTarget.any(catalog).with(catalog, versions))
        : List.copyOf(targets);
  }

  private static Map<String, String> versions(
      ProviderCatalog catalog, String providers, List<Problem> problems) {
    Map<String, String> versions = new TreeMap<>();
    for (String text : items(providers)) {
      Matcher parts = PROVIDER.matcher(text);
      if (!parts.matches()) {
        problems.add(
            Problem.of(
                "'" + text + "' is not a provider with its version",
                PROVIDERS,
                "Write for example google=22.1.0,standard=1.9.0"));
      } else if (!catalog.providers().containsKey(parts.group(1))) {
        problems.add(
            Problem.of(
                "BigFlow does not check the operators of the provider '" + parts.group(1) + "'",
                PROVIDERS,
                "Leave it out; it checks those of "
                    + String.join(", ", catalog.providers().keySet())));
      } else {
        versions.put(parts.group(1), whole(parts.group(2)));
      }
    }
    return versions;
  }

  // 22.8 is 22.8.0, which the order of versions does not know.
  private static String whole(String version) {
    return version + ".0".repeat(Math.max(0, 3 - version.split("\\.", -1).length));
  }

  private static List<String> items(String text) {
    return Arrays.stream(text.split("[,\\n]", -1))
        .map(String::strip)
        .filter(item -> !item.isEmpty())
        .toList();
  }
}
