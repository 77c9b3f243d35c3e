#!/usr/bin/env python3
"""Writes the catalog of operators: which release of a provider has which operator and argument.

The releases are read as text (their wheels from PyPI, without their dependencies); nothing of them
is run. Run this when a provider or Airflow has a new release, and commit the result:

    .ci/providers/catalog.py

.ci/airflow/check_catalog.py compares the result with the providers of an installed Airflow.
"""

import ast
import json
import re
import subprocess
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "bigflow-maven-plugin/src/main/resources/io/bigflow/provider/catalog.json"
WHEELS = Path.home() / ".cache/bigflow-ci/provider-wheels"

# The oldest release that an image with Airflow 2.10 had, of each provider that Composer installs
# and that has operators for what this project is made for.
PROVIDERS = {
    "google": ("airflow.providers.google", "10.23.0"),
    "standard": ("airflow.providers.standard", "0.0.1"),
    "cncf-kubernetes": ("airflow.providers.cncf.kubernetes", "8.4.2"),
    "common-sql": ("airflow.providers.common.sql", "1.17.0"),
    "apache-beam": ("airflow.providers.apache.beam", "5.8.0"),
    "http": ("airflow.providers.http", "4.13.0"),
}

# One release of each line of Airflow itself; what is in it does not change within a line.
AIRFLOW = {
    "2.10": ("apache-airflow", "2.10.5"),
    "2.11": ("apache-airflow", "2.11.2"),
    "3.0": ("apache-airflow-task-sdk", "1.0.6"),
    "3.1": ("apache-airflow-task-sdk", "1.1.8"),
    "3.2": ("apache-airflow-task-sdk", "1.2.2"),
    "3.3": ("apache-airflow-task-sdk", "1.3.2"),
}

# What all operators are made from, wherever an Airflow has it.
ROOTS = {
    "BaseOperator": "BaseOperator",
    "BaseSensorOperator": "BaseSensorOperator",
    # What these two add are methods.
    "BaseAsyncOperator": "BaseOperator",
    "BaseBranchOperator": "BaseOperator",
}
ROOT_MODULES = {
    "airflow.models.baseoperator",
    "airflow.sensors.base",
    "airflow.sdk.bases.operator",
    "airflow.sdk.bases.sensor",
}

# Classes beside an operator's own that add no arguments.
NO_ARGUMENTS = re.compile(r"(Mixin|MixIn|Link|^object|^ABC|^Generic|^LoggingMixin|^AbstractOperator)$")


@dataclass
class Class:
    """A class as its text says."""

    name: str
    bases: list[str]
    arguments: list[str] | None = None  # None: it has no constructor of its own
    takes_more: bool = True
    required: frozenset[str] = frozenset()


def version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def releases(project: str, oldest: str) -> list[str]:
    printed = subprocess.run(
        [sys.executable, "-m", "pip", "index", "versions", project],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    listed = re.search(r"Available versions: (.*)", printed).group(1).split(", ")
    finals = [version for version in listed if re.fullmatch(r"[0-9.]+", version)]
    return sorted(
        (v for v in finals if version_key(v) >= version_key(oldest)), key=version_key
    )


def wheel(project: str, version: str) -> Path:
    pattern = f"{project.replace('-', '_')}-{version}-*.whl"
    if not list(WHEELS.glob(pattern)):
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            + ["--disable-pip-version-check", f"{project}=={version}", "--dest", str(WHEELS)],
            check=True,
        )
    return next(iter(WHEELS.glob(pattern)))


