#!/usr/bin/env python3
"""Publishes messages for the sample port_events: for its three tables, for tables that are not there, with
payloads that are no JSON objects, and with rows that BigQuery rejects. The same seed gives the same messages.

    publish.py PUBSUB_ENDPOINT TOPIC SEED MESSAGES [SECONDS]

TOPIC is projects/…/topics/…; with SECONDS they are spread over that time.
"""

import base64
import json
import random
import sys
import time
import urllib.request

OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
BATCH = 100
# The column of each table that tells its rows apart.
KEYS = {"arrivals": "ship", "departures": "ship", "berths": "berth"}


def call(url, body, method="POST"):
    request = urllib.request.Request(
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}, method=method
    )
    with OPENER.open(request, timeout=60) as answer:
        return json.loads(answer.read() or b"{}")


def good(table, name, numbers):
    moment = "2026-03-%02dT%02d:%02d:00Z" % (numbers.randint(1, 31), numbers.randrange(24), numbers.randrange(60))
    if table == "arrivals":
        row = {"ship": name, "port": "Gdańsk", "arrived_at": moment, "draught": numbers.randrange(200) / 10}
    elif table == "departures":
        row = {"ship": name, "port": "Łeba", "departed_at": moment, "destination": None}
    else:
        row = {"port": "Hel", "berth": name, "free": numbers.random() < 0.5, "seen_at": moment, "ships": ["a", "b"]}
    return row


def messages(seed, count):
    """Of each message: what becomes of it, its attributes, its payload. The first is a table or a reason."""
    numbers = random.Random(seed)
    for i in range(count):
        name = f"{seed}-{i}"
        table = numbers.choice(sorted(KEYS))
        row = good(table, name, numbers)
        attributes = {"n": str(i), "destination_table": table}
        fate = numbers.random()
        if fate < 0.94:
            yield table, attributes, json.dumps(row, ensure_ascii=False).encode()
        elif fate < 0.96:
            if numbers.random() < 0.5:
                del attributes["destination_table"]
            else:
                attributes["destination_table"] = numbers.choice(["lighthouses", "ARRIVALS", "arrivals ", ""])
            yield "UNKNOWN_TABLE", attributes, json.dumps(row).encode()
        elif fate < 0.98:
            broken = [b"\xff\xfe\x00", b"[1]", b"null", b'{"ship": ', b"{} {}", b'{"f": []}', b'{"a": 1e999}', b'"\xc3("']
            yield "UNDECODABLE", attributes, numbers.choice(broken)
        else:
            fault = numbers.randrange(3)
            if fault == 0:
                del row[KEYS[table]]
            elif fault == 1:
                row["lighthouse"] = name
            else:
                row["port"] = [1, 2]
            yield "REJECTED", attributes, json.dumps(row).encode()


def main(endpoint, topic, seed, count, seconds=0.0):
    start = time.monotonic()
    batch = []
    sent = 0
    for _, attributes, payload in messages(seed, count):
        batch.append({"attributes": attributes, "data": base64.b64encode(payload).decode()})
        if len(batch) == BATCH or sent + len(batch) == count:
            call(f"{endpoint}/v1/{topic}:publish", {"messages": batch})
            sent += len(batch)
            batch = []
            time.sleep(max(0.0, start + seconds * sent / count - time.monotonic()))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), *map(float, sys.argv[5:]))
