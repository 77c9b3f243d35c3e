#!/usr/bin/env python3
"""Proves that each message of publish.py is exactly one row or a dead letter, and no row is there besides.

    verify.py BIGQUERY_ENDPOINT DATASET PUBSUB_ENDPOINT DEAD_LETTERS SEED MESSAGES SECONDS [again]

DATASET is project.dataset, DEAD_LETTERS the path of a subscription. Waits at most SECONDS for them, and a
little longer for what should not come. A dead letter may be there twice only with "again".
"""

import base64
import collections
import sys
import time

from publish import KEYS, call, messages

QUIET = 3


def column(endpoint, dataset, table, expression):
    project = dataset.split(".")[0]
    query = {"query": f"SELECT {expression} FROM `{dataset}.{table}`", "useLegacySql": False}
    answer = call(f"{endpoint}/bigquery/v2/projects/{project}/queries", query)
    return [row["f"][0]["v"] for row in answer.get("rows", [])]


def collect(endpoint, subscription, letters):
    """Adds the dead letters that came, with the time of the last one."""
    while True:
        answer = call(f"{endpoint}/v1/{subscription}:pull", {"maxMessages": 1000, "returnImmediately": True})
        received = answer.get("receivedMessages", [])
        if not received:
            return
        for letter in received:
            message = letter["message"]
            attributes = dict(message["attributes"])
            reason = attributes.pop("dead_letter_reason")
            assert attributes.pop("dead_letter_detail"), message
            assert attributes.pop("dead_letter_message_id"), message
            payload = base64.b64decode(message.get("data", ""))
            letters[reason, tuple(sorted(attributes.items())), payload] += 1
        ids = [letter["ackId"] for letter in received]
        call(f"{endpoint}/v1/{subscription}:acknowledge", {"ackIds": ids})


def main(bigquery, dataset, pubsub, dead_letters, seed, count, seconds, again=False):
    wanted_rows = {table: collections.Counter() for table in KEYS}
    wanted_letters = collections.Counter()
    for n, (fate, attributes, payload) in enumerate(messages(seed, count)):
        if fate in KEYS:
            wanted_rows[fate][f"{seed}-{n}"] += 1
        else:
            wanted_letters[fate, tuple(sorted(attributes.items())), payload] += 1

    letters = collections.Counter()
    deadline = time.monotonic() + seconds
    while True:
        collect(pubsub, dead_letters, letters)
        # To count is enough here, and takes little from what is measured.
        is_all = not (wanted_letters - letters) and all(
            int(column(bigquery, dataset, table, "COUNT(*)")[0]) >= sum(wanted_rows[table].values()) for table in KEYS
        )
        if is_all or time.monotonic() > deadline:
            break
        time.sleep(1)
    time.sleep(QUIET)
    collect(pubsub, dead_letters, letters)

    wrong = []
    for table in KEYS:
        found = collections.Counter(column(bigquery, dataset, table, KEYS[table]))
        missing, more = wanted_rows[table] - found, found - wanted_rows[table]
        print(f"{table}: {sum(found.values())} rows of {sum(wanted_rows[table].values())}")
        if missing or more:
            wrong.append(f"{table}: {sum(missing.values())} missing {list(missing)[:3]}, {sum(more.values())} too many {list(more)[:3]}")
    missing, more = wanted_letters - letters, letters - wanted_letters
    reasons = collections.Counter()
    for (reason, _, _), times in letters.items():
        reasons[reason] += times
    print(f"dead letters: {sum(letters.values())} of {sum(wanted_letters.values())} {dict(sorted(reasons.items()))}")
    unknown = set(letters) - set(wanted_letters)
    if missing or unknown or (more and not again):
        wrong.append(f"dead letters: {sum(missing.values())} missing {list(missing)[:3]}, {sum(more.values())} too many {list(more)[:3]}")
    print(*wrong, sep="\n", end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:5], int(sys.argv[5]), int(sys.argv[6]), float(sys.argv[7]), "again" in sys.argv[8:]))
