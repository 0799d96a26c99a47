"""XML in and out: records written with every value escaped, answers read without document types or entities."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from xml.parsers import expat
from xml.sax.saxutils import escape

from tillbridge.domain.errors import NotTheApi
from tillbridge.net.redact import one_line

Value = str | int | Decimal
Links = Mapping[str, tuple[str, Sequence[Mapping[str, Value]]]]
"""Associations: group -> the name of its rows, and the rows."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DEEPEST = 16


def document(item: str, values: Mapping[str, Value], links: Links | None = None) -> bytes:
    """The body of a write. Characters XML cannot hold are left out."""
    inner = "".join(_element(name, value) for name, value in values.items())
    groups = "".join(
        f"<{group}>{''.join(_row(row, each) for each in rows)}</{group}>"
        for group, (row, rows) in (links or {}).items()
    )
    outer = f"<associations>{groups}</associations>" if groups else ""
    return f'<?xml version="1.0" encoding="UTF-8"?><prestashop><{item}>{inner}{outer}</{item}></prestashop>'.encode()


def _row(name: str, values: Mapping[str, Value]) -> str:
    return f"<{name}>{''.join(_element(key, value) for key, value in values.items())}</{name}>"


def _element(name: str, value: Value) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return f"<{name}>{escape(_FORBIDDEN.sub('', text))}</{name}>"


@dataclass(slots=True)
class Element:
    """One element; ``children`` in order."""

    name: str
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def under(self, name: str) -> list[Element]:
        """The children of that name."""
        return [each for each in self.children if each.name == name]


class _Refused(Exception):
    """A document type, or deeper than any answer is."""


def read(text: str, status: int) -> Element:
    """The root element. Raises NotTheApi for anything else than plain XML: no document type, so no entities."""
    top = Element("", {})
    way = [top]
    parser = expat.ParserCreate()
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(way) > _DEEPEST:
            raise _Refused
        way.append(Element(name, attributes))
        way[-2].children.append(way[-1])

    def text_of(data: str) -> None:
        way[-1].text += data

    def refuse(*_: object) -> int:
        raise _Refused

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda _name: way.pop()
    parser.CharacterDataHandler = text_of
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except (expat.ExpatError, _Refused) as error:
        raise NotTheApi(status=status, first_line=one_line(text)) from error
    return top.children[0]