def imports(tree: ast.Module, module: str, is_package: bool) -> dict[str, str]:
    """Local names and what they stand for, wherever in the module they are imported."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                package = module.split(".") if is_package else module.split(".")[:-1]
                above = package[: len(package) - node.level + 1]
                source = ".".join(above + ([source] if source else []))
            for alias in node.names:
                names[alias.asname or alias.name] = f"{source}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname:
                    names[alias.asname] = alias.name
    return names


def dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        head = dotted(node.value)
        return None if head is None else f"{head}.{node.attr}"
    if isinstance(node, ast.Subscript):  # Generic[T]
        return dotted(node.value)
    return None


def from_keywords(constructor: ast.FunctionDef, keywords: str) -> list[str]:
    """The arguments that a constructor takes out of its **kwargs by name."""
    found = []
    for node in ast.walk(constructor):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("pop", "get")
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == keywords
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            found.append(node.args[0].value)
    return found


def constructor_of(body: list[ast.stmt]) -> ast.FunctionDef | None:
    last = None
    for statement in body:
        if isinstance(statement, ast.FunctionDef) and statement.name == "__init__":
            last = statement
    return last


def classes_of(text: bytes, module: str, is_package: bool) -> tuple[dict[str, Class], dict[str, str]]:
    """The classes of a module, and the names that it has from other modules."""
    tree = ast.parse(text)
    names = imports(tree, module, is_package)
    found = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ClassDef):
            continue
        bases = []
        for base in node.bases:
            name = dotted(base)
            if name is None:
                bases.append("?")
                continue
            head, _, rest = name.partition(".")
            full = names.get(head)
            if full is None:
                full = f"{module}.{head}"
            bases.append(full + ("." + rest if rest else ""))
        one = Class(f"{module}.{node.name}", bases)
        found[node.name] = one
        if node.name in names:
            # What stands in for a class of another provider that is not installed.
            one.bases = [names[node.name]]
            continue
        constructor = constructor_of(node.body)
        if constructor is not None:
            args = constructor.args
            one.arguments = [
                a.arg for a in args.posonlyargs + args.args + args.kwonlyargs if a.arg != "self"
            ]
            one.takes_more = args.kwarg is not None
            positional = args.posonlyargs + args.args
            without = positional[: len(positional) - len(args.defaults)] + [
                a for a, default in zip(args.kwonlyargs, args.kw_defaults) if default is None
            ]
            one.required = frozenset(a.arg for a in without if a.arg != "self")
            if args.kwarg is not None:
                one.arguments += from_keywords(constructor, args.kwarg.arg)
    return found, names


class Release:
    """What one wheel has."""

    def __init__(self, path: Path, package: str):
        self.classes: dict[str, Class] = {}
        self.exports: dict[str, str] = {}
        self.airflow = "0"
        with zipfile.ZipFile(path) as archive:
            self.date = "%04d-%02d-%02d" % max(i.date_time for i in archive.infolist())[:3]
            for name in archive.namelist():
                if name.endswith(".dist-info/METADATA"):
                    text = archive.read(name).decode()
                    needs = re.search(r"^Requires-Dist: apache-airflow *\(?>=([0-9.]+)", text, re.M)
                    self.airflow = needs.group(1) if needs else "0"
                if not name.endswith(".py") or "/tests/" in name or "/example_dags/" in name:
                    continue
                is_package = name.endswith("/__init__.py")
                module = name.removesuffix("/__init__.py" if is_package else ".py").replace("/", ".")
                if not (module + ".").startswith(package + "."):
                    continue
                classes, names = classes_of(archive.read(name), module, is_package)
                for one in classes.values():
                    self.classes[one.name] = one
                for local, full in names.items():
                    self.exports.setdefault(f"{module}.{local}", full)

    def resolve(self, name: str) -> str:
        """The class behind a name that a module of this release has from another one."""
        seen = set()
        while name not in self.classes and name in self.exports and name not in seen:
            seen.add(name)
            name = self.exports[name]
        return name

    def required(self, name: str) -> frozenset[str]:
        """What the constructor that a call reaches first demands."""
        one = self.classes.get(self.resolve(name))
        while one is not None and one.arguments is None:
            above = (self.classes.get(self.resolve(base)) for base in one.bases)
            one = next((base for base in above if base is not None), None)
        return frozenset() if one is None else one.required

    def operator(self, name: str, package: str) -> tuple[set[str], set[str], bool] | None:
        """Arguments, classes elsewhere that add theirs, and whether there may be others."""
        arguments: set[str] = set()
        elsewhere: set[str] = set()
        unknown = False
        is_operator = False
        pending = [name]
        seen = set()
        while pending:
            current = self.resolve(pending.pop(0))
            if current in seen:
                continue
            seen.add(current)
            simple = current.rpartition(".")[2]
            one = self.classes.get(current)
            if simple in ROOTS and (one is None or one.name != name):
                elsewhere.add(ROOTS[simple])
                is_operator = True
            elif one is not None:
                arguments.update(one.arguments or [])
                if one.takes_more:
                    pending += one.bases
                else:
                    # It hands nothing on, but it is an operator if one of its bases is.
                    above = [self.operator(base, package) for base in one.bases]
                    is_operator = is_operator or any(base is not None for base in above)
            elif NO_ARGUMENTS.search(simple):
                continue
            elif simple.endswith(("Operator", "Sensor")):
                elsewhere.add(current)
                is_operator = True
            else:
                unknown = True
        if not is_operator:
            return None
        return arguments, elsewhere, unknown


def root_arguments(release: Release) -> dict[str, set[str]]:
    found = {}
    for name, one in release.classes.items():
        module, _, simple = name.rpartition(".")
        if module in ROOT_MODULES and simple in ROOTS:
            found[simple] = set(one.arguments or [])
    return found


def ranges(present: list[bool], versions: list[str]) -> list[list[str | None]]:
    """[[first, last] ...] of the releases that have it; null = the first or last known one."""
    spans = []
    for index, here in enumerate(present):
        if here and (index == 0 or not present[index - 1]):
            spans.append([index, index])
        elif here:
            spans[-1][1] = index
    return [
        [None if a == 0 else versions[a], None if b == len(versions) - 1 else versions[b]]
        for a, b in spans
    ]


def catalog_of(package: str, loaded: dict[str, Release]) -> dict[str, dict]:
    """Each operator with its releases, its arguments and theirs."""
    versions = list(loaded)
    per_version: list[dict[str, tuple[set[str], set[str], bool]]] = []
    for release in loaded.values():
        found = {}
        for name in release.classes:
            operator = release.operator(name, package)
            if operator is not None and not name.rpartition(".")[2].startswith("_"):
                found[name] = operator
        for name, full in release.exports.items():
            target = release.resolve(full)
            if target in found and name not in found and name.rpartition(".")[2] not in ROOTS:
                found[name] = found[target]
        per_version.append(found)
    result = {}
    for name in sorted(set().union(*per_version)):
        here = [name in found for found in per_version]
        one: dict = {}
        if not all(here):
            one["releases"] = ranges(here, versions)
        arguments: dict[str, list] = {}
        every = set().union(*(f[name][0] for f in per_version if name in f))
        always = []
        for argument in sorted(every):
            has = [name in f and argument in f[name][0] for f in per_version]
            if has == here:
                always.append(argument)
            else:
                arguments[argument] = ranges(has, versions)
        one["arguments"] = always
        required = frozenset.intersection(
            *(
                release.required(name)
                for release, found in zip(loaded.values(), per_version)
                if name in found
            )
        )
        if required:
            one["required"] = sorted(required)
        if arguments:
            one["changed"] = arguments
        above = sorted(set().union(*(f[name][1] for f in per_version if name in f)))
        if above != ["BaseOperator"]:
            one["above"] = above
        if any(f[name][2] for f in per_version if name in f):
            one["open"] = True
        result[name] = one
    return result


def main() -> None:
    WHEELS.mkdir(parents=True, exist_ok=True)
    providers = {}
    classes = {}
    with ThreadPoolExecutor(4) as pool:
        for name, (package, oldest) in PROVIDERS.items():
            project = f"apache-airflow-providers-{name}"
            versions = releases(project, oldest)
            paths = list(pool.map(lambda v, p=project: wheel(p, v), versions))
            loaded = {v: Release(path, package) for v, path in zip(versions, paths)}
            providers[name] = {
                "package": package,
                "releases": [
                    {"version": v, "airflow": r.airflow, "date": r.date} for v, r in loaded.items()
                ],
            }
            found = catalog_of(package, loaded)
            classes.update(found)
            print(f"{project}: {len(versions)} releases, {len(found)} names of operators")
    lines = {line: Release(wheel(*source), "airflow") for line, source in AIRFLOW.items()}
    core = {
        line: release
        for line, release in lines.items()
        if line.startswith("2.")
    }
    everything = catalog_of("airflow", core)
    former = {
        name: one
        for name, one in everything.items()
        if re.match(r"airflow\.(operators|sensors)\.", name)
        and any(name in release.classes for release in core.values())
        and name.rpartition(".")[2] not in ROOTS
    }
    roots = {}
    for simple in sorted(set(ROOTS.values())):
        has = {line: root_arguments(release).get(simple, set()) for line, release in lines.items()}
        every = sorted(set().union(*has.values()))
        versions = list(lines)
        roots[simple] = {
            "arguments": [a for a in every if all(a in has[v] for v in versions)],
            "changed": {
                a: ranges([a in has[v] for v in versions], versions)
                for a in every
                if not all(a in has[v] for v in versions)
            },
        }
    document = {
        "airflow": list(lines),
        "providers": providers,
        "bases": roots,
        "former": former,
        "classes": classes,
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(text_of(document), encoding="utf-8")
    print(f"{TARGET.relative_to(ROOT)}: {TARGET.stat().st_size} bytes")


def text_of(document: dict) -> str:
    """JSON with a line for each release, base and class, so that a change is easy to read."""

    def lines(items: list[str], depth: int) -> str:
        return ",\n".join("  " * depth + item for item in items)

    def entries(values: dict[str, dict]) -> str:
        written = [f"{json.dumps(name)}: {json.dumps(one)}" for name, one in values.items()]
        return "{\n" + lines(written, 2) + "\n  }"

    providers = []
    for name, provider in document["providers"].items():
        releases = lines([json.dumps(release) for release in provider["releases"]], 4)
        providers.append(
            f'{json.dumps(name)}: {{\n      "package": {json.dumps(provider["package"])},\n'
            f'      "releases": [\n{releases}\n      ]\n    }}'
        )
    parts = [
        f'"airflow": {json.dumps(document["airflow"])}',
        '"providers": {\n' + lines(providers, 2) + "\n  }",
        '"bases": ' + entries(document["bases"]),
        '"former": ' + entries(document["former"]),
        '"classes": ' + entries(document["classes"]),
    ]
    return "{\n" + lines(parts, 1) + "\n}\n"


if __name__ == "__main__":
    main()
