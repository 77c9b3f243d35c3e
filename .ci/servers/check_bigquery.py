#!/usr/bin/env python3
"""Proves that the BigQuery emulator, as install.sh builds it, answers as BigQuery does.

    check_bigquery.py BIGQUERY_ENDPOINT [GCS_ENDPOINT]

GCS_ENDPOINT is the fake of Cloud Storage that it loads from. Prints what differs; exit code 0 = nothing.
Leaves nothing in either.
"""

import json
import sys
import urllib.error
import urllib.request
import uuid

PROJECT = "bigflow-ci"
DATASET = "check_" + uuid.uuid4().hex  # also a job id and a bucket
BIGQUERY = f"{sys.argv[1]}/bigquery/v2/projects/{PROJECT}"
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
differences = []


def call(method, path, body=None, base=BIGQUERY):
    """The status and the body of an answer."""
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data, {"Content-Type": "application/json"}, method=method)
    try:
        with OPENER.open(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"{}")


def table(name):
    return {"projectId": PROJECT, "datasetId": DATASET, "tableId": name}


def job(configuration, job_id=None):
    """How a job ends: its reason, "STATUS REASON" when there is no job, DONE when it succeeded."""
    job_id = job_id or uuid.uuid4().hex
    reference = {"projectId": PROJECT, "jobId": job_id}
    status, answer = call("POST", "/jobs", {"jobReference": reference, "configuration": configuration})
    if status != 200:
        return f"{status} {answer['error']['errors'][0]['reason']}"
    reasons = [
        found["status"].get("errorResult", {}).get("reason", found["status"]["state"])
        for found in (answer, call("GET", f"/jobs/{job_id}")[1])
    ]
    return reasons[0] if reasons[0] == reasons[1] else f"{reasons[0]}, later {reasons[1]}"


def run(sql, destination=None, disposition=None, job_id=None):
    query = {"query": sql, "useLegacySql": False, "defaultDataset": {"datasetId": DATASET}}
    if destination:
        query["destinationTable"] = table(destination)
    if disposition:
        query["writeDisposition"] = disposition
    return job({"query": query}, job_id)


def rows(sql):
    body = {"query": sql, "useLegacySql": False, "defaultDataset": {"datasetId": DATASET}}
    status, answer = call("POST", "/queries", body)
    return [[cell["v"] for cell in row["f"]] for row in answer.get("rows", [])] if status == 200 else answer


def same(what, expected, actual):
    if expected != actual:
        differences.append(f"{what}: expected {expected}, got {actual}")


call("POST", "/datasets", {"datasetReference": {"projectId": PROJECT, "datasetId": DATASET}})

# The default dataset of a job.
same("CREATE TABLE", "DONE", run("CREATE TABLE plain (x INT64)"))
same("INSERT", "DONE", run("INSERT INTO plain (x) VALUES (1)"))
same("CREATE TABLE again", "duplicate", run("CREATE TABLE plain (x INT64)"))
same("CREATE TABLE IF NOT EXISTS again", "DONE", run("CREATE TABLE IF NOT EXISTS plain (x INT64)"))

# Job ids.
same("a job", "DONE", run("INSERT INTO plain (x) VALUES (2)", job_id=DATASET))
same("a job id again", "409 duplicate", run("INSERT INTO plain (x) VALUES (2)", job_id=DATASET))
same("rows after it", [["2"]], rows("SELECT COUNT(*) FROM plain"))

# Write dispositions.
for _ in range(2):
    same("WRITE_TRUNCATE", "DONE", run("SELECT x FROM plain", "copy", "WRITE_TRUNCATE"))
same("WRITE_TRUNCATE replaces", [["2"]], rows("SELECT COUNT(*) FROM copy"))
same("WRITE_APPEND", "DONE", run("SELECT x FROM plain", "copy", "WRITE_APPEND"))
same("WRITE_APPEND appends", [["4"]], rows("SELECT COUNT(*) FROM copy"))
same("WRITE_EMPTY", "duplicate", run("SELECT x FROM plain", "copy", "WRITE_EMPTY"))
same("no disposition", "duplicate", run("SELECT x FROM plain", "copy"))
same("another schema", "DONE", run("SELECT 'a' AS y", "copy", "WRITE_TRUNCATE"))
same("another schema replaces", [["a"]], rows("SELECT y FROM copy"))

# Partitions.
same("partitions", "DONE", run("CREATE TABLE days (x INT64, day DATE) PARTITION BY day"))
by_hour = "CREATE TABLE hours (x INT64, seen TIMESTAMP) PARTITION BY TIMESTAMP_TRUNC(seen, HOUR)"
same("partitions", "DONE", run(by_hour))
for day in "01", "02", "02":
    sql = f"SELECT {int(day)} AS x, DATE '2026-01-{day}' AS day"
    same("a partition", "DONE", run(sql, f"days$202601{day}", "WRITE_TRUNCATE"))
    sql = f"SELECT {int(day)} AS x, TIMESTAMP '2026-01-01 {day}:59:59+00' AS seen"
    same("a partition", "DONE", run(sql, f"hours$20260101{day}", "WRITE_TRUNCATE"))
