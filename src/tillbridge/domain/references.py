"""The reference that travels with a pushed order: same receipt, same reference, also after a restore."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import UTC, datetime

from tillbridge.domain.money import Money

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 24
PREFIX = "TB"
_FORM = re.compile(f"{PREFIX}[{_CROCKFORD}]{{{_LENGTH}}}")


def order_reference(shop_secret: bytes, till: str, receipt: str, sold_at: datetime, total: Money) -> str:
    """``TB`` + 24 Crockford base-32 characters: fits every platform's field and is no substring of another."""
    parts = (
        till,
        receipt,
        sold_at.astimezone(UTC).isoformat(timespec="microseconds"),
        str(total.minor),
        total.currency,
    )
    message = b"".join(len(raw := part.encode()).to_bytes(4, "big") + raw for part in parts)
    number = int.from_bytes(hmac.digest(shop_secret, message, hashlib.sha256)[:15], "big")
    return PREFIX + "".join(_CROCKFORD[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))


def is_reference(text: str) -> bool:
    """Whether a text a platform carries has the form of our references."""
    return _FORM.fullmatch(text) is not None
