"""What a platform declares about itself, as data: form, hosts, tokens, limits, capabilities, promises.

Every platform fills one PlatformSpec; the setup form, command line flags, validation, help and passport come from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from tillbridge.domain.consent import ConsentPage
from tillbridge.domain.tokens import TokenType


class ECommercePlatform(StrEnum):
    """The eight shipped platforms. A platform registered from outside is known by its slug alone."""

    BIGCOMMERCE = "bigcommerce"
    MAGENTO = "magento"
    PRESTASHOP = "prestashop"
    SHOPIFY = "shopify"
    SQUARESPACE = "squarespace"
    SYLIUS = "sylius"
    WIX = "wix"
    WOOCOMMERCE = "woocommerce"


class Noun(StrEnum):
    """What a service is about."""

    PRODUCT = "product"
    INVENTORY = "inventory"
    ORDER = "order"
    CUSTOMER = "customer"
    DISCOUNT = "discount"
    GIFT_CARD = "gift_card"


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One value the operator enters. ``token_type`` set: kept in the vault as that token; else a plain setting."""

    name: str
    title: str
    help: str
    example: str
    pattern: str = r".+"
    secret: bool = False
    required: bool = True
    where_to_find: str = ""
    token_type: TokenType | None = None
    choices: tuple[str, ...] = ()
    setup: str = ""
    """The kind of setup the field belongs to; empty for all kinds."""

    def problem(self, value: str) -> str | None:
        """Why a typed value cannot be right, or None."""
        if not value:
            return "is needed" if self.required else None
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        return None if re.fullmatch(self.pattern, value) else f"does not look right; for example {self.example}"


@dataclass(frozen=True, slots=True)
class SetupKind:
    """A way to connect, when a platform has several."""

    name: str
    title: str
    help: str


@dataclass(frozen=True, slots=True)
class HostRole:
    """An origin the adapter talks to. ``template`` may name settings, such as ``https://{shop}``."""

    role: str
    template: str
    sends_credential: bool
    host_pattern: str = ""
    """Hosted platforms: the only hosts allowed; empty for self-hosted shops."""


@dataclass(frozen=True, slots=True)
class TokenRule:
    """A token type as the platform has it. ``life`` None: it does not end."""

    type: TokenType
    life: timedelta | None
    renewable: bool
    rotates: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class PreparationStep:
    """Something to be done or checked once before a connection may receive sales."""

    name: str
    title: str
    help: str
    changes_shop: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """The pace a platform permits; answers correct it. ``cost_based``: the budget counts points, not calls."""

    budget: float
    restore_per_second: float
    concurrency: int
    page_size: int
    cost_based: bool = False


@dataclass(frozen=True, slots=True)
class Capability:
    """Whether a platform can do something; ``reason`` says why not, or what to know."""

    noun: Noun
    verb: str
    present: bool = True
    reason: str = ""


class MailSwitch(StrEnum):
    """How mails of an operation are kept from shoppers and merchant."""

    NEVER_SENT = "never_sent"
    SWITCHED_OFF = "switched_off"
    SHOP_SETTING = "shop_setting"
    CANNOT_STOP = "cannot_stop"


@dataclass(frozen=True, slots=True)
class MailBehaviour:
    """Which mails an operation could send and what we do about it."""

    operation: str
    switch: MailSwitch
    words: str


class LookUpKind(StrEnum):
    """How an order is found again after a lost answer."""

    EXACT = "exact"
    HANDLE = "handle"
    INDEXED = "indexed"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class LookUpPromise:
    """``wait``: how long after the send a "not there" becomes trustworthy. ``residual_risk`` in words, never empty."""

    kind: LookUpKind
    wait: timedelta
    residual_risk: str


class TotalsMode(StrEnum):
    """Who reckons an order's total."""

    EXACT = "exact"
    RECOMPUTED = "recomputed"
    DICTATED = "dictated"


class GiftCardMode(StrEnum):
    """Whether a redemption is a call of its own or part of the order."""

    STANDALONE = "standalone"
    WITH_ORDER = "with_order"


@dataclass(frozen=True, slots=True)
class WebhookScheme:
    """How a delivery proves itself. The algorithm stands in the platform's ``webhooks.py``."""

    signature_header: str
    delivery_id_header: str
    words: str


@dataclass(frozen=True, slots=True)
class ErrorRow:
    """A platform's error code, the name of the class of domain.errors it means, and words for the operator."""

    code: str
    error: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSpec:
    """All that is declared about a platform."""

    slug: str
    title: str
    api_version: str
    api_version_ends: date | None
    editions: str
    setups: tuple[SetupKind, ...] = ()
    consent: tuple[ConsentPage, ...] = ()
    hosts: tuple[HostRole, ...]
    fields: tuple[CredentialField, ...]
    tokens: tuple[TokenRule, ...]
    scopes: tuple[str, ...] = ()
    preparation: tuple[PreparationStep, ...]
    limits: Limits
    capabilities: tuple[Capability, ...]
    mails: tuple[MailBehaviour, ...]
    errors: tuple[ErrorRow, ...] = ()
    webhooks: WebhookScheme | None = None
    look_up: LookUpPromise
    totals: TotalsMode
    rounding_allowance: Decimal = Decimal(0)
    gift_cards: GiftCardMode | None = None
    not_yet: tuple[str, ...] = ()
    documentation: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)

    def fields_for(self, setup: str) -> tuple[CredentialField, ...]:
        """The fields of one kind of setup, in form order."""
        return tuple(each for each in self.fields if each.setup in ("", setup))

    def absence(self, noun: Noun, verb: str) -> str | None:
        """The stated reason when a verb (or, by ``*``, a whole noun) is absent; None when it is there."""
        for each in self.capabilities:
            if each.noun is noun and each.verb in (verb, "*") and not each.present:
                return each.reason
        return None
