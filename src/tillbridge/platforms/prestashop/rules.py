"""Cart rules: reading them by code, judging them by all the shop tells, and finding those that need no code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from tillbridge.domain.money import Money, total
from tillbridge.domain.offers import Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Rest, searchable
from tillbridge.platforms.prestashop.reading import text_of
from tillbridge.platforms.prestashop.shop_facts import fact, zone_of
from tillbridge.platforms.reading import parse

_CODELESS = "[id,code,name,id_customer,date_from,date_to,quantity,active]"
_FIRST = 50
_WHOLE, _CHEAPEST = 0, -1
_LISTS = {
    "country_restriction": "countries",
    "carrier_restriction": "carriers",
    "group_restriction": "customer groups",
    "cart_rule_restriction": "other codes",
    "product_restriction": "products",
    "shop_restriction": "shops",
}
JUDGED_BY_US = (
    "dates",
    "how often it may be used",
    "limit per shopper",
    "minimum spend",
    "products",
    "goods already reduced",
    "shopper",
)


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who asks, as far as the shop knows them. ``used`` counts their orders with a rule, by its id."""

    customer_id: str = ""
    used: Mapping[str, int] = field(default_factory=dict)


async def find_rules(rest: Rest, code: str) -> list[wire.CartRule]:
    """The rules with exactly this code, whatever the case; the shop lets several share one."""
    wanted = code.strip()
    if not searchable(wanted):
        return []
    rows = await rest.rows("cart_rules", "discount.find", (("filter[code]", wanted), ("display", "full")))
    found = [parse(wire.CartRule, row, f"$[{at}]") for at, row in enumerate(rows)]
    return [each for each in found if each.code.casefold() == wanted.casefold()]


async def codeless_rules(rest: Rest, session: Session, customer_id: str = "") -> tuple[str, ...]:
    """Names of active rules without a code, which the shop applies by itself; those of other customers are left out.

    Sorted by code they come first, so one short read is enough.
    """
    query = (
        ("filter[active]", "1"),
        ("sort", "[code_ASC]"),
        ("limit", f"0,{_FIRST}"),
        ("display", _CODELESS),
    )
    rows = await rest.rows("cart_rules", "discount.codeless", query)
    now = session.clock.now()
    return tuple(
        text_of(row, "name", text_of(row, "id")) for row in rows if _applies(row, customer_id, now, zone_of(session))
    )


def _applies(row: Any, customer_id: str, now: datetime, zone: str) -> bool:
    rule = parse(wire.CartRule, row, "$")
    theirs = rule.id_customer in ("0", customer_id)
    return not rule.code and theirs and rule.quantity > 0 and not _outside_dates(rule, now, zone)


def _outside_dates(rule: wire.CartRule, now: datetime, zone: str) -> str:
    begins, ends = wire.utc(rule.date_from, zone), wire.utc(rule.date_to, zone)
    if begins is not None and now < begins:
        return "it is not valid yet"
    return "it has expired" if ends is not None and now > ends else ""


def fitting(rule: wire.CartRule, offer: Offer) -> tuple[int, ...]:
    """The indices of the lines a rule takes something off."""
    lines = offer.lines
    chosen = [at for at, line in enumerate(lines) if not (rule.reduction_exclude_special == "1" and line.on_sale)]
    if rule.reduction_product > 0:
        return tuple(at for at in chosen if lines[at].external_product_id == str(rule.reduction_product))
    if rule.reduction_product == _CHEAPEST and chosen:
        return (min(chosen, key=lambda at: _piece(offer, at)),)
    return tuple(chosen)


def _piece(offer: Offer, at: int) -> Decimal:
    line = offer.lines[at]
    return line.total.amount / line.quantity if line.quantity else line.total.amount


def refusal(
    rule: wire.CartRule, offer: Offer, shopper: Shopper, session: Session, net: Money | None = None
) -> str | None:
    """Why a rule does not hold for this basket, in words; None when it does. ``net``: the basket without tax."""
    spend = total([each.total for each in offer.lines], offer.currency)
    compared = spend if rule.minimum_amount_tax == "1" or net is None else net
    mine = fact(session, "currency_id")
    rules: tuple[tuple[Callable[[], bool], str], ...] = (
        (lambda: rule.active != "1", "it is switched off"),
        (lambda: bool(_late(rule, session)), _late(rule, session)),
        (lambda: rule.quantity <= 0, "it is used up"),
        (lambda: bool(_hidden(rule)), f"it is limited to certain {_hidden(rule)}, so it can be used online only"),
        (lambda: rule.reduction_product < _CHEAPEST, "it is for selected products, so it can be used online only"),
        (lambda: rule.gift_product not in ("", "0"), "it gives an article away, so it can be used online only"),
        (lambda: rule.id_customer not in ("0", shopper.customer_id), "it is for another shopper"),
        (
            lambda: 0 < rule.quantity_per_user <= shopper.used.get(str(rule.id), 0),
            "this shopper has used it as often as allowed",
        ),
        (lambda: _other_currency(rule, mine), "it is in another currency"),
        (lambda: rule.reduction_amount < 0, "its amount is below zero"),
        (lambda: compared.amount < rule.minimum_amount, f"it needs a basket of {rule.minimum_amount:.2f}"),
        (lambda: not fitting(rule, offer), "nothing in the basket is eligible for it"),
    )
    return next((words for applies, words in rules if applies()), None)


def _late(rule: wire.CartRule, session: Session) -> str:
    return _outside_dates(rule, session.clock.now(), zone_of(session))


def _hidden(rule: wire.CartRule) -> str:
    """The list a rule is limited by, which the web service does not show."""
    return next((words for name, words in _LISTS.items() if getattr(rule, name) == "1"), "")


def _other_currency(rule: wire.CartRule, mine: str) -> bool:
    told = [rule.reduction_currency] if rule.reduction_amount else []
    told += [rule.minimum_amount_currency] if rule.minimum_amount else []
    return any(each not in ("0", mine) for each in told)


def needs_net(rules: Sequence[wire.CartRule]) -> bool:
    """Whether any rule is meant without tax."""
    return any(
        (each.minimum_amount and each.minimum_amount_tax != "1")
        or (each.reduction_amount and each.reduction_tax != "1")
        for each in rules
    )


def taken(rule: wire.CartRule, offer: Offer, net: Money | None = None) -> Money:
    """What a rule takes off this basket, tax included."""
    chosen = fitting(rule, offer)
    base = total([offer.lines[at].total for at in chosen], offer.currency)
    if rule.reduction_percent:
        # of the cheapest article one piece is reduced
        part = Decimal(_piece(offer, chosen[0])) if rule.reduction_product == _CHEAPEST and chosen else base.amount
        return Money(part * rule.reduction_percent / 100, offer.currency)
    amount = rule.reduction_amount
    if amount and rule.reduction_tax != "1" and net is not None and net:
        amount = amount * total([each.total for each in offer.lines], offer.currency).amount / net.amount
    return min(Money(amount, offer.currency), base)
