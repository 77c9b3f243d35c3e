// SPDX-License-Identifier: Apache-2.0
package io.bigflow.workflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OperatorTest {
  private static final Operator OPERATOR = Operator.of("a.B");

  private static Object value(Object given) {
    return Objects.requireNonNull(OPERATOR.with("x", given).arguments().get("x"));
  }

  @Test
  void valuesBecomeOneOfAFewTypes() {
    assertThat(value("text")).isEqualTo("text");
    assertThat(value((byte) 1)).isEqualTo(1L);
    assertThat(value(1)).isEqualTo(1L);
    assertThat(value(0.1)).isEqualTo(new BigDecimal("0.1"));
    assertThat(value(0.1f)).isEqualTo(new BigDecimal("0.1"));
    assertThat(value(BigInteger.TEN.pow(30))).isEqualTo(new BigDecimal(BigInteger.TEN.pow(30)));
    assertThat(value(Execution.POD)).isEqualTo("POD");
    assertThat(value(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
    assertThat(value(Instant.EPOCH)).isEqualTo(ZonedDateTime.parse("1970-01-01T00:00:00Z"));
    assertThat(value(OffsetDateTime.parse("2026-01-01T00:00:00+02:00")))
        .isEqualTo(ZonedDateTime.parse("2026-01-01T00:00:00+02:00"));
    assertThat(value(Map.of("a", List.of(1, 2)))).isEqualTo(Map.of("a", List.of(1L, 2L)));
    assertThat(value(Arrays.asList(null, true))).isEqualTo(Arrays.asList(null, true));
    assertThat(OPERATOR.with("x", null).arguments()).containsEntry("x", null);
  }

  @Test
  void whatHasNoOrderGetsOne() {
    assertThat(value(Set.of("c", "b", "a"))).isEqualTo(List.of("a", "b", "c"));
    Map<?, ?> sorted = (Map<?, ?>) value(Map.of("c", 1, "b", 2, "a", 3));
    assertThat(new ArrayList<>(sorted.keySet())).isEqualTo(List.of("a", "b", "c"));
    Map<String, Object> ordered = new LinkedHashMap<>();
    ordered.put("z", 1);
    ordered.put("a", 2);
    assertThat(new ArrayList<>(((Map<?, ?>) value(ordered)).keySet())).isEqualTo(List.of("z", "a"));
  }

  @Test
  void aLaterArgumentTakesThePlaceOfAnEarlierOne() {
    Operator changed = OPERATOR.with("x", 1).with("y", 2).with("x", 3);

    assertThat(changed.arguments()).containsExactly(Map.entry("x", 3L), Map.entry("y", 2L));
    assertThat(OPERATOR.arguments()).isEmpty();
  }

  @Test
  void whatPythonHasNoLiteralForIsRefused() {
    assertThatThrownBy(() -> OPERATOR.with("x", Map.of("a", List.of(new StringBuilder()))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The argument 'x.a[0]' of an operator is a java.lang.StringBuilder. Give a text,"
                + " boolean, number, Template, Duration, point in time, or collections and maps"
                + " with text keys of these.");
    assertThatThrownBy(() -> OPERATOR.with("x", Double.NaN)).hasMessageContaining("'x'");
    assertThatThrownBy(() -> OPERATOR.with("x", Map.of(1, 2))).hasMessageContaining("'x[1]'");
  }

  @Test
  void templatesAreJoined() {
    Template joined = Template.join("a", Template.join(Template.runtime("%Y"), "b"));

    assertThat(joined.parts())
        .containsExactly(
            new Template.LiteralPart("a"),
            new Template.RuntimePart("%Y"),
            new Template.LiteralPart("b"));
    assertThatThrownBy(() -> Template.join("a", 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A template is joined of strings and templates, not of 1.");
  }
}
