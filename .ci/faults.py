#!/usr/bin/env python3
"""Compares the faults that were run with the table of docs/reliability.md.

    faults.py docs/reliability.md target/faults.txt [SKIPPED_METHOD...]

Prints a line for each row. Fails if a test of the table was not run, if one of its cases failed,
or if fewer cases were run than the table says.
"""

import collections
import re
import sys

ROW = re.compile(r"^\|(.*)\| *`(\w+)\.(\w+)` *\|$")


def main(page, counts, skipped):
    ran = collections.defaultdict(lambda: [0, 0, 0.0])
    with open(counts, encoding="utf-8") as lines:
        for line in lines:
            test, cases, failures, millis = line.split()
            ran[test][0] += int(cases)
            ran[test][1] += int(failures)
            ran[test][2] += int(millis) / 1000
    wrong = 0
    total = [0, 0]
    with open(page, encoding="utf-8") as lines:
        rows = [match for match in map(ROW.match, lines) if match]
    print(f"{'cases':>6} {'failed':>6} {'seconds':>8}  test")
    for row in rows:
        test = f"{row.group(2)}.{row.group(3)}"
        cells = [cell.strip() for cell in row.group(1).split("|")]
        expected = int(cells[-2])
        if row.group(3) in skipped:
            print(f"{'-':>6} {'-':>6} {'-':>8}  {test} (skipped)")
            continue
        cases, failures, seconds = ran[test]
        total[0] += cases
        total[1] += failures
        remark = ""
        if cases < expected:
            remark = f"  WRONG: the table says {expected} cases"
        if failures:
            remark = "  FAILED"
        wrong += bool(remark)
        print(f"{cases:>6} {failures:>6} {seconds:>8.1f}  {test}{remark}")
    print(f"{len(rows)} faults, {total[0]} cases run, {total[1]} failures")
    return 1 if wrong or not rows else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
