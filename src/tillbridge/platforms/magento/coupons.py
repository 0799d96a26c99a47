"""Coupons and their rules: read, and a use counted that an imported order stands for. Called by discounts, orders."""

from __future__ import annotations

from dataclasses import dataclass

from tillbridge.domain.errors import MissingPermission, NotFound, PlatformRefused
from tillbridge.domain.orders import Order
from tillbridge.platforms.magento import marks, wire_offers
from tillbridge.platforms.magento.calls import Rest, Where
from tillbridge.platforms.magento.order_writing import codes_of
from tillbridge.platforms.reading import parse

_COUPONS = "/coupons"


async def find_coupon(rest: Rest, code: str) -> wire_offers.Coupon | None:
    """The coupon with exactly this code, whatever the case. It is found in any state; its rule tells the rest."""
    wanted = code.strip()
    if not wanted:
        return None
    rows = await rest.rows(f"{_COUPONS}/search", "coupon.find", ((Where("code", wanted),),))
    found = [parse(wire_offers.Coupon, row, f"$.items[{at}]") for at, row in enumerate(rows)]
    return next((each for each in found if each.code.lower() == wanted.lower()), None)


async def rule_of(rest: Rest, coupon: wire_offers.Coupon) -> wire_offers.Rule:
    """The cart price rule behind a coupon."""
    return parse(wire_offers.Rule, await rest.get(f"/salesRules/{coupon.rule_id}", "coupon.rule"), "$")


@dataclass(frozen=True, slots=True)
class Counter:
    """Counts uses. Which use an order is, is written into the order itself, so that it is counted once."""

    rest: Rest

    async def next_use(self, order: Order) -> marks.Use | None:
        """The use this sale will be; None when it has no single code of the shop or we may not read codes."""
        codes = codes_of(order)
        if len(codes) != 1:
            return None
        try:
            coupon = await find_coupon(self.rest, codes[0])
        except MissingPermission:
            return None
        return marks.Use(coupon.code, coupon.times_used + 1, coupon.coupon_id) if coupon else None

    async def count(self, use: marks.Use | None) -> bool:
        """Whether the use is counted now. One number further than noted means that others were counted since."""
        if use is None:
            return False
        try:
            raw = await self.rest.get(f"{_COUPONS}/{use.coupon_id}", "coupon.read")
            coupon = parse(wire_offers.Coupon, raw, "$")
            if coupon.times_used < use.use:
                await self.rest.put(f"{_COUPONS}/{use.coupon_id}", "coupon.count", _counted(coupon, use))
        except (NotFound, PlatformRefused, MissingPermission):
            return False
        return True

    async def is_counted(self, use: marks.Use | None) -> bool:
        """Whether the shop's number has reached the noted use; nothing is written."""
        if use is None:
            return False
        try:
            raw = await self.rest.get(f"{_COUPONS}/{use.coupon_id}", "coupon.read")
        except (NotFound, MissingPermission):
            return False
        return parse(wire_offers.Coupon, raw, "$").times_used >= use.use


def _counted(coupon: wire_offers.Coupon, use: marks.Use) -> dict[str, object]:
    told = {
        "coupon_id": coupon.coupon_id,
        "rule_id": coupon.rule_id,
        "code": coupon.code,
        "times_used": use.use,
        "is_primary": coupon.is_primary,
        "type": coupon.type,
    }
    return {"coupon": told}
