"""How a shop knows who calls: consumer keys by Basic, by query or by OAuth 1.0a signature."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from .wordpress import RestError

if TYPE_CHECKING:
    from .state import Shop

WINDOW = 15 * 60
_OAUTH = ("oauth_consumer_key", "oauth_timestamp", "oauth_nonce", "oauth_signature", "oauth_signature_method")
_DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
Pairs = Sequence[tuple[str, str]]


@dataclass(slots=True)
class ApiKey:
    """One row of the REST API key table; ``capable`` is False for a user without shop rights."""

    consumer_key: str
    consumer_secret: str
    permissions: str = "read_write"
    capable: bool = True
    revoked: bool = False


def _refused(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, 401)


def identify(
    shop: Shop, method: str, path: str, *, query: Pairs, headers: Mapping[str, str], scheme: str
) -> ApiKey | None:
    """The key behind a request, or None for an anonymous one.

    Raises WordPress's 401 for a wrong secret or a bad OAuth signature.
    """
    if "/wp-json/wc" not in path:
        return None
    if scheme == "https" and shop.switches.behind_tls:
        key = _by_secret(shop, dict(query), headers)
    else:
        key = _by_signature(shop, method, path, query=query, headers=headers)
    return key


def _find(shop: Shop, consumer_key: str) -> ApiKey | None:
    return next((key for key in shop.keys if key.consumer_key == consumer_key and not key.revoked), None)


def _by_secret(shop: Shop, query: Mapping[str, str], headers: Mapping[str, str]) -> ApiKey | None:
    consumer_key, secret = query.get("consumer_key", ""), query.get("consumer_secret", "")
    if not (consumer_key and secret):
        consumer_key, secret = _basic(headers.get("authorization", ""))
    key = _find(shop, consumer_key) if consumer_key else None
    if key is None:
        return None
    if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise _refused("Consumer secret is invalid.")
    return key


def _basic(header: str) -> tuple[str, str]:
    word, _, rest = header.partition(" ")
    if word.lower() != "basic":
        return "", ""
    try:
        text = base64.b64decode(rest.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    name, _, secret = text.partition(":")
    return name, secret


def check_permission(key: ApiKey, method: str) -> None:
    """Raise WordPress's 401 for a key that may not read, or not write."""
    reads = method in ("GET", "HEAD")
    if reads and key.permissions not in ("read", "read_write"):
        raise _refused("The API key provided does not have read permissions.")
    if not reads and method != "OPTIONS" and key.permissions not in ("write", "read_write"):
        raise _refused("The API key provided does not have write permissions.")


def _by_signature(shop: Shop, method: str, path: str, *, query: Pairs, headers: Mapping[str, str]) -> ApiKey | None:
    pairs = [*query, *_header_pairs(headers.get("authorization", ""))]
    given = dict(pairs)
    if not any(given.get(name) for name in _OAUTH[:4]):
        return None
    missing = [name for name in _OAUTH if not given.get(name)]
    if missing:
        text = f"Missing OAuth parameter{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        raise RestError("woocommerce_rest_authentication_missing_parameter", text, 401)
    key = _find(shop, given["oauth_consumer_key"])
    if key is None:
        raise _refused("Consumer key is invalid.")
    _check_signature(shop, key, method, path, pairs)
    _check_nonce(shop, key, given["oauth_timestamp"], given["oauth_nonce"])
    return key


def _header_pairs(header: str) -> list[tuple[str, str]]:
    if not header.lower().startswith("oauth "):
        return []
    return [(name, value) for name, value in re.findall(r'([a-zA-Z_]+)="([^"]*)"', header) if name != "realm"]


def signature(secret: str, method: str, url: str, pairs: Pairs, digest: str) -> str:
    """The OAuth 1.0a signature WordPress expects for a request."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in pairs)
    joined = "%26".join(f"{quote(name, safe='~')}%3D{quote(value, safe='~')}" for name, value in encoded)
    base = f"{method}&{quote(url, safe='~')}&{joined}"
    made = hmac.new(f"{secret}&".encode(), base.encode(), _DIGESTS[digest]).digest()
    return base64.b64encode(made).decode()


def _check_signature(shop: Shop, key: ApiKey, method: str, path: str, pairs: Pairs) -> None:
    given = dict(pairs)
    if given["oauth_signature_method"] not in _DIGESTS:
        raise _refused("Invalid signature - signature method is invalid.")
    signed = [(name, value) for name, value in pairs if name != "oauth_signature"]
    expected = signature(key.consumer_secret, method, shop.home + path, signed, given["oauth_signature_method"])
    if not hmac.compare_digest(expected, given["oauth_signature"]):
        raise _refused("Invalid signature - provided signature does not match.")


def _check_nonce(shop: Shop, key: ApiKey, timestamp: str, nonce: str) -> None:
    now = int(shop.now().timestamp())
    moment = int(timestamp) if timestamp.isdigit() else 0
    if abs(now - moment) > WINDOW:
        raise _refused("Invalid timestamp.")
    used = shop.nonces.setdefault(key.consumer_key, {})
    for old in [name for name, when in used.items() if when < now - WINDOW]:
        del used[old]
    if nonce in used:
        raise _refused("Invalid nonce - nonce has already been used.")
    used[nonce] = moment
