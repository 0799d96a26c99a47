"""Field lists of a shop that speaks XML: resources, their fields, what may be asked and what may be written."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests.support.recorder import Sent

_FILTER = re.compile(r"filter\[(\w+)\]")
_DOOR = "/api/"


@dataclass(frozen=True, slots=True)
class FieldLists:
    file: Path

    def covers(self, sent: Sent) -> bool:
        return self._resource(sent) is not None

    def problems(self, sent: Sent) -> Iterator[str]:
        resource = self._resource(sent)
        assert resource is not None
        if sent.method in resource["forbidden_methods"]:
            yield f"{sent.method} is forbidden"
        for key, value in sent.query:
            yield from _question(key, value, resource["fields"])
        if sent.text:
            yield from _body(sent, resource)

    def _resource(self, sent: Sent) -> Any:
        if not sent.path.startswith(_DOOR):
            return None
        return _resources(self.file).get(sent.path.removeprefix(_DOOR).partition("/")[0])


@cache
def _resources(file: Path) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(file.read_text(encoding="utf-8"))["resources"]
    return found


def _question(key: str, value: str, fields: Mapping[str, Any]) -> Iterator[str]:
    names: list[str] = []
    if match := _FILTER.fullmatch(key):
        names = [match[1]]
    elif key == "display" and value != "full":
        names = value.strip("[]").split(",")
    elif key == "sort":
        names = [part.rpartition("_")[0] for part in value.strip("[]").split(",")]
    for each in names:
        if each not in fields and each != "id":
            yield f"{key}: {each} is no field"
        elif key != "display" and fields.get(each, {}).get("computed"):
            yield f"{key}: {each} cannot be asked for"


def _body(sent: Sent, resource: Mapping[str, Any]) -> Iterator[str]:
    record = ElementTree.fromstring(sent.text)[0]
    fields = resource["fields"]
    if record.tag != resource["item_node"]:
        yield f"<{record.tag}> is not <{resource['item_node']}>"
    written = {child.tag: child.text or "" for child in record if child.tag != "associations"}
    for name, text in written.items():
        yield from _value(name, text, fields.get(name), creating=sent.method == "POST")
    needed = [name for name, known in fields.items() if known.get("required")] if sent.method == "POST" else ["id"]
    yield from (f"{name} is required" for name in needed if name not in written)
    for group in record.findall("associations/*"):
        declared = resource["associations"].get(group.tag)
        if declared is None:
            yield f"{group.tag} is no association"
        elif any(row.tag != declared["item_node"] for row in group):
            yield f"{group.tag} holds {[row.tag for row in group]}"


def _value(name: str, text: str, known: Mapping[str, Any] | None, *, creating: bool) -> Iterator[str]:
    if known is None:
        yield f"{name} is no field"
    elif known.get("read_only") or (creating and known.get("read_only_on_create")):
        yield f"{name} is read-only"
    elif len(text) > known.get("max_size", len(text)):
        yield f"{name} is longer than {known['max_size']}"
    elif text and known.get("values") and text not in [str(each) for each in known["values"]]:
        yield f"{name}: {text} is none of {known['values']}"
