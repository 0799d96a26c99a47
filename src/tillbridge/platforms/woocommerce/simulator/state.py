"""The rows of one pretended WooCommerce shop and the few things all routes ask of it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count

from .dates import local, stamp
from .login import ApiKey
from .php import number
from .reckoning import Place, TaxRate, TaxSettings
from .wordpress import Row, truth

WOOCOMMERCE = "11.0.1"
WORDPRESS = "7.0.4"


@dataclass(slots=True)
class Switches:
    """What differs between shops in the field; tests and lessons turn them."""

    variations_route: bool = True  # WooCommerce 10.3 and later
    hpos: bool = True
    keeps_created_via: bool = True  # WooCommerce 9.9 and later
    draft_on_refused_coupon: bool = True  # WooCommerce 10.0 and later
    silent_pos_mails: bool = True  # WooCommerce 10.6 and later
    gift_cards: bool = True  # the PW Gift Cards plugin
    gift_card_by_id: bool = True  # GET of one card, which no document proves
    behind_tls: bool = True  # WordPress notices TLS


@dataclass(slots=True)
class Ids:
    """WordPress's counters; posts, orders and pictures share one."""

    posts: Iterator[int] = field(default_factory=lambda: count(1))
    users: Iterator[int] = field(default_factory=lambda: count(1))
    items: Iterator[int] = field(default_factory=lambda: count(1))
    meta: Iterator[int] = field(default_factory=lambda: count(1))
    comments: Iterator[int] = field(default_factory=lambda: count(1))
    webhooks: Iterator[int] = field(default_factory=lambda: count(1))
    terms: Iterator[int] = field(default_factory=lambda: count(1))
    cards: Iterator[int] = field(default_factory=lambda: count(1))


@dataclass(slots=True)
class Shop:
    """One shop. Rows are plain dicts in the shape of the API's answers, without what the API works out."""

    now: Callable[[], datetime]
    home: str = "https://shop.example"
    seed: int = 1
    root: str = "/var/www/html"  # where the shop's PHP lives; seen in error texts
    settings: dict[str, str] = field(default_factory=dict)
    switches: Switches = field(default_factory=Switches)
    ids: Ids = field(default_factory=Ids)
    keys: list[ApiKey] = field(default_factory=list)
    nonces: dict[str, dict[str, int]] = field(default_factory=dict)
    products: dict[int, Row] = field(default_factory=dict)
    terms: dict[str, dict[int, Row]] = field(default_factory=dict)
    attributes: dict[int, Row] = field(default_factory=dict)
    orders: dict[int, Row] = field(default_factory=dict)
    refunds: dict[int, Row] = field(default_factory=dict)
    notes: dict[int, list[Row]] = field(default_factory=dict)
    users: dict[int, Row] = field(default_factory=dict)
    coupons: dict[int, Row] = field(default_factory=dict)
    taxes: list[Row] = field(default_factory=list)
    tax_classes: list[Row] = field(default_factory=list)
    webhooks: dict[int, Row] = field(default_factory=dict)
    waiting: dict[tuple[int, int], Row] = field(default_factory=dict)
    carts: dict[str, Row] = field(default_factory=dict)
    cards: dict[int, Row] = field(default_factory=dict)
    zones: list[str] = field(default_factory=lambda: ["Locations not covered by your other zones", "Ireland"])
    feed: Row = field(default_factory=dict)
    lost_pictures: set[str] = field(default_factory=set)  # addresses the shop cannot load
    mail: Callable[[str, str, str], None] = lambda _to, _subject, _text: None
    random: random.Random = field(default_factory=lambda: random.Random(1))

    def stamp(self) -> str:
        """The present as a GMT text."""
        return stamp(self.now())

    @property
    def zone(self) -> str:
        """The shop's time zone name."""
        return self.settings["timezone"]

    def local(self, gmt: str | None) -> str | None:
        """A GMT text on the shop's wall clock."""
        return local(gmt, self.zone)

    def url(self, path: str) -> str:
        """An address below the REST root."""
        return f"{self.home}/wp-json{path}"

    @property
    def decimals(self) -> int:
        """Decimals of the shop's prices."""
        return int(self.settings["woocommerce_price_num_decimals"])

    def option(self, name: str) -> bool:
        """A yes/no setting."""
        return self.settings.get(name) == "yes"

    def token(
        self, length: int, alphabet: str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    ) -> str:
        """A made-up key that depends on the seed alone."""
        return "".join(self.random.choice(alphabet) for _ in range(length))

    def tax_settings(self) -> TaxSettings:
        """The tax tables and switches as the reckoning wants them."""
        country, _, state = self.settings["woocommerce_default_country"].partition(":")
        base = Place(
            country, state, self.settings["woocommerce_store_postcode"], self.settings["woocommerce_store_city"]
        )
        return TaxSettings(
            rates=tuple(_rate(row) for row in self.taxes),
            prices_include_tax=self.option("woocommerce_prices_include_tax"),
            round_at_subtotal=self.option("woocommerce_tax_round_at_subtotal"),
            decimals=self.decimals,
            enabled=self.option("woocommerce_calc_taxes"),
            base=base,
            based_on=self.settings["woocommerce_tax_based_on"],
        )

    def meta(self, key: str, value: object) -> Row:
        """A new meta_data entry."""
        return {"id": next(self.ids.meta), "key": key, "value": value}

    def put_meta(self, entries: list[Row], posted: object) -> None:
        """update_meta_data(): the same key again replaces the value, null removes it."""
        for entry in posted if isinstance(posted, list) else []:
            key, value = entry.get("key"), entry.get("value")
            known = next((one for one in entries if one["key"] == key), None)
            if value is None:
                entries[:] = [one for one in entries if one["key"] != key]
            elif known:
                known["value"] = value
            else:
                entries.append(self.meta(str(key), value))

    def note(self, order: Row, text: str, *, customer: bool = False, author: str = "WooCommerce") -> Row:
        """Write a note on an order."""
        row = {
            "id": next(self.ids.comments),
            "author": author,
            "date_created_gmt": self.stamp(),
            "note": text,
            "customer_note": customer,
        }
        self.notes.setdefault(order["id"], []).append(row)
        return row


def _rate(row: Row) -> TaxRate:
    return TaxRate(
        id=row["id"],
        percent=number(row["rate"]),
        country=row["country"],
        state=row["state"],
        tax_class="" if row["class"] == "standard" else row["class"],
        priority=row["priority"],
        compound=truth(row["compound"]),
        shipping=truth(row["shipping"]),
        name=row["name"],
        postcodes=tuple(row["postcodes"]),
        cities=tuple(row["cities"]),
    )


def amount(row: Row, name: str) -> Decimal:
    """A money field of a row as a number."""
    return number(row.get(name) or 0)
