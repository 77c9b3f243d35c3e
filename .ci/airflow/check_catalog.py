#!/usr/bin/env python3
"""Compares the catalog of operators with the providers of the Airflow that runs this script.

Every class of the catalog that the installed releases have is imported, and the arguments of its
constructors are read from the class itself; the catalog was read from the text of the packages.

Usage: check_catalog.py CATALOG
Ends with 'N operators agree, M could not be imported, K differ'; exit code 0 = none differs, and
of the classes of each provider at least some could be imported.
"""

import importlib
import importlib.metadata
import inspect
import json
import re
import sys
import warnings

warnings.simplefilter("ignore")

ROOTS = {"BaseOperator", "BaseSensorOperator", "AbstractOperator", "BaseAsyncOperator"}


def within(spans, versions, version):
    if spans is None:
        return True
    at = versions.index(version)
    return any(
        (first is None or versions.index(first) <= at) and (last is None or at <= versions.index(last))
        for first, last in spans
    )


def from_keywords(constructor):
    """The names that a constructor takes out of its **kwargs."""
    text = inspect.getsource(inspect.unwrap(constructor))
    return set(re.findall(r"""kwargs\.(?:pop|get)\(\s*["'](\w+)["']""", text))


def arguments_of(cls):
    """Those of a class and of the classes it hands the rest to, without Airflow's own."""
    found = set()
    for one in cls.__mro__:
        if one.__name__ in ROOTS:
            continue
        constructor = one.__dict__.get("__init__")
        if constructor is None or not one.__module__.startswith("airflow.providers."):
            continue
        parameters = inspect.signature(constructor).parameters.values()
        kinds = {parameter.kind for parameter in parameters}
        found |= {
            parameter.name
            for parameter in parameters
            if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
            and parameter.name != "self"
        }
        if inspect.Parameter.VAR_KEYWORD not in kinds:
            break
        found |= from_keywords(constructor)
    return found


def required_by(cls):
    """What the constructor that a call reaches first demands."""
    for one in cls.__mro__:
        constructor = one.__dict__.get("__init__")
        if constructor is not None:
            return {
                parameter.name
                for parameter in inspect.signature(constructor).parameters.values()
                if parameter.default is parameter.empty
                and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
                and parameter.name != "self"
            }
    return set()


def declared(catalog, name, installed):
    """What the catalog says of a class for the installed releases; None = not in them."""
    provider, version = next(
        (p, v) for p, v in installed.items() if name.startswith(catalog["providers"][p]["package"] + ".")
    )
    versions = [release["version"] for release in catalog["providers"][provider]["releases"]]
    entry = catalog["classes"][name]
    if not within(entry.get("releases"), versions, version):
        return None
    found = set(entry["arguments"]) | {
        argument
        for argument, spans in entry.get("changed", {}).items()
        if within(spans, versions, version)
    }
    for above in entry.get("above", []):
        if above in catalog["classes"]:
            found |= declared(catalog, above, installed) or set()
    return found


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        catalog = json.load(file)
    installed = {}
    for provider, entry in catalog["providers"].items():
        try:
            version = importlib.metadata.version("apache-airflow-providers-" + provider)
        except importlib.metadata.PackageNotFoundError:
            continue
        if version in [release["version"] for release in entry["releases"]]:
            installed[provider] = version
        else:
            print(f"The catalog does not have {provider} {version}")
            sys.exit(1)
    agree, missing, differ = {provider: 0 for provider in installed}, [], []
    for name in catalog["classes"]:
        provider = next(
            (p for p in installed if name.startswith(catalog["providers"][p]["package"] + ".")), None
        )
        expected = None if provider is None else declared(catalog, name, installed)
        if expected is None:
            continue
        module, _, simple = name.rpartition(".")
        try:
            cls = getattr(importlib.import_module(module), simple)
        except Exception as error:  # what a class needs may not be installed
            missing.append(f"{name}: {type(error).__name__}")
            continue
        found = arguments_of(cls)
        # The catalog has what all releases demand.
        too_much = set(catalog["classes"][name].get("required", [])) - required_by(cls)
        if too_much:
            differ.append(f"{name}: does not need {sorted(too_much)}")
        elif found == expected:
            agree[provider] += 1
        else:
            differ.append(f"{name}: more {sorted(expected - found)}, less {sorted(found - expected)}")
    for line in differ:
        print("differs:", line)
    print("installed:", ", ".join(f"{p} {v}: {agree[p]}" for p, v in installed.items()))
    print(f"{sum(agree.values())} operators agree, {len(missing)} could not be imported, {len(differ)} differ")
    sys.exit(bool(differ) or not all(agree.values()))


if __name__ == "__main__":
    main()
