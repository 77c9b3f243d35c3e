#!/usr/bin/env python3
"""Renders the texts that JinjaTextTest wrote, by the environment of a real Airflow's DAG.

Usage: check-templates.py FILE
The file is {"renderings": [{"text": ..., "template": ...}, ...]}: each template has
to render to its text. Exit code 0 when all do.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG


def main(path: str) -> int:
    renderings = json.loads(Path(path).read_text(encoding="utf-8"))["renderings"]
    environment = DAG("check", schedule=None).get_template_env()
    wrong = []
    for each in renderings:
        template, text = each["template"], each["text"]
        if template.endswith((".sql", ".json")):
            wrong.append((template, "is taken for the name of a file"))
        elif (rendered := environment.from_string(template).render()) != text:
            wrong.append((template, f"renders to {rendered!r} and not to {text!r}"))
    for template, why in wrong[:10]:
        print(f"FAILED {template!r} {why}")
    print(f"{len(renderings) - len(wrong)} passed, {len(wrong)} failed")
    return 1 if wrong or len(renderings) < 1000 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
