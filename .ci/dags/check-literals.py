#!/usr/bin/env python3
"""Compares Python literals that BigFlow wrote with what Python reads from them.

Usage: check-literals.py DIR, where DIR was filled by
``mvn test -Dtest=PythonLiteralTest -Dbigflow.literalCorpus=DIR``.
"""

import ast
import json
import sys
from pathlib import Path


def main() -> int:
    folder = Path(sys.argv[1])
    expected = json.loads((folder / "corpus.json").read_text())
    source = (folder / "corpus.py").read_text(encoding="utf-8")
    statements = ast.parse(source).body
    values = [
        statement.value
        for statement in statements
        if not isinstance(statement.value, ast.Call)
    ]
    if len(values) != len(expected):
        print(f"{len(values)} values, but {len(expected)} are expected")
        return 1
    failed = 0
    for value, wanted in zip(values, expected):
        found = ast.literal_eval(value)
        if found != wanted or type(found) is not type(wanted):
            failed += 1
            print(f"line {value.lineno}: {found!a} is not {wanted!a}")
    print(f"{len(values) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
