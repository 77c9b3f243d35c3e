// SPDX-License-Identifier: Apache-2.0
package io.bigflow.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import example.Broken;
import example.HelloWorkflow;
import example.RichWorkflow;
import example.Singleton;
import io.bigflow.config.EnvironmentConfig;
import io.bigflow.spec.DefinitionFailure;
import org.junit.jupiter.api.Test;

class DefinitionLoaderTest {

  private final DefinitionLoader loader =
      new DefinitionLoader(DefinitionLoaderTest.class.getClassLoader());
  private final DeclaredFor context =
      new DeclaredFor("dev", EnvironmentConfig.builder("dev").build());

  @Test
  void createsClassesWithConstructorsOfAnyVisibilityAndKotlinObjects() throws Exception {
    assertThat(loader.load(HelloWorkflow.class.getName(), context).id()).isEqualTo("hello");
    assertThat(loader.load(RichWorkflow.class.getName(), context).id()).isEqualTo("rich");
    assertThat(loader.load(Singleton.class.getName(), context).id()).isEqualTo("singleton");
  }

  @Test
  void saysWhatIsWrongWithAClass() {
    assertThat(failure("example.Nowhere").problem())
        .isEqualTo("The class is not on the class path");
    assertThat(failure(Broken.Abstract.class.getName()).problem())
        .isEqualTo("The class is abstract");
    assertThat(failure("example.Broken$NoDefault").problem())
        .isEqualTo("The class has no no-argument constructor");
    assertThat(failure("example.Broken$Inner").problem()).contains("inner class");
    assertThat(failure("example.Broken$1").problem())
        .isEqualTo("The class is declared inside a method");
    assertThat(failure("java.lang.String").problem()).contains("does not implement");
    for (String definition : new String[] {"example.Broken$Inner", "example.Broken$NoDefault"}) {
      assertThat(failure(definition).place()).isEqualTo(definition);
      assertThat(failure(definition).fix()).isNotBlank();
    }
  }

  @Test
  void namesThePlaceInUserCode() {
    DefinitionFailure constructor = failure("example.Broken$ConstructorThrows");
    assertThat(constructor.problem())
        .isEqualTo("The constructor threw java.lang.IllegalStateException: no network here");
    assertThat(constructor.place())
        .matches("example\\.Broken\\$ConstructorThrows\\.<init>\\(Broken\\.java:\\d+\\)");

    DefinitionFailure initializer = failure("example.Broken$InitializerThrows");
    assertThat(initializer.problem())
        .startsWith("The static initializer threw java.lang.NumberFormatException")
        .contains("seven");
    assertThat(initializer.place())
        .matches("example\\.Broken\\$InitializerThrows\\.<clinit>\\(Broken\\.java:\\d+\\)");

    DefinitionFailure define = failure("example.Broken$DefineThrows");
    assertThat(define.problem())
        .isEqualTo("define(…) threw java.lang.NoClassDefFoundError: com/acme/Missing");
    assertThat(define.place())
        .matches("example\\.Broken\\$DefineThrows\\.deeper\\(Broken\\.java:\\d+\\)");
    assertThat(define.fix()).contains("dependency");

    assertThat(failure("example.Broken$Overflows").problem()).contains("StackOverflowError");
  }

  @Test
  void reportsNullAndMissingConfiguration() {
    assertThat(failure("example.Broken$ReturnsNull").problem())
        .isEqualTo("define(…) returned null");

    DefinitionFailure nullId = failure("example.Broken$NullId");
    assertThat(nullId.problem())
        .isEqualTo("define(…) threw java.lang.NullPointerException: The id of a task is null");
    assertThat(nullId.place()).startsWith("example.Broken$NullId.define(Broken.java:");

    DefinitionFailure config = failure("example.Broken$NeedsConfig");
    assertThat(config.problem())
        .startsWith("define(…) cannot be configured: Configuration key 'no.such.key' has no value");
    assertThat(config.place()).startsWith("example.Broken$NeedsConfig.define(Broken.java:");
  }

  private DefinitionFailure failure(String definition) {
    return catchThrowableOfType(DefinitionException.class, () -> loader.load(definition, context))
        .failure();
  }
}
