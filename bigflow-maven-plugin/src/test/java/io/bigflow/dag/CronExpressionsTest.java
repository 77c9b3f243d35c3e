// SPDX-License-Identifier: Apache-2.0
package io.bigflow.dag;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted here was compared with croniter 3.0.3, 6.0.0 and 7.0.0. */
class CronExpressionsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "* * * * *",
        "0 3 * * *",
        "05 03 * * *",
        " 15\t6-18/2  * jan-jun,DEC MON-FRI ",
        "*/15,3 0-23 1,15 */3 0,7",
        "10/5 * * * *",
        "0 0 L * *",
        "0 0 1,L * ?",
        "0 0 ? * mon",
        "0 0 * * L5",
        "0 0 * * FRI#2,1#4",
        "0 0 * * FRI-SUN",
        "0 0 29 2 *",
        "0 0 31 4,5 *",
        "0 0 1 * MON",
        "@hourly",
        "@Daily",
        "@quarterly",
      })
  void whatAirflowReadsIsAccepted(String expression) {
    assertThat(CronExpressions.problem(expression)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "``                | it has 0 fields instead of minute, hour, day of month, month and day of"
            + " week",
        "daily             | it has 1 field instead of minute, hour, day of month, month and day of"
            + " week",
        "0 0 3 * * *       | it has 6 fields instead of minute, hour, day of month, month and day"
            + " of week",
        "60 * * * *        | minute '60' is not one of 0 to 59",
        "* 24 * * *        | hour '24' is not one of 0 to 23",
        "* * 0 * *         | day of month '0' is not one of 1 to 31",
        "* * * 13 *        | month '13' is not one of 1 to 12 or JAN to DEC",
        "* * * * 8         | day of week '8' is not one of 0 to 7 or SUN to SAT",
        "* * * * monday    | day of week 'MONDAY' is not one of 0 to 7 or SUN to SAT",
        "0-999 * * * *     | minute '999' is not one of 0 to 59",
        "*/0 * * * *       | minute '*/0' has a step of 0",
        "-1 * * * *        | minute '-1' is not a value, a range or a step",
        "1,,2 * * * *      | minute '' is not a value, a range or a step",
        "*,5 * * * *       | minute '*' is not a value, a range or a step",
        "? * * * *         | minute '?' is not a value, a range or a step",
        "H * * * *         | minute 'H' is not one of 0 to 59",
        "* 8-8 * * *       | hour '8-8' is a range of one value; write 8",
        "* 22-6 * * *      | hour '22-6' runs past the end; write 22-23,0-6",
        "* * * * FRI-MON   | day of week 'FRI-MON' runs past the end; split it, as FRI-MON into"
            + " FRI-SUN,MON",
        "59/15 * * * *     | minute '59/15' has no room for a step; write 59",
        "0 0 15W * *       | day of month '15W' is not one of 1 to 31",
        "0 0 L-3 * *       | day of month 'L' is not one of 1 to 31",
        "0 0 * * 5L        | day of week '5L' is not one of 0 to 7 or SUN to SAT",
        "0 0 * * 1#6       | '1#6' does not count from #1 to #5",
        "0 0 * * 1#1,3     | day of week '1#1,3' mixes plain days with days counted by # or L",
        "0 0 13 * FRI#2    | day of month '13' cannot be combined with day of week 'FRI#2', which"
            + " counts days",
        "0 0 30 2 *        | there is no day 30 in month 2",
        "0 0 31 4,jun *    | there is no day 31 in month 4,jun",
        "@reboot           | '@reboot' is not one of [@annually, @daily, @hourly, @midnight,"
            + " @monthly, @quarterly, @weekly, @yearly]",
      })
  void whatAirflowCannotReadIsNamed(String expression, String problem) {
    assertThat(CronExpressions.problem(expression)).contains(problem);
  }

  @ParameterizedTest
  @CsvSource({
    "'  0  3\t* * *\n', 0 3 * * *",
    "@daily, 0 0 * * *",
    "@WEEKLY, 0 0 * * 0",
    "@unknown, @unknown",
  })
  void namesAndBlanksAreNormalized(String expression, String normal) {
    assertThat(CronExpressions.normalize(expression)).isEqualTo(normal);
  }
}
