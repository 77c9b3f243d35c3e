// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import io.bigflow.spec.DefinitionFailure;
import io.bigflow.workflow.ConfigurationException;
import io.bigflow.workflow.DefinitionContext;
import io.bigflow.workflow.Workflow;
import io.bigflow.workflow.WorkflowDefinition;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Loads, instantiates and asks definitions. A definition is a concrete class with a no-argument
 * constructor of any visibility, or has a field {@code public static final INSTANCE} of its own
 * type, as a Kotlin {@code object} does.
 */
public final class DefinitionLoader {
  private final ClassLoader classLoader;

  /** Loads classes with the given loader. */
  public DefinitionLoader(ClassLoader classLoader) {
    this.classLoader = classLoader;
  }

  /**
   * The workflow that a class declares.
   *
   * @param definition the binary name of the class
   * @throws DefinitionException whatever user code does, short of ending the JVM
   */
  public Workflow load(String definition, DefinitionContext context) throws DefinitionException {
    Class<?> type = type(definition);
    WorkflowDefinition instance = instance(type);
    @Nullable Workflow workflow;
    try {
      workflow = instance.define(context);
    } catch (Throwable thrown) {
      throw thrown(type, "define(…)", thrown);
    }
    if (workflow == null) {
      throw failure(
          type, "define(…) returned null", "End it with: return Workflow.builder(…)….build()");
    }
    return workflow;
  }

  /**
   * Does what may call user code of a declared workflow once more.
   *
   * @param definition the binary name of the class
   * @param what the subject of a message about its failure
   * @throws DefinitionException whatever user code does, short of ending the JVM
   */
  public <T> T guarded(String definition, String what, Supplier<T> code)
      throws DefinitionException {
    try {
      return code.get();
    } catch (Throwable thrown) {
      throw thrown(type(definition), what, thrown);
    }
  }

  private Class<?> type(String definition) throws DefinitionException {
    try {
      return Class.forName(definition, false, classLoader);
    } catch (ClassNotFoundException e) {
      throw new DefinitionException(
          new DefinitionFailure(
              definition,
              definition,
              "The class is not on the class path",
              "Compile the project again: mvn clean package"),
          e);
    } catch (UnsupportedClassVersionError e) {
      throw new DefinitionException(
          new DefinitionFailure(
              definition,
              definition,
              "The class was compiled for a newer Java than the "
                  + Runtime.version().feature()
                  + " that runs here: "
                  + e.getMessage(),
              "Set <maven.compiler.release>"
                  + Runtime.version().feature()
                  + "</maven.compiler.release>, or use the newer Java everywhere"),
          e);
    } catch (LinkageError e) {
      throw new DefinitionException(
          new DefinitionFailure(
              definition,
              definition,
              "The class cannot be loaded: " + e,
              "Add the dependency that holds the missing class, with scope compile or runtime"),
          e);
    }
  }

  private static WorkflowDefinition instance(Class<?> type) throws DefinitionException {
    if (!WorkflowDefinition.class.isAssignableFrom(type)) {
      throw failure(
          type,
          "The class does not implement " + WorkflowDefinition.class.getName(),
          "Implement it, or remove the class from the list of definitions");
    }
    if (Modifier.isAbstract(type.getModifiers())) {
      throw failure(
          type,
          type.isInterface() ? "It is an interface" : "The class is abstract",
          "Name a concrete class");
    }
    try {
      @Nullable WorkflowDefinition singleton = singleton(type);
      if (singleton != null) {
        return singleton;
      }
      if (type.isAnonymousClass() || type.isLocalClass()) {
        throw failure(
            type,
            "The class is declared inside a method",
            "Make it a top-level or a static nested class");
      }
      if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
        throw failure(
            type,
            "The class is an inner class, so it cannot exist without an object of its outer class",
            "Declare it static (in Kotlin: not inner), or make it a top-level class");
      }
      Constructor<?> constructor = type.getDeclaredConstructor();
      constructor.setAccessible(true);
      return (WorkflowDefinition) constructor.newInstance();
    } catch (NoSuchMethodException e) {
      throw failure(
          type,
          "The class has no no-argument constructor",
          "Add one (it may be private); values come from the context: context.config().get(\"key\")");
    } catch (InvocationTargetException e) {
      throw thrown(type, "The constructor", e.getCause() == null ? e : e.getCause());
    } catch (ExceptionInInitializerError e) {
      throw thrown(type, "The static initializer", e.getCause() == null ? e : e.getCause());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      throw thrown(type, "The constructor", e);
    }
  }

  private static @Nullable WorkflowDefinition singleton(Class<?> type)
      throws IllegalAccessException {
    for (Field field : type.getDeclaredFields()) {
      int modifiers = field.getModifiers();
      if (field.getName().equals("INSTANCE")
          && field.getType() == type
          && Modifier.isPublic(modifiers)
          && Modifier.isStatic(modifiers)
          && Modifier.isFinal(modifiers)) {
        field.setAccessible(true);
        return (WorkflowDefinition) field.get(null);
      }
    }
    return null;
  }

  private static DefinitionException failure(Class<?> type, String problem, String fix) {
    return new DefinitionException(
        new DefinitionFailure(type.getName(), type.getName(), problem, fix), null);
  }

  private static DefinitionException thrown(Class<?> type, String where, Throwable thrown) {
    String place = UserCode.of(type).place(thrown);
    String problem;
    String fix;
    if (thrown instanceof ConfigurationException) {
      problem = where + " cannot be configured: " + sentence(thrown.getMessage());
      fix = "Mend the configuration, or do not ask for this value where the workflow is declared";
    } else if (thrown instanceof LinkageError) {
      problem = where + " threw " + sentence(thrown.toString());
      fix =
          "Add the dependency that holds the missing class, with scope compile or runtime; if it is"
              + " there, look for two versions of it: mvn dependency:tree -Dverbose";
    } else {
      problem = where + " threw " + sentence(thrown.toString());
      fix =
          "Mend the code there; a definition declares and does no work (no network, no files, no"
              + " clock)";
    }
    return new DefinitionException(
        new DefinitionFailure(type.getName(), place, problem, fix), thrown);
  }

  private static String sentence(@Nullable String text) {
    String stripped = text == null ? "no message" : text.strip();
    return stripped.endsWith(".") ? stripped.substring(0, stripped.length() - 1) : stripped;
  }
}
