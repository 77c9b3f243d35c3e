// SPDX-License-Identifier: Apache-2.0
package io.bigflow.config;

import io.bigflow.workflow.ConfigurationException;
import io.smallrye.config.Secret;
import io.smallrye.config.WithName;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which keys look like those of secrets, and who would print one. */
final class SecretNames {
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i).*(passw|pwd|secret|token|credential|api.?key|private.?key|access.?key|auth).*",
          Pattern.DOTALL);

  private SecretNames() {}

  /** Whether a key, or the name of a member, looks like one of a secret. */
  static boolean matches(String name) {
    return SECRET.matcher(name).matches();
  }

  /**
   * Refuses a mapping that prints all its values, because it declares {@code toString()}, and has a
   * member that looks like a secret and is none for SmallRye.
   *
   * @throws ConfigurationException if it is such a mapping, or is made of one
   */
  static void requireUnprinted(Class<?> mapping) {
    requireUnprinted(mapping, new HashSet<>());
  }

  private static void requireUnprinted(Class<?> mapping, Set<Class<?>> seen) {
    if (!mapping.isInterface() || mapping.getName().startsWith("java.") || !seen.add(mapping)) {
      return;
    }
    boolean prints = isPrinted(mapping);
    for (Method method : mapping.getMethods()) {
      if (!isMember(method)) {
        continue;
      }
      Type type = method.getGenericReturnType();
      if (prints && isSecret(method) && !isOf(type, Secret.class)) {
        throw new ConfigurationException(
            mapping.getName()
                + " declares toString(), which would print "
                + method.getName()
                + "(). Make that a io.smallrye.config.Secret<"
                + method.getReturnType().getSimpleName()
                + ">, which is never printed, or remove toString().");
      }
      group(type, seen);
    }
  }

  /** Whether {@code toString()} of a mapping shows its values: it does if it is declared. */
  static boolean isPrinted(Class<?> mapping) {
    return Arrays.stream(mapping.getMethods())
        .anyMatch(method -> method.getName().equals("toString") && isMember(method));
  }

  private static boolean isMember(Method method) {
    return method.getParameterCount() == 0;
  }

  private static boolean isSecret(Method method) {
    @Nullable WithName name = method.getAnnotation(WithName.class);
    return matches(method.getName()) || (name != null && matches(name.value()));
  }

  private static boolean isOf(Type type, Class<?> wanted) {
    return type == wanted
        || (type instanceof ParameterizedType generic
            && (generic.getRawType() == wanted
                || Arrays.stream(generic.getActualTypeArguments())
                    .anyMatch(argument -> isOf(argument, wanted))));
  }

  /** Members may be groups of members, also in an Optional, a List or a Map. */
  private static void group(Type type, Set<Class<?>> seen) {
    if (type instanceof Class<?> mapping) {
      requireUnprinted(mapping, seen);
    } else if (type instanceof ParameterizedType generic) {
      for (Type argument : generic.getActualTypeArguments()) {
        group(argument, seen);
      }
    }
  }
}
