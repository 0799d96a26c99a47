"""Who calls and what the key may do: the web service's checks in the order a real shop makes them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .faults import Refusal
from .tables import OTHERS, RESOURCES

if TYPE_CHECKING:
    from .state import Shop

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")


@dataclass(slots=True)
class ApiKey:
    """``rights`` by resource; without it the key may do everything."""

    value: str
    active: bool = True
    rights: Mapping[str, frozenset[str]] | None = field(default=None)

    def methods(self, resource: str) -> frozenset[str]:
        return frozenset(METHODS) if self.rights is None else self.rights.get(resource, frozenset())


def key_of(headers: Mapping[str, str], query: Mapping[str, str], *, stripped: bool) -> str:
    """The key of a request: user name of Basic, else ``ws_key``."""
    word, _, rest = headers.get("authorization", "").partition(" ")
    if word.lower() == "basic" and not stripped:
        try:
            return base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return ""
    return query.get("ws_key", "")


def identify(shop: Shop, value: str) -> ApiKey:
    """The key row. Raises the shop's 401 and 503 answers."""
    if not value:
        raise Refusal(401, text="401 Unauthorized", challenge=True)
    if not shop.switches.webservice:
        words = "The PrestaShop webservice is disabled. Please activate it in the PrestaShop Back Office"
        raise Refusal(503, (22, words), known=False)
    if len(value) != 32:
        raise Refusal(401, (18, "Invalid authentication key format"), challenge=True, known=False)
    found = next((each for each in shop.keys if each.value == value and each.active), None)
    if found is None:
        inactive = (20, "Authentification key is not active")
        raise Refusal(401, inactive, (21, "No permission for this authentication key"), challenge=True, known=False)
    return found


def demand(shop: Shop, key: ApiKey, method: str, resource: str) -> None:
    """Raises the answer for a method or resource the key may not use."""
    if method not in METHODS or (method == "PATCH" and shop.old):
        raise Refusal(405, (23, f"Method {method} is not valid"))
    if resource not in RESOURCES and resource not in OTHERS:
        raise Refusal(400, (27, unknown(resource)))
    allowed = key.methods(resource)
    if not allowed:
        raise Refusal(401, (26, f'Resource of type "{resource}" is not allowed with this authentication key'))
    if method not in allowed:
        words = f"Method {method} is not allowed for the resource {resource} with this authentication key"
        raise Refusal(405, (25, words))
    if resource in RESOURCES and method in RESOURCES[resource].forbidden:
        raise Refusal(405, (101, f"Method {method} is not allowed for the resource {resource}"))


def unknown(resource: str) -> str:
    """The words for a resource nobody knows."""
    names = ", ".join(f'"{name}"' for name in sorted([*RESOURCES, *OTHERS]))
    return f'Resource of type "{resource}" does not exists. Did you mean: "taxes"? The full list is: {names}'