same("days", [["1"], ["2"]], rows("SELECT x FROM days ORDER BY x"))
same("hours", [["1"], ["2"]], rows("SELECT x FROM hours ORDER BY x"))
elsewhere = "SELECT 3 AS x, DATE '2026-01-03' AS day"
same("another partition's row", "invalid", run(elsewhere, "days$20260102", "WRITE_TRUNCATE"))
same("days after it", [["1"], ["2"]], rows("SELECT x FROM days ORDER BY x"))
same("no partition", "400 invalid", run(elsewhere, "days$2026", "WRITE_TRUNCATE"))
status, found = call("GET", f"/datasets/{DATASET}/tables/days")
same("the partitioning", {"field": "day", "type": "DAY"}, found.get("timePartitioning"))

# Streamed rows.
columns = [("name", "STRING", "REQUIRED"), ("n", "INTEGER", None), ("seen", "TIMESTAMP", None), ("tags", "STRING", "REPEATED")]
fields = [{"name": name, "type": kind, "mode": mode or "NULLABLE"} for name, kind, mode in columns]
call("POST", f"/datasets/{DATASET}/tables", {"tableReference": table("streamed"), "schema": {"fields": fields}})


def stream(given, **options):
    """What is wrong with rows that are given as (insert id, row): (index, reason) of each."""
    body = {"rows": [{"insertId": name, "json": row} for name, row in given], **options}
    status, answer = call("POST", f"/datasets/{DATASET}/tables/streamed/insertAll", body)
    if status != 200:
        return status
    return sorted((error["index"], error["errors"][0]["reason"]) for error in answer.get("insertErrors", []))


good = ("1", {"name": "a", "n": 1, "seen": "2026-01-01T00:00:00Z", "tags": ["x"]})
same("a row", [], stream([good]))
same("the row and another", [], stream([good, ("2", {"name": "b", "n": "2"}), ("2", {"name": "b"})]))
same("streamed rows", [["a"], ["b"]], rows("SELECT name FROM streamed ORDER BY name"))
wrong = [{"n": 1}, {"name": "c", "n": "x"}, {"name": "c", "seen": "soon"}, {"name": ["c"]}, {"name": "c", "no": 1}, {"name": "c", "tags": "x"}]
same("wrong rows", [(0, "invalid")] * len(wrong), [error for row in wrong for error in stream([("3", row)])])
mixed = [("4", {"n": 1}), ("5", {"name": "e"})]
same("a wrong row stops the others", [(0, "invalid"), (1, "stopped")], stream(mixed))
same("rows after it", [["2"]], rows("SELECT COUNT(*) FROM streamed"))
same("a wrong row is skipped", [(0, "invalid")], stream(mixed, skipInvalidRows=True))
same("rows after it", [["a"], ["b"], ["e"]], rows("SELECT name FROM streamed ORDER BY name"))

# Loads from Cloud Storage.
if len(sys.argv) > 2:
    gcs = sys.argv[2]
    call("POST", f"/storage/v1/b?project={PROJECT}", {"name": DATASET}, gcs)
    call("POST", f"/upload/storage/v1/b/{DATASET}/o?uploadType=media&name=a.csv", b"x,day\n7,2026-01-02\n", gcs)
    for name, end in ("a.csv", "DONE"), ("b.csv", "notFound"):
        load = {
            "sourceUris": [f"gs://{DATASET}/{name}"],
            "sourceFormat": "CSV",
            "skipLeadingRows": 1,
            "writeDisposition": "WRITE_TRUNCATE",
            "destinationTable": table("days$20260102"),
        }
        same(f"a load of {name}", end, job({"load": load}))
    same("days after it", [["1"], ["7"]], rows("SELECT x FROM days ORDER BY x"))
    call("DELETE", f"/storage/v1/b/{DATASET}/o/a.csv", base=gcs)
    call("DELETE", f"/storage/v1/b/{DATASET}", base=gcs)

# Errors.
same("a wrong name", "400 invalidQuery", run("SELECT nothing FROM plain"))
same("wrong syntax", "400 invalidQuery", run("SELEC 1"))
same("a missing table", "404 notFound", run("SELECT * FROM nothing"))
same("a division by zero", "invalidQuery", run("SELECT 1/0"))

call("DELETE", f"/datasets/{DATASET}?deleteContents=true")
for difference in differences:
    print(difference)
sys.exit(1 if differences else 0)
