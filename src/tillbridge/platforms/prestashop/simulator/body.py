"""XML bodies as the shop reads them: any root, unknown elements ignored. A document type is not taken here."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import unquote_plus
from xml.parsers import expat

from .faults import malformed, mute
from .fields import Row
from .tables import RESOURCES

_DEEPEST = 12


@dataclass(slots=True)
class Node:
    """One element with its attributes, text and children."""

    name: str
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        return next((each for each in self.children if each.name == name), None)


def parse(content: bytes) -> Node:
    """The root element. Raises the shop's answers for bytes that are no XML."""
    try:
        content.decode()
    except UnicodeDecodeError:
        raise mute() from None
    top = Node("", {})
    way = [top]
    parser = expat.ParserCreate()

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(way) > _DEEPEST:
            raise malformed(["Excessive depth in document"])
        way.append(Node(name, attributes))
        way[-2].children.append(way[-1])

    def text(data: str) -> None:
        way[-1].text += data

    def refuse(*_: object) -> None:
        raise malformed(["Detected use of a document type"])

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: way.pop()
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise malformed([f"Entity: line 1: parser error : {error}"]) from None
    return top.children[0]


def entity(content: bytes) -> Node:
    """The record of a write: below ``<prestashop>``, or the root itself. The form field ``xml`` is taken too."""
    if content.startswith(b"xml="):
        # the shop takes the field as it stands when nobody encoded it
        raw = content[4:].decode("utf-8", "replace")
        content = (raw if raw.lstrip().startswith("<") else unquote_plus(raw)).encode()
    if not content.strip():
        raise malformed([])
    root = parse(content)
    if root.name != "prestashop":
        return root
    return root.children[0] if root.children else Node("", {})


def values_of(node: Node, resource: str, languages: list[int]) -> Row:
    """The posted fields that the resource has; localised ones by language."""
    found: Row = {}
    for each in node.children:
        known = RESOURCES[resource].fields.get(each.name)
        if each.name == "id":
            found["id"] = each.text.strip()
        elif known is not None and known.localised and each.children:
            found[each.name] = {int(one.attributes.get("id", "0")): one.text for one in each.children}
        elif known is not None and known.localised:
            found[each.name] = each.text if not languages else dict.fromkeys(languages, each.text)
        elif known is not None:
            found[each.name] = each.text
    return found


def associations_of(node: Node) -> dict[str, list[dict[str, str]]]:
    """The posted associations: name -> rows of plain texts."""
    outer = node.child("associations")
    if outer is None:
        return {}
    return {
        group.name: [{one.name: one.text for one in row.children} for row in group.children] for group in outer.children
    }
