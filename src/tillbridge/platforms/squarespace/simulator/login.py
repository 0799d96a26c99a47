"""The login host: the consent page, codes of two minutes, access tokens of thirty, refresh tokens that die on use."""

from __future__ import annotations

import base64
import json
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from .access import ALL_SCOPES
from .state import Pass, Store

CLIENT_ID, CLIENT_SECRET = "mJ4kQ2vX7bN9tR5w", "pW8sD3fG6hJ9kL2zX5cV8bN1mQ4wE7r"
REDIRECT = "https://till.harbourlane.example/squarespace"
_CODE, _ACCESS, _REFRESH = timedelta(minutes=2), timedelta(minutes=30), timedelta(days=7)


def new_code(store: Store) -> str:
    """What the merchant's consent brings."""
    code = f"vN3{secrets.token_hex(12)}"
    store.codes[code] = store.now() + _CODE
    return code


def consent(store: Store, request: Request) -> Response:
    """GET …/authorize: the merchant agrees, or not when the state says so."""
    asked = request.query_params
    if asked.get("client_id") != CLIENT_ID or asked.get("redirect_uri") != REDIRECT:
        return JSONResponse({"error": "invalid_client"}, 400)
    told = {"error": "access_denied"} if asked.get("deny") else {"code": new_code(store)}
    return RedirectResponse(f"{REDIRECT}?{urlencode(told | {'state': asked.get('state', '')})}", 302)


async def grant(store: Store, request: Request) -> Response:
    """POST …/tokens."""
    if not request.headers.get("user-agent"):
        return JSONResponse({"error": "SEC-43"}, 400)
    pair = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    if request.headers.get("authorization") != f"Basic {pair}":
        return JSONResponse({"error": "invalid_client"}, 401)
    try:
        asked = json.loads(await request.body())
    except ValueError:
        return JSONResponse({"error": "invalid_request"}, 400)
    if not _spent(store, asked):
        return JSONResponse({"error": "invalid_grant"}, 400)
    return JSONResponse(_pair(store, asked.get("refresh_token", "")))


def _spent(store: Store, asked: dict[str, str]) -> bool:
    """Whether the grant was good; either way it is not good again."""
    kind = asked.get("grant_type")
    if kind == "authorization_code" and asked.get("redirect_uri") == REDIRECT:
        ends = store.codes.pop(asked.get("code", ""), None)
    elif kind == "refresh_token":
        asks = asked.get("refresh_token", "")
        ends = store.refreshes.get(asks) if store.switches.refresh_outlives_use else store.refreshes.pop(asks, None)
    else:
        return False
    return ends is not None and store.now() < ends


def _pair(store: Store, came_of: str) -> dict[str, str]:
    now = store.now()
    access, refresh = f"T1|Rr0W/{secrets.token_hex(16)}", f"1|KYUY/{secrets.token_hex(16)}"
    store.passes[access] = Pass(ALL_SCOPES, oauth=True, ends=now + _ACCESS, came_of=came_of)
    store.refreshes[refresh] = now + _REFRESH
    return {
        "token": access, "token_type": "bearer", "access_token": access,
        "access_token_expires_at": f"{(now + _ACCESS).timestamp():.3f}", "refresh_token": refresh,
        "refresh_token_expires_at": f"{(now + _REFRESH).timestamp():.3f}",
    }  # fmt: skip
