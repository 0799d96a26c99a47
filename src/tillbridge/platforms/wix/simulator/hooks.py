"""Webhooks: the whole body is a JWT signed with the app's key, repeated for 48 hours, out of order if it so happens."""

from __future__ import annotations

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from .access import INSTANCE_ID
from .speech import Row
from .state import Site

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[int]]
"""Delivers to an address and answers the status; more than 1250 ms counts as none."""

ADDRESS = "https://till.example/hook"
LIFE = timedelta(minutes=10)
_RETRY = timedelta(minutes=1)


@cache
def _key() -> RSAPrivateKey:
    """One key for all pretended apps of a process: making one takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def public_key() -> str:
    """The key as the app's dashboard shows it."""
    return _key().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _part(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def signed(site: Site, event: Row) -> bytes:
    """The body: three levels of JSON texts inside a JWT. A repeat has the event's id and its first state."""
    slug = event["slug"]
    change = {
        "created": {"createdEvent": {"entity": event["entity"]}},
        "updated": {"updatedEvent": {"currentEntity": event["entity"]}},
    }.get(slug, {"actionEvent": {"body": event["entity"]}})
    inner = {
        "id": event["id"], "entityFqdn": event["type"].rpartition("_")[0], "slug": slug,
        "entityId": event["entityId"], "eventTime": event["at"], **change,
    }  # fmt: skip
    outer = {
        "eventType": event["type"], "instanceId": INSTANCE_ID, "data": json.dumps(inner, default=str),
        "identity": json.dumps({"identityType": "APP"}),
    }  # fmt: skip
    now = site.now()
    claims = {"data": json.dumps(outer), "iat": int(now.timestamp()), "exp": int((now + LIFE).timestamp())}
    head = _part(json.dumps({"alg": "RS256", "typ": "JWT"}).encode())
    message = head + b"." + _part(json.dumps(claims).encode())
    return message + b"." + _part(_key().sign(message, PKCS1v15(), SHA256()))


async def deliver(site: Site, post: Post, *, twice: bool = False, reverse: bool = False) -> int:
    """Send what is due; answers how many went out. A lost one waits, for two days at most."""
    now = site.now()
    due = [each for each in site.events if each["due"] <= now]
    site.events = [each for each in site.events if each["due"] > now]
    for event in reversed(due) if reverse else due:
        status = 0
        for _ in range(2 if twice else 1):
            status = await post(ADDRESS, {"content-type": "text/plain"}, signed(site, event))
        if not 200 <= status < 300 and event["until"] > now:
            site.events.append(event | {"due": now + _RETRY})
    return len(due)
