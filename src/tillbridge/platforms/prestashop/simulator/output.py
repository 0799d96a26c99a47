"""Answers in both formats: JSON that drops what PHP finds empty, and XML with everything in CDATA."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import quoteattr

from .faults import Problem
from .fields import Row
from .state import Shop
from .tables import RESOURCES

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<prestashop xmlns:xlink="http://www.w3.org/1999/xlink">\n'
_FORMLESS = ("attachments", "images", "search")
_EMPTY: tuple[object, ...] = ("0", "", None, False, 0)


@dataclass(slots=True)
class Shown:
    """One record to be shown: its fields in order, and its associations."""

    values: dict[str, Any]
    associations: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    extra: dict[str, str] = field(default_factory=dict)
    full: bool = False


def show(shop: Shop, resource: str, row: Row, names: Sequence[str] | None, language: int) -> Shown:
    """A stored row as the API shows it; ``names`` None shows everything."""
    kind = RESOURCES[resource]
    values: dict[str, Any] = {}
    if names is None or "id" in names:
        values["id"] = row["id"]
    for known in kind.fields.values():
        if names is not None and known.name not in names:
            continue
        value = row[known.name]
        if known.localised:
            value = _localised(shop, value, language)
        elif known.kind == "m":
            value = value or False
        elif known.numeric:
            value = int(str(value or 0))
        values[known.name] = value
    shown = Shown(values, full=names is None)
    if names is None or "associations" in names:
        links: Any = row.get("associations") or {}
        shown.associations = {name: rows for name, rows in links.items() if rows}
    return shown


def _localised(shop: Shop, value: object, language: int) -> object:
    texts: Mapping[int, str] = value if isinstance(value, dict) else {}
    languages = shop.languages or [1]
    if language or len(languages) == 1:
        return texts.get(language or languages[0], "")
    return [{"id": str(each), "value": texts.get(each)} for each in languages]


def one_json(shop: Shop, resource: str, shown: Shown, problems: Sequence[Problem] = ()) -> str:
    """A single record; from PrestaShop 8 on everything empty is missing."""
    values = shown.values if shop.old else {name: value for name, value in shown.values.items() if value not in _EMPTY}
    body: dict[str, Any] = {RESOURCES[resource].item: _with_links(values, shown)}
    if problems:
        body["errors"] = errors(problems)
    return json.dumps(body)


def many_json(resource: str, rows: Sequence[Shown]) -> str:
    """A list; an empty one is a bare array."""
    if not rows:
        return "[]"
    return json.dumps({RESOURCES[resource].many: [_with_links(each.values, each) for each in rows]})


def _with_links(values: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
    found = dict(values) | shown.extra
    return found | {"associations": shown.associations} if shown.associations else found


def errors(problems: Sequence[Problem]) -> list[dict[str, Any]]:
    return [{"code": code, "message": words} for code, words in problems]


def errors_xml(problems: Sequence[Problem]) -> str:
    rows = "".join(
        f"<error>\n<code>{_cdata(str(code))}</code>\n<message>{_cdata(words)}</message>\n</error>\n"
        for code, words in problems
    )
    return f"{_HEAD}<errors>\n{rows}</errors>\n</prestashop>\n"


def one_xml(resource: str, shown: Shown) -> str:
    return f"{_HEAD}{_item(resource, shown)}</prestashop>\n"


def many_xml(shop: Shop, resource: str, rows: Sequence[Shown], *, ids_only: bool) -> str:
    kind = RESOURCES[resource]
    if ids_only:
        base = f"{shop.home}/api/{resource}"
        inner = "".join(
            f'<{kind.item} id="{each.values["id"]}" xlink:href="{base}/{each.values["id"]}"/>\n' for each in rows
        )
    else:
        inner = "".join(_item(resource, each) for each in rows)
    return f"{_HEAD}<{kind.many}>\n{inner}</{kind.many}>\n</prestashop>\n"


def _item(resource: str, shown: Shown) -> str:
    kind = RESOURCES[resource]
    parts = [f"<{kind.item}>\n"]
    for name, value in (shown.values | shown.extra).items():
        inner = _languages(value) if isinstance(value, list) or _is_localised(resource, name) else _cdata(_plain(value))
        parts.append(f"\t<{name}>{inner}</{name}>\n")
    if kind.associations and shown.full:
        parts.append("<associations>\n")
        parts += [_links(name, item, shown.associations.get(name, [])) for name, item in kind.associations.items()]
        parts.append("</associations>\n")
    return "".join([*parts, f"</{kind.item}>\n"])


def _is_localised(resource: str, name: str) -> bool:
    known = RESOURCES[resource].fields.get(name)
    return known is not None and known.localised


def _languages(value: object) -> str:
    rows = value if isinstance(value, list) else [{"id": "1", "value": value}]
    return "".join(f'<language id="{one["id"]}">{_cdata(_plain(one["value"]))}</language>' for one in rows)


def _links(name: str, item: str, rows: Sequence[Mapping[str, str]]) -> str:
    inner = "".join(
        f"<{item}>\n" + "".join(f"<{key}>{_cdata(value)}</{key}>\n" for key, value in row.items()) + f"</{item}>\n"
        for row in rows
    )
    return f'<{name} nodeType="{item}" api="{name}">\n{inner}</{name}>\n'


def _plain(value: object) -> str:
    return "" if value is None or value is False else str(value)


def _cdata(text: str) -> str:
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def rights_xml(shop: Shop, allowed: Mapping[str, frozenset[str]]) -> str:
    """The root of the API: which resources a key may use and how."""
    methods = ["get", "put", "post", *([] if shop.old else ["patch"]), "delete", "head"]
    rows = []
    for name in sorted(allowed):
        flags = " ".join(f'{each}="{"true" if each.upper() in allowed[name] else "false"}"' for each in methods)
        link = f'xlink:href="{shop.home}/api/{name}"'
        rows.append(f"<{name} {link} {flags}>\n<description {link} {flags}>\nThe {name}</description>\n")
        forms = () if name in _FORMLESS else ("blank", "synopsis")
        rows += [f'<schema {link[:-1]}?schema={each}" type="{each}"/>\n' for each in forms]
        rows.append(f"</{name}>\n")
    return f"{_HEAD}<api shopName={quoteattr(shop.setting('PS_SHOP_NAME'))}>\n{''.join(rows)}</api>\n</prestashop>\n"
