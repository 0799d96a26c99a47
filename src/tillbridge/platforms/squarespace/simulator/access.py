"""Who may call and how often: keys and tokens, scopes, 300 calls a minute, 100 imported orders an hour for a key."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from .speech import Refusal
from .state import Pass, Store

ALL_SCOPES = frozenset({
    "website.orders", "website.inventory", "website.products", "website.contacts", "website.discounts",
    "website.transactions.read",
})  # fmt: skip
_SHUT = timedelta(seconds=60)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


def admit(store: Store, headers: Mapping[str, str]) -> Pass:
    """Who calls, once everything all calls have in common was checked."""
    if not headers.get("user-agent"):
        raise Refusal(400, "A User-Agent header is required.", "MISSING_ARGUMENT")
    count(store)
    if store.switches.expired:
        raise Refusal(402, "The website's subscription has expired.")
    scheme, _, token = headers.get("authorization", "").partition(" ")
    found = store.passes.get(token) if scheme == "Bearer" else None
    if found is None or (found.ends is not None and store.now() >= found.ends):
        raise Refusal(401, "You are not authorized to do that.")
    store.refreshes.pop(found.came_of, None)
    return found


def count(store: Store) -> None:
    """Too many in a minute shut all callers out for another."""
    now = store.now()
    if store.shut_until is not None and now < store.shut_until:
        raise _too_many()
    store.calls = [at for at in store.calls if now - at < _MINUTE]
    if len(store.calls) >= store.switches.calls_a_minute:
        store.shut_until = now + _SHUT
        raise _too_many()
    store.calls.append(now)


def count_import(store: Store, who: Pass) -> None:
    """An API key imports so many orders in an hour."""
    if who.oauth:
        return
    now = store.now()
    store.imports = [at for at in store.imports if now - at < _HOUR]
    if len(store.imports) >= store.switches.orders_an_hour:
        raise _too_many()
    store.imports.append(now)


def _too_many() -> Refusal:
    return Refusal(429, "Too many requests.")


def demand(who: Pass, scope: str, method: str) -> None:
    """A read needs the scope or its reading sister, a write the scope itself; webhooks need an extension."""
    if scope == "oauth":
        if not who.oauth:
            raise Refusal(403, "This endpoint requires an OAuth token.", "OAUTH_TOKEN_REQUIRED")
        return
    enough = {scope} | ({f"{scope}.read"} if method == "GET" else set())
    if scope and not enough & who.scopes:
        raise Refusal(403, f"The scope {scope} is missing.", "MISSING_SCOPE")
