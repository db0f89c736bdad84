"""Writes the schema of a Terraform provider, as far as the pack `bakehouse/aws` uses it, from bindings made out of it.

The provider `hashicorp/aws` cannot be had everywhere, the packages that CDK for Terraform generated from its schema can.
Their sources, which lie in the source maps of their files, say of every argument its type and whether it is required,
optional or computed, and of every block how it nests and whether there may be many of it. They do not say what is
sensitive: that is in :data:`SENSITIVE`. What forces a replacement, and defaults, nothing of it says: those are missing.

What is written has the form of `terraform providers schema -json`, so it can be laid beside the real one. To write it
again: `npm pack` the packages of :data:`PACKAGES`, unpack each into a folder of its name, and run this file with the
folder that they lie in.
"""

import base64
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SCHEMAS = Path(__file__).with_name("go") / "terraform-provider-paper" / "schemas"
MODULES = Path(__file__).parents[2] / "resolvers" / "catalog" / "data" / "aws" / "modules"
PACKAGES = {"aws": ("provider-aws", "21.22.1"), "random": ("provider-random", "12.0.1")}
"""The npm packages below `@cdktf/`, with the version of each."""

SENSITIVE = {
    "aws_db_instance": {"password", "password_wo"},
    "aws_docdb_cluster": {"master_password", "master_password_wo"},
    "aws_elasticache_replication_group": {"auth_token"},
    "aws_iam_access_key": {"secret", "ses_smtp_password_v4"},
    "aws_mq_broker": {"user.password", "ldap_server_metadata.service_account_password"},
    "random_password": {"bcrypt_hash", "result"},
}
"""At the top as `additionalSecretOutputs` of the bindings `@pulumi/aws` 7.14.0 says; below, passwords by their names."""

NO_ARGUMENTS = {"alias"}
"""What the bindings of a provider have besides: Terraform's own words."""

LEFT_OUT = {"endpoints", "timeouts"}
"""Blocks that no module uses: hundreds of addresses of services, and how long is waited."""

_MAP = re.compile(r"//# sourceMappingURL=data:application/json;base64,(\S+)")
_CLASS = re.compile(r"^export class (\w+) extends cdktf\.(\w+) \{$(.*?)^\}$", re.MULTILINE | re.DOTALL)
_MEMBER = re.compile(
    r"^  // (\w+) - computed: (\w+), optional: (\w+), required: (\w+)\n(.*?)(?=^  // \w+ - computed|\Z)",
    re.MULTILINE | re.DOTALL,
)
_WRITTEN = re.compile(
    r"^ +(\w+): \{\n +value: (.*),\n +isBlock: (\w+),\n +type: \"(\w+)\",\n +storageClassType: \"(\w+)\"",
    re.MULTILINE,
)
_GIVEN = re.compile(
    r"this\.get(String|Number|Boolean|List|NumberList|StringMap|BooleanMap|NumberMap)Attribute"
)
_COMPLEX = re.compile(r"new (cdktf\.)?(\w+?)(List|OutputReference|Map)\(this, \"\w+\"(?:, (true|false))?\)")
_TYPES = {
    "String": "string", "Number": "number", "Boolean": "bool",
    "string": "string", "number": "number", "boolean": "bool", "any": "string",
}  # fmt: skip


