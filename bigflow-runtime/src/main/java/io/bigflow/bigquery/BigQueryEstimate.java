// SPDX-License-Identifier: Apache-2.0
package io.bigflow.bigquery;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * What a query would read, from a dry run, which costs nothing.
 *
 * @param bytes bytes that would be read; for clustered tables at most
 */
public record BigQueryEstimate(long bytes) {

  /**
   * The price of a tebibyte on demand in US dollars, in the multi-regions US and EU.
   *
   * @see <a href="https://cloud.google.com/bigquery/pricing">BigQuery pricing</a>
   */
  public static final BigDecimal DOLLARS_PER_TEBIBYTE = new BigDecimal("6.25");

  private static final BigDecimal TEBIBYTE = BigDecimal.valueOf(1L << 40);
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final int STEP = 1024;

  /** The price at {@link #DOLLARS_PER_TEBIBYTE}, in US dollars, to the cent, rounded up. */
  public BigDecimal dollars() {
    return dollars(DOLLARS_PER_TEBIBYTE);
  }

  /**
   * The price, to the cent, rounded up.
   *
   * @param perTebibyte the price of a tebibyte (2<sup>40</sup> bytes) in your region
   */
  public BigDecimal dollars(BigDecimal perTebibyte) {
    return BigDecimal.valueOf(bytes)
        .multiply(perTebibyte)
        .divide(TEBIBYTE, 2, RoundingMode.CEILING);
  }

  /** For example {@code 1.5 GiB, at most 0.01 USD on demand}. */
  @Override
  public String toString() {
    return size(bytes) + ", at most " + dollars() + " USD on demand";
  }

  static String size(long bytes) {
    double size = bytes;
    int unit = 0;
    while (size >= STEP && unit < UNITS.length - 1) {
      size /= STEP;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
  }
}
