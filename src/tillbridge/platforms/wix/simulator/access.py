"""Who may ask what, and how often: tokens of four hours, keys with their site, permissions, the minute's bucket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from .speech import Refusal, Row, guid
from .state import SCOPES, Site

APP_ID, INSTANCE_ID, SITE_ID = guid("app"), guid("instance"), guid("site")
APP_SECRET = "3f1b7a52-9c0d-4e8f-a6b5-harbour-lane"
API_KEY = "IST.harbour-lane-outfitters-key-0123456789abcdef"
LIFE = 14_400


def grant(site: Site, body: Row) -> Response:
    """POST /oauth2/token: a new token; the ones before it stay good."""
    if body.get("grant_type") != "client_credentials":
        return _oauth_error(400, "unsupported_grant_type", "grant_type must be client_credentials")
    if body.get("client_id") != APP_ID:
        return _oauth_error(400, "invalid_client", "unknown client id")
    if body.get("client_secret") != APP_SECRET:
        return _oauth_error(401, "invalid_client", "client authentication failed")
    if body.get("instance_id") != INSTANCE_ID or site.revoked:
        return _oauth_error(400, "invalid_grant", "the app instance was not found")
    token = f"OauthNG.JWS.{site.new_id('token')}"
    site.tokens[token] = site.now() + timedelta(seconds=LIFE)
    return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": LIFE})


def _oauth_error(status: int, code: str, words: str) -> Response:
    return JSONResponse({"error": code, "error_description": words}, status)


def authenticate(site: Site, headers: Mapping[str, str]) -> None:
    """An app's token, bare or as Bearer, or an API key beside exactly one of site and account."""
    given = headers.get("authorization", "")
    if given == API_KEY and not site.revoked:
        named = [name for name in ("wix-site-id", "wix-account-id") if headers.get(name)]
        if named != ["wix-site-id"] or headers["wix-site-id"] != SITE_ID:
            raise Refusal(403, "", code="PERMISSION_DENIED")
        return
    ends = site.tokens.get(given.removeprefix("Bearer "))
    if ends is None or ends <= site.now() or site.revoked:
        raise Refusal(401, "the token is missing, unknown or expired", code="UNAUTHENTICATED")


def demand(site: Site, scope: str) -> None:
    """A permission the app or key was not given."""
    if scope and scope not in SCOPES - {site.switches.withheld_scope}:
        raise Refusal(403, f"permission {scope} is missing", code="PERMISSION_DENIED")


def count(site: Site) -> None:
    """200 calls a minute, refilled bit by bit; nothing tells how many are left, or when to come back."""
    most, now = float(site.switches.calls_a_minute), site.now()
    passed = (now - site.permits_at).total_seconds() if site.permits_at else 0.0
    site.permits, site.permits_at = min(most, site.permits + passed * most / 60), now
    if site.permits < 1:
        raise Refusal(429, "too many requests", code="RESOURCE_EXHAUSTED")
    site.permits -= 1
