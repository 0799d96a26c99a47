"""Discount codes on PrestaShop: the shop judges nothing for us, so every rule it tells is judged here."""

from __future__ import annotations

from decimal import Decimal

from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountType, DiscountVerdict, Offer
from tillbridge.platforms.contract import Session
from tillbridge.platforms.prestashop import wire
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.customers import PrestaShopCustomerService
from tillbridge.platforms.prestashop.reading import id_of, text_of
from tillbridge.platforms.prestashop.rules import (
    JUDGED_BY_US,
    Shopper,
    find_rules,
    fitting,
    needs_net,
    refusal,
    taken,
)
from tillbridge.platforms.prestashop.shop_facts import fact, tax_rates

_PER_SHOPPER = "limit per shopper, since nobody is named"


class PrestaShopDiscountService:
    """A code may stand for several rules; the first that holds counts."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rest = Rest(session)

    async def check_code(self, code: str, offer: Offer) -> DiscountVerdict:
        """What the code takes off this basket, tax included."""
        rules = await find_rules(self._rest, code)
        if not rules:
            return _refused(code, offer, "the shop has no such code", by_platform=("existence",))
        shopper = await self._shopper(rules, offer)
        net = await self._net(offer) if needs_net(rules) else None
        reasons = [refusal(each, offer, shopper, self._session, net) for each in rules]
        for rule, reason in zip(rules, reasons, strict=True):
            if reason is None:
                return _accepted(rule, offer, taken(rule, offer, net))
        return _refused(code, offer, reasons[0] or "", by_us=JUDGED_BY_US, rule=rules[0])

    async def _shopper(self, rules: list[wire.CartRule], offer: Offer) -> Shopper:
        """The account of the e-mail address, and how often its orders used these rules."""
        if not offer.customer_email:
            return Shopper()
        row = await PrestaShopCustomerService(self._session).account(offer.customer_email)
        if row is None:
            return Shopper()
        account = id_of(row)
        display = "[id,current_state]"
        orders = await self._rest.of("orders", "discount.orders", "id_customer", [account], display)
        error = fact(self._session, "state_error")
        counted = {id_of(each) for each in orders if id_of(each, "current_state") != error}
        ids = [str(each.id) for each in rules]
        uses = await self._rest.of(
            "order_cart_rules", "discount.uses", "id_cart_rule", ids, "[id,id_order,id_cart_rule,deleted]"
        )
        used: dict[str, int] = {}
        for each in uses:
            if id_of(each, "id_order") in counted and text_of(each, "deleted", "0") != "1":
                rule = id_of(each, "id_cart_rule")
                used[rule] = used.get(rule, 0) + 1
        return Shopper(account, used)

    async def _net(self, offer: Offer) -> Money:
        """The basket without tax, by the shop's own rates."""
        ids = {line.external_product_id for line in offer.lines if line.external_product_id.isdigit()}
        rows = await self._rest.of("products", "discount.taxes", "id", ids, "[id,id_tax_rules_group]")
        rates = tax_rates(self._session)
        by_product = {id_of(row): rates.get(id_of(row, "id_tax_rules_group"), Decimal(0)) for row in rows}
        nets = [line.total.amount / (1 + by_product.get(line.external_product_id, Decimal(0))) for line in offer.lines]
        return Money(sum(nets, Decimal(0)), offer.currency)


def _kind(rule: wire.CartRule) -> tuple[DiscountType | None, Decimal]:
    if rule.reduction_percent:
        return DiscountType.PERCENTAGE, rule.reduction_percent
    if rule.reduction_amount:
        return DiscountType.FIXED, rule.reduction_amount
    return (DiscountType.FREE_SHIPPING, Decimal(0)) if rule.free_shipping == "1" else (None, Decimal(0))


def _accepted(rule: wire.CartRule, offer: Offer, amount: Money) -> DiscountVerdict:
    kind, value = _kind(rule)
    if rule.reduction_product < 0 or kind is DiscountType.FIXED:
        # one piece of the cheapest article, or an amount without tax: as the amount it comes to
        kind, value = DiscountType.FIXED, amount.amount
    chosen = fitting(rule, offer)
    return DiscountVerdict(
        code=rule.code.upper(),
        valid=True,
        type=kind,
        value=value,
        amount=amount,
        reason="",
        judged_by_platform=("existence",),
        judged_by_us=JUDGED_BY_US,
        unjudged=() if offer.customer_email else (_PER_SHOPPER,),
        lines=() if len(chosen) == len(offer.lines) else chosen,
        external_id=str(rule.id),
    )


def _refused(
    code: str,
    offer: Offer,
    reason: str,
    *,
    by_platform: tuple[str, ...] = (),
    by_us: tuple[str, ...] = (),
    rule: wire.CartRule | None = None,
) -> DiscountVerdict:
    kind, value = _kind(rule) if rule else (None, Decimal(0))
    return DiscountVerdict(
        code=code.strip().upper(),
        valid=False,
        type=kind,
        value=value,
        amount=Money.zero(offer.currency),
        reason=reason,
        judged_by_platform=by_platform,
        judged_by_us=by_us,
        external_id=str(rule.id) if rule else "",
    )
