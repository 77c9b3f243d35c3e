// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.mustachejava.MustacheException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DagTemplateTest {
  private static final PythonText VALUE = PythonLiteral.of("<a & \"b\">").layOut(0, 0, 0);

  @Test
  void valuesAreWrittenAsTheyAre() {
    assertThat(DagTemplate.parse("x=<% x %>,").render(Map.of("x", VALUE)))
        .isEqualTo("x='<a & \"b\">',");
  }

  @Test
  void bracesOfAirflowArePlainText() {
    String jinja = "{{ ds }} {{{ ds }}} {{& ds }} {{#x}} {{> y }} {% if x %} {{=<< >>=}}";

    assertThat(DagTemplate.parse(jinja).render(Map.of())).isEqualTo(jinja);
  }

  @Test
  void valueIsNotReadAsATemplate() {
    PythonText nasty = PythonLiteral.of("<% other %> {{ x }}").layOut(0, 0, 0);

    assertThat(DagTemplate.parse("<% x %>").render(Map.of("x", nasty)))
        .isEqualTo("\"<% other %> {{ x }}\"");
  }

  @Test
  void missingNameIsAnError() {
    assertThatThrownBy(() -> DagTemplate.parse("<% x %>").render(Map.of("y", VALUE)))
        .isInstanceOf(MustacheException.class)
        .hasStackTraceContaining("The model has no 'x'");
    assertThatThrownBy(() -> DagTemplate.parse("<%# x %>a<%/ x %>").render(Map.of("y", VALUE)))
        .hasStackTraceContaining("The model has no 'x'");
    assertThatThrownBy(() -> DagTemplate.parse("<%^ x %>a<%/ x %>").render(Map.of("y", VALUE)))
        .hasStackTraceContaining("The model has no 'x'");
  }

  @Test
  void missingNameInALaterItemIsAnError() {
    DagTemplate template = DagTemplate.parse("<%# items %><% x %><%/ items %>");

    assertThatThrownBy(
            () -> template.render(Map.of("items", List.of(Map.of("x", VALUE), Map.of()))))
        .hasStackTraceContaining("The model has no 'x'");
  }

  @Test
  void plainStringIsAnError() {
    assertThatThrownBy(() -> DagTemplate.parse("<% x %>").render(Map.of("x", "1; import os")))
        .hasStackTraceContaining("Not Python text: java.lang.String");
  }

  @Test
  void nullIsAnError() {
    assertThatThrownBy(
            () -> DagTemplate.parse("<% x %>").render(Collections.singletonMap("x", null)))
        .hasStackTraceContaining("A value of the model is null");
  }

  @Test
  void unescapedValueIsAnError() {
    assertThatThrownBy(() -> DagTemplate.parse("<%& x %>"))
        .isInstanceOf(MustacheException.class)
        .hasMessageContaining("'x' asks for an unescaped value");
    assertThatThrownBy(() -> DagTemplate.parse("<%{x}%>")).isInstanceOf(MustacheException.class);
  }
}
