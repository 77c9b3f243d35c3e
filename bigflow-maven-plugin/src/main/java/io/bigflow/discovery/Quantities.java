// SPDX-License-Identifier: Apache-2.0
package io.bigflow.discovery;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Kubernetes quantities, and what Composer 3 makes of them. */
final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("(?<number>[0-9]{1,18}(\\.[0-9]{1,9})?)(?<unit>[A-Za-z]{0,2})");

  private static final Map<String, BigDecimal> BYTES =
      Map.ofEntries(
          Map.entry("", BigDecimal.ONE),
          Map.entry("k", BigDecimal.TEN.pow(3)),
          Map.entry("M", BigDecimal.TEN.pow(6)),
          Map.entry("G", BigDecimal.TEN.pow(9)),
          Map.entry("T", BigDecimal.TEN.pow(12)),
          Map.entry("P", BigDecimal.TEN.pow(15)),
          Map.entry("Ki", BigDecimal.valueOf(1L << 10)),
          Map.entry("Mi", BigDecimal.valueOf(1L << 20)),
          Map.entry("Gi", BigDecimal.valueOf(1L << 30)),
          Map.entry("Ti", BigDecimal.valueOf(1L << 40)),
          Map.entry("Pi", BigDecimal.valueOf(1L << 50)));
  private static final Map<String, BigDecimal> PROCESSORS =
      Map.of("", BigDecimal.ONE, "m", new BigDecimal("0.001"));

  private static final BigDecimal GIGABYTE = BigDecimal.TEN.pow(9);
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final BigDecimal HALF = new BigDecimal("0.5");
  private static final BigDecimal MAX_CPU = BigDecimal.valueOf(32);

  private Quantities() {}

  /** Processors, or null if the text is not a positive number of them. */
  static @Nullable BigDecimal cpu(String text) {
    return parse(text, PROCESSORS);
  }

  /** Bytes, or null if the text is not a positive number of them. */
  static @Nullable BigDecimal memory(String text) {
    return parse(text, BYTES);
  }

  private static @Nullable BigDecimal parse(String text, Map<String, BigDecimal> units) {
    Matcher quantity = QUANTITY.matcher(text);
    if (!quantity.matches()) {
      return null;
    }
    @Nullable BigDecimal unit = units.get(quantity.group("unit"));
    if (unit == null) {
      return null;
    }
    BigDecimal value = new BigDecimal(quantity.group("number")).multiply(unit);
    return value.signum() > 0 ? value : null;
  }

  /**
   * What a pod gets instead, as parts of a sentence: Composer 3 has machines of 0.25, 0.5, 1 and
   * even numbers of processors up to 32, with 0.5 GB to 8 GB for each, 2 GB at least and 128 GB at
   * most (its pod mutation hook). That memory is rounded to whole gigabytes is not worth a word.
   */
  static List<String> roundedByComposer(BigDecimal cpu, BigDecimal memory) {
    List<String> changes = new ArrayList<>();
    BigDecimal machine = machineCpu(cpu);
    if (machine.compareTo(cpu) != 0) {
      changes.add("the job gets " + machine.toPlainString() + " processors");
    }
    BigDecimal gigabytes = memory.divide(GIGABYTE, 3, RoundingMode.UP);
    BigDecimal least = TWO.max(machine.multiply(HALF));
    BigDecimal most = BigDecimal.valueOf(128).min(machine.multiply(BigDecimal.valueOf(8)));
    if (gigabytes.compareTo(least) < 0) {
      changes.add("the job gets " + plain(least) + " GB of memory");
    } else if (gigabytes.compareTo(most) > 0) {
      changes.add("the job gets no more than " + plain(most) + " GB of memory");
    }
    return changes;
  }

  private static String plain(BigDecimal number) {
    return number.stripTrailingZeros().toPlainString();
  }

  private static BigDecimal machineCpu(BigDecimal cpu) {
    for (BigDecimal small : List.of(new BigDecimal("0.25"), HALF, BigDecimal.ONE)) {
      if (cpu.compareTo(small) <= 0) {
        return small;
      }
    }
    BigDecimal even = cpu.divide(TWO, 0, RoundingMode.CEILING).multiply(TWO);
    return even.min(MAX_CPU);
  }
}
