"""Holds requests really sent to the vendor's OpenAPI documents, which lie beside the checkout; nothing without them."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.support.contracts import CONTRACTS
from tests.support.recorder import Sent

FOLDER = CONTRACTS / "bigcommerce"
_STORE = re.compile(r"/stores/[^/]+(/v[23])(/.*)")
_DOCUMENTS = {
    "/v2/store": "store_information.v2.yml",
    "/v2/orders": "orders.v2.oas2.yml",
    "/v2/coupons": "marketing.v2.yml",
    "/v2/gift_certificates": "marketing.v2.yml",
    "/v3/orders": "orders.v3.yml",
    "/v3/catalog/products": "products_catalog.v3.yml",
    "/v3/catalog/variants": "product-variants_catalog.v3.yml",
    "/v3/inventory/locations": "locations.v3.yml",
    "/v3/inventory": "inventory.v3.yml",
    "/v3/customers/subscribers": "subscribers.v3.yml",
    "/v3/customers": "customers.v3.yml",
    "/v3/promotions": "promotions.v3.yml",
    "/v3/carts": "carts.v3.yml",
    "/v3/checkouts": "checkouts.v3.yml",
    "/v3/channels": "channels.v3.yml",
    "/v3/settings": "settings.v3.yml",
    "/v3/hooks": "webhooks.v3.yml",
}
"""The longest beginning wins."""
_WITHOUT_CONTRACT = ("/v3/catalog/brands",)
"""The vendor's folder with brands was not kept; the sheet names the call."""
_PROVEN = {("GET", "/v2/orders"): {"sort"}}
"""Declared without a direction, which the words of the same parameter add after a colon."""

_AMBIGUOUS = ("orders.v3.yml", "orders.v2.oas2.yml", "promotions.v3.yml")
"""Their "exactly one of" is fitted twice by what the vendor itself shows as examples: the refund of a whole order,
the link in place of an order's consignments, and any promotion with a code.
"""


def available() -> bool:
    """Whether documents and a reader for them are there."""
    return FOLDER.exists() and _yaml() is not None


@cache
def _yaml() -> Any:
    try:
        return importlib.import_module("yaml")
    except ImportError:
        return None


@cache
def document(name: str) -> Any:
    """A document as JSON Schema draft 4 has it, which is what OpenAPI 3.0 is made of."""
    yaml = _yaml()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found = _plain(yaml.load((FOLDER / name).read_text(), Loader=loader))
    return _loosened(found) if name in _AMBIGUOUS else found


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {str(name): _plain(value) for name, value in node.items() if name not in ("example", "examples")}
    if found.pop("nullable", False) is True and isinstance(found.get("type"), str):
        found["type"] = [found["type"], "null"]
    return found


def _loosened(node: Any) -> Any:
    """The same with "one of" read as "any of"."""
    if isinstance(node, list):
        return [_loosened(each) for each in node]
    if not isinstance(node, dict):
        return node
    return {"anyOf" if name == "oneOf" else name: _loosened(value) for name, value in node.items()}


def check(sent: Sent) -> list[str]:
    """What the vendor's contract says against a request; empty when it holds."""
    matched = _STORE.fullmatch(sent.path)
    if matched is None:
        return ["is not below a store"]
    version, path = matched.groups()
    whole = f"{version}{path}"
    if whole.startswith(_WITHOUT_CONTRACT):
        return []
    beginning = max((each for each in _DOCUMENTS if whole.startswith(each)), key=len, default="")
    if not beginning:
        return ["is in no document"]
    name = _DOCUMENTS[beginning]
    found = _operation(name, path, sent.method)
    if found is None:
        return [f"{sent.method} is not in {name}"]
    template, operation = found
    return [*_query(name, template, operation, sent, whole), *_body(name, template, sent)]


def _operation(name: str, path: str, method: str) -> tuple[str, Any] | None:
    paths = document(name)["paths"]
    exact_first = sorted(paths, key=lambda each: each.count("{"))
    for template in exact_first:
        pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in paths[template]:
            return template, paths[template][method.lower()]
    return None


def _resolved(name: str, node: Any) -> Any:
    while isinstance(node, Mapping) and "$ref" in node:
        target: Any = document(name)
        for part in str(node["$ref"]).removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        node = target
    return node


def _query(name: str, template: str, operation: Any, sent: Sent, whole: str) -> Iterator[str]:
    declared = [*document(name)["paths"][template].get("parameters", ()), *operation.get("parameters", ())]
    parameters = {row["name"]: row for each in declared if (row := _resolved(name, each))["in"] == "query"}
    for key, value in sent.query:
        if key not in parameters:
            yield f"{key} is not a parameter"
            continue
        if key in _PROVEN.get((sent.method, _family(whole)), ()):
            continue
        yield from (f"{key}: {words}" for words in _value(name, parameters[key].get("schema") or {}, value))


def _family(whole: str) -> str:
    return max((each for each in _DOCUMENTS if whole.startswith(each)), key=len)


def _value(name: str, schema: Any, value: str) -> Iterator[str]:
    """A text of the query against the kind of its parameter; lists are written with commas."""
    schema = _resolved(name, schema)
    kind = schema.get("type")
    if kind == "array":
        for part in value.split(","):
            yield from _value(name, schema.get("items") or {}, part)
    elif kind in ("integer", "number") and not re.fullmatch(r"-?\d+(,\d+)*", value):
        yield f"{value} is not a number"
    elif "enum" in schema and value not in [str(each) for each in schema["enum"]]:
        yield f"{value} is none of {schema['enum']}"
    elif kind in ("integer", "number") and int(value.split(",", 1)[0]) > schema.get("maximum", float("inf")):
        yield f"{value} is more than {schema['maximum']}"


def _body(name: str, template: str, sent: Sent) -> Iterator[str]:
    if sent.body is None:
        return
    holder = _resolved(name, document(name)["paths"][template][sent.method.lower()].get("requestBody"))
    if holder is None:
        yield "takes no body"
        return
    yield from _against(name, holder["content"]["application/json"]["schema"], sent.body)


def check_answer(method: str, path: str, status: int, body: Any) -> list[str]:
    """What the contract says against an answer to a request below a store; nothing where it does not describe it."""
    beginning = max((each for each in _DOCUMENTS if path.startswith(each)), key=len, default="")
    name = _DOCUMENTS.get(beginning, "")
    found = _operation(name, path[3:], method) if name else None
    if found is None:
        return [f"{method} {path} is in no document"]
    told = found[1]["responses"]
    holder = _resolved(name, told.get(str(status)) or {})
    schema = ((holder.get("content") or {}).get("application/json") or {}).get("schema")
    return list(_against(name, schema, body)) if schema else [f"{status} is not described"]


def _against(name: str, schema: Any, value: Any) -> Iterator[str]:
    registry: Any = Registry().with_resource(f"urn:{name}", DRAFT4.create_resource(document(name)))
    for error in Draft4Validator(_absolute(schema, name), registry=registry).iter_errors(value):
        where = ".".join(str(each) for each in error.absolute_path)
        yield f"{where}: {error.message[:200]}"


def _absolute(node: Any, name: str) -> Any:
    """References that find their document from anywhere."""
    if isinstance(node, list):
        return [_absolute(each, name) for each in node]
    if not isinstance(node, dict):
        return node
    return {
        key: f"urn:{name}{value}" if key == "$ref" and isinstance(value, str) else _absolute(value, name)
        for key, value in node.items()
    }
