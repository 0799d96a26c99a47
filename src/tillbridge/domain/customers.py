"""Customers in their unified form. Consent is only what the platform says; unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Consent(StrEnum):
    """Marketing consent by e-mail."""

    SUBSCRIBED = "subscribed"
    UNSUBSCRIBED = "unsubscribed"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """``country`` is ISO 3166 alpha-2."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    line1: str = ""
    line2: str = ""
    city: str = ""
    region: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """``external_id`` empty: known at the till only."""

    email: str
    first_name: str = ""
    last_name: str = ""
    phone: str = ""
    addresses: tuple[Address, ...] = ()
    consent: Consent = Consent.UNKNOWN
    external_id: str = ""
    created_at: datetime | None = None
    updated_at: datetime | None = None