class Bindings:
    """The generated source of one resource, data source or provider."""

    def __init__(self, package: Path, file: str) -> None:
        found = _MAP.search((package / "lib" / file / "index.js").read_text(encoding="utf-8"))
        assert found, file
        self._text = str(json.loads(base64.b64decode(found[1]))["sourcesContent"][0])
        self._classes = {name: (base, body) for name, base, body in _CLASS.findall(self._text)}

    def top(self) -> Mapping[str, Any]:
        """The block of the whole."""
        (name,) = (
            name for name, (base, _) in self._classes.items()
            if base in ("TerraformResource", "TerraformDataSource", "TerraformProvider")
        )  # fmt: skip
        return self._block(self._classes[name][1], self._written(name))

    def _written(self, name: str) -> Mapping[str, tuple[str, ...]]:
        """How each argument of a class is written out: its mapper, whether as a block, its nesting, its type."""
        own = self._classes[name][1] if name in self._classes else ""
        if "synthesizeHclAttributes" not in own:
            writer = f"{name[0].lower()}{name[1:]}ToHclTerraform".replace("OutputReference", "")
            start = self._text.find(f"function {writer}(")
            own = self._text[start : self._text.find("\n}\n", start)] if start >= 0 else ""
        return {found[0]: found[1:] for found in _WRITTEN.findall(own)}

    def _block(self, body: str, written: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
        attributes: dict[str, Any] = {}
        blocks: dict[str, Any] = {}
        for name, computed, optional, required, code in _MEMBER.findall(body):
            flags = {
                flag: True
                for flag, said in (("computed", computed), ("optional", optional), ("required", required))
                if said == "true"
            }
            _, is_block, nesting, storage = written.get(name, ("", "", "", ""))
            complex_ = _COMPLEX.search(code)
            if name in (LEFT_OUT if is_block == "true" else NO_ARGUMENTS):
                continue
            if is_block == "true" and computed == "false":
                blocks[name] = self._nested(nesting, storage, "OutputReference(" in code, required == "true")
            elif complex_ and not complex_[1]:
                attributes[name] = {"type": self._object(complex_[2], complex_[4] == "true"), **flags}
            else:
                attributes[name] = {"type": _type(nesting, storage, code), **flags}
        return _without_nothing({"attributes": attributes, "block_types": blocks})

    def _nested(self, nesting: str, storage: str, single: bool, required: bool) -> Mapping[str, Any]:
        name = storage.removesuffix("List")
        inner = f"{name}OutputReference"
        written, known = self._written(inner), inner in self._classes
        return {
            "nesting_mode": "single" if nesting == "struct" else nesting,
            **({"min_items": 1} if required else {}),
            **({"max_items": 1} if single else {}),
            "block": self._block(self._classes[inner][1], written) if known else _plain(written),
        }

    def _object(self, name: str, is_set: bool) -> list[Any]:
        """A list or set of objects, the type of an attribute."""
        inner = f"{name}OutputReference"
        block = self._block(self._classes[inner][1], self._written(inner))
        types = {key: value["type"] for key, value in block.get("attributes", {}).items()}
        return ["set" if is_set else "list", ["object", types]]


def _type(nesting: str, storage: str, code: str) -> Any:
    """The type as Terraform writes it: `"string"`, `["set", "string"]`."""
    if nesting in ("simple", ""):
        given = _GIVEN.search(code)
        if storage:
            return _TYPES[storage]
        if given is None:
            made = _COMPLEX.search(code)
            assert made, code
            return ["map", _TYPES[made[2]]]
        kind = given[1]
        if kind.endswith("Map"):
            return ["map", _TYPES[kind.removesuffix("Map")]]
        if kind.endswith("List"):
            return ["set" if "Fn.tolist" in code else "list", _TYPES[kind.removesuffix("List") or "String"]]
        return _TYPES[kind]
    return [nesting, _TYPES[re.sub("(List|Map)$", "", storage)]]


def _plain(written: Mapping[str, tuple[str, ...]]) -> Mapping[str, Any]:
    """A block of the provider's own settings, of which only the types are told: all is optional."""
    return {
        "attributes": {
            name: {"type": _type(nesting, storage, ""), "optional": True}
            for name, (_, is_block, nesting, storage) in written.items()
            if is_block == "false"
        }
    }


def _without_nothing(parts: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: part for name, part in parts.items() if part}


def hide(block: Mapping[str, Any], names: set[str]) -> None:
    """Mark what is sensitive, and of it what is never kept."""
    for name in names:
        head, _, rest = name.partition(".")
        if rest:
            hide(block["block_types"][head]["block"], {rest})
        else:
            block["attributes"][head]["sensitive"] = True
            if head.endswith("_wo"):
                block["attributes"][head]["write_only"] = True


def used(kind: str, provider: str) -> Iterator[str]:
    """The types of resources or data sources that the modules declare."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(MODULES.glob("*/*.tf")))
    yield from sorted(set(re.findall(rf'(?m)^{kind} "({provider}_\w+)"', text)))


def schema(package: Path, provider: str) -> Mapping[str, Any]:
    """Of the provider itself, and of all of it that the modules use."""
    made = json.loads((package / "package.json").read_bytes())
    assert made["version"] == PACKAGES[provider][1], f"{package} is version {made['version']}"
    found: dict[str, Any] = {
        "made_of": f"{made['cdktf']['provider']['name'].partition('/')[2]} {made['cdktf']['provider']['version']}",
        "provider": {"block": Bindings(package, "provider").top()},
    }
    kinds = (("resource", "resource_schemas", ""), ("data", "data_source_schemas", f"data-{provider}-"))
    for kind, key, prefix in kinds:
        for type_ in used(kind, provider):
            block = Bindings(package, prefix + type_.removeprefix(f"{provider}_").replace("_", "-")).top()
            hide(block, SENSITIVE.get(type_, set()))
            found.setdefault(key, {})[type_] = {"block": block}
    return found


def _laid_out(value: Any, indent: int = 0) -> str:
    """JSON with an attribute a line."""
    if not isinstance(value, dict) or not any(isinstance(part, dict) for part in value.values()):
        return json.dumps(value, sort_keys=True)
    lines = (
        f"{' ' * (indent + 1)}{json.dumps(key)}: {_laid_out(value[key], indent + 1)}" for key in sorted(value)
    )
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


if __name__ == "__main__":
    for provider, (folder, _) in PACKAGES.items():
        text = _laid_out(schema(Path(sys.argv[1]) / folder, provider))
        (SCHEMAS / f"{provider}.json").write_text(f"{text}\n", encoding="utf-8")
