#!/usr/bin/env python3
"""What arguments the resources of a Terraform provider have, for infra-check.go.

    infra_schema.py WHEEL [TYPE...] > SCHEMA

WHEEL is a package of CDK Terrain's bindings, which are generated from what the provider says of itself:
there is a class for each resource and each block, and above each member whether it may or must be written.
The provider itself is to be had from Terraform's registry only.
"""

import io
import json
import re
import sys
import tarfile
import zipfile

CLASS = re.compile(r"^class (\w+) extends ", re.MULTILINE)
MEMBER = re.compile(
    r"^    // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n(.*?)(?=^    // \w+ - computed|\Z)",
    re.MULTILINE | re.DOTALL,
)
# How a member is read gives its type, unless it can be written: then that says more.
READ = {
    "getStringAttribute": "string",
    "getNumberAttribute": "number",
    "getBooleanAttribute": "bool",
    "getListAttribute": ["list", "string"],
    "getNumberListAttribute": ["list", "number"],
    "getStringMapAttribute": ["map", "string"],
}
ELEMENT = {"string": "string", "number": "number", "boolean": "bool"}
WRITTEN = re.compile(r'^ +(\w+): \{\n[^{}]*?isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)"', re.MULTILINE)


class Bindings:
    """The file of one resource."""

    def __init__(self, text):
        self.text = text
        starts = [(match.group(1), match.start()) for match in CLASS.finditer(text)]
        ends = [start for _, start in starts[1:]] + [len(text)]
        self.classes = {name: text[start:end] for (name, start), end in zip(starts, ends)}

    def written(self, text):
        return {name: (is_block == "true", kind, of) for name, is_block, kind, of in WRITTEN.findall(text)}

    def written_in_block(self, name):
        start = self.text.find(f"function {name[0].lower()}{name[1:]}ToHclTerraform(")
        # What is only read, nobody writes.
        return {} if start < 0 else self.written(self.text[start : self.text.index("\n}", start)])

    def block(self, text, written):
        block = {"attributes": {}, "blocks": {}}
        for name, computed, optional, required, body in MEMBER.findall(text):
            if name in written and written[name][0]:
                nested = re.search(r"= new (\w+?)(List|Map|OutputReference)\(this, ", body).group(1)
                block["blocks"][name] = {
                    "nesting": {"struct": "single"}.get(written[name][1], written[name][1]),
                    "block": self.block(self.classes[f"{nested}OutputReference"], self.written_in_block(nested)),
                }
            else:
                block["attributes"][name] = {
                    "type": self.type(body, written.get(name)),
                    "computed": computed == "true",
                    "optional": optional == "true",
                    "required": required == "true",
                }
        return block

    def type(self, body, written):
        if written:
            _, kind, of = written
            element = ELEMENT.get(re.sub("(List|Map)$", "", of))
            # Lists of objects that are written as a value are rare; Terraform then takes any value.
            return element if kind == "simple" and element else [kind, element] if element else "dynamic"
        if "cdktn.StringMap(" in body:
            return ["map", "string"]
        read = re.search(r"this\.(get\w+Attribute)\(", body)
        return READ[read.group(1)] if read else "dynamic"


def resource(text, name):
    found = re.search(rf"^    static tfResourceType = \"{name}\";", text, re.MULTILINE)
    if not found:
        raise SystemExit(f"the bindings have no resource {name}")
    bindings = Bindings(text)
    own = next(body for body in bindings.classes.values() if f'static tfResourceType = "{name}";' in body)
    return bindings.block(own, bindings.written(own[own.index("synthesizeHclAttributes") :]))


def provider(text):
    bindings = Bindings(text)
    own = next(body for body in bindings.classes.values() if "extends cdktn.TerraformProvider" in body)
    written = bindings.written(own[own.index("synthesizeHclAttributes") :])
    # Its two blocks are bound in a form of their own, and nobody here writes one.
    values = {name: value for name, value in written.items() if not value[0]}
    block = bindings.block(own, values)
    block["attributes"] = {name: value for name, value in block["attributes"].items() if name in values}
    return block


def main():
    wheel, *types = sys.argv[1:]
    with zipfile.ZipFile(wheel) as archive:
        [inner] = [name for name in archive.namelist() if name.endswith(".jsii.tgz")]
        data = io.BytesIO(archive.read(inner))
    wanted = {f"package/lib/{name.removeprefix('google_').replace('_', '-')}/index.js": name for name in types}
    wanted["package/lib/provider/index.js"] = None
    known = {"resources": {}}
    with tarfile.open(fileobj=data, mode="r:gz") as archive:
        for member in archive:
            if member.name not in wanted:
                continue
            name = wanted.pop(member.name)
            text = archive.extractfile(member).read().decode()
            if name is None:
                known["provider"] = provider(text)
                known["version"] = re.search(r"providerVersion: '([\d.]+)'", text).group(1)
            else:
                known["resources"][name] = resource(text, name)
    if wanted:
        raise SystemExit(f"the bindings have no {', '.join(sorted(wanted))}")
    json.dump(known, sys.stdout, indent=1, sort_keys=True)


if __name__ == "__main__":
    main()
