"""Who may ask what, and how often: tokens, scopes, and the window of thirty seconds all apps share."""

from __future__ import annotations

from collections.abc import Mapping

from .speech import Refusal
from .state import Account, Store

WINDOW_MS = 30_000
_UNAUTHORIZED = (
    "Unauthorized - the v3 Auth client ID or token in the request are not a valid combination for this store."
)
_NO_SCOPE = "You don't have a required scope to access the endpoint"


def account_of(store: Store, token: str | None) -> Account:
    """The account of a token that still lives."""
    found = next((each for each in store.accounts if each.token == token and not each.deleted), None)
    if found is None:
        raise Refusal(401, _UNAUTHORIZED)
    return found


def demand(account: Account, scope: str, method: str) -> None:
    """A read needs the scope or its read-only sister, a write the scope itself."""
    enough = {scope} | ({f"{scope}_read_only"} if method == "GET" else set())
    if scope and not enough & account.scopes:
        raise Refusal(403, _NO_SCOPE)


def count(store: Store) -> tuple[Mapping[str, str], bool]:
    """The headers that tell the pace, and whether this call is one too many."""
    passed = int(store.now().timestamp() * 1000)
    window = passed // WINDOW_MS
    used = store.windows.get(window, 0) + 1
    store.windows = {window: used}
    left = store.switches.quota - used
    headers = {
        "X-Rate-Limit-Time-Window-Ms": str(WINDOW_MS),
        "X-Rate-Limit-Time-Reset-Ms": str(WINDOW_MS - passed % WINDOW_MS),
        "X-Rate-Limit-Requests-Quota": str(store.switches.quota),
        "X-Rate-Limit-Requests-Left": str(max(0, left)),
    }
    return headers, left < 0
