"""Mutations that demand an idempotency key: the same key and input has one effect for 24 hours."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from graphql import GraphQLError, GraphQLResolveInfo, StringValueNode, VariableNode

from .shop import Row, Shop, user_error

_REMEMBER = timedelta(hours=24)
_EMPTY = {"refundCreate": ("refund", "order"), "inventoryActivate": ("inventoryLevel",)}
_WORDS = {
    "IDEMPOTENCY_CONCURRENT_REQUEST": "This request is currently in progress, please try again.",
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH": (
        "The same idempotency key cannot be used with different operation parameters."
    ),
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED": (
        "A previous request with this idempotency key failed. Retry with a new idempotency key."
    ),
}


def once(shop: Shop, run: Callable[..., Row]) -> Callable[..., Row]:
    """The resolver of such a mutation. A key whose first try was refused is spent."""

    def ask(info: GraphQLResolveInfo[Any], **given: Any) -> Row:
        key = _key(info)
        if key is None:
            words = "The @idempotent directive is required for this mutation but was not provided."
            raise GraphQLError(words, extensions={"code": "BAD_REQUEST"})
        print_of = json.dumps([info.field_name, given], sort_keys=True, default=str)
        known = shop.remembered.get(key)
        if known and shop.now() - known[0] < _REMEMBER:
            return _again(shop, info.field_name, known, print_of)
        result = run(**given)
        shop.remembered[key] = (shop.now(), print_of, result)
        return result

    return ask


def _again(shop: Shop, field: str, known: tuple[Any, str, Row], print_of: str) -> Row:
    at, first_print, result = known
    if first_print != print_of:
        return _refused(field, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
    if shop.now() - at < timedelta(seconds=shop.switches.key_busy):
        return _refused(field, "IDEMPOTENCY_CONCURRENT_REQUEST")
    if result["userErrors"]:
        return _refused(field, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
    return dict(result)


def _refused(field: str, code: str) -> Row:
    error = user_error(["key"], _WORDS[code], code)
    return {**dict.fromkeys(_EMPTY.get(field, ("inventoryAdjustmentGroup",))), "userErrors": [error]}


def _key(info: GraphQLResolveInfo[Any]) -> str | None:
    for directive in info.field_nodes[0].directives or ():
        if directive.name.value == "idempotent" and directive.arguments:
            value = directive.arguments[0].value
            if isinstance(value, StringValueNode):
                return value.value
            if isinstance(value, VariableNode):
                return str(info.variable_values.coerced[value.name.value])
    return None
