#!/usr/bin/env python3
"""Measures how fast the messages of publish.py become rows: from the first rows that are seen to the last.

    measure.py BIGQUERY_ENDPOINT DATASET SEED MESSAGES SECONDS

Prints rows per second, without the start of the job. Fails if they are not all there after SECONDS.
"""

import sys
import time

from publish import KEYS, call, messages


def rows(endpoint, dataset):
    counts = " + ".join(f"(SELECT COUNT(*) FROM `{dataset}.{table}`)" for table in KEYS)
    url = f"{endpoint}/bigquery/v2/projects/{dataset.split('.')[0]}/queries"
    return int(call(url, {"query": f"SELECT {counts}", "useLegacySql": False})["rows"][0]["f"][0]["v"])


def main(endpoint, dataset, seed, count, seconds):
    wanted = sum(fate in KEYS for fate, _, _ in messages(seed, count))
    deadline = time.monotonic() + seconds
    first = first_rows = None
    while time.monotonic() < deadline:
        found, now = rows(endpoint, dataset), time.monotonic()
        if found and first is None:
            first, first_rows = now, found
        if found >= wanted and now > first:
            print(f"{(found - first_rows) / (now - first):.1f}")
            return 0
        time.sleep(2)  # a query takes the emulator's time from what is measured
    print(f"{found} of {wanted} rows after {seconds} s", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5])))
