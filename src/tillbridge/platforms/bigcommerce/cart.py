"""A throw-away cart in which the shop itself prices a code that nobody else can reckon. Called by discounts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.offers import Offer
from tillbridge.net.client import Repeat
from tillbridge.platforms.bigcommerce.calls import Api, unwrapped

_CARTS = "/v3/carts"


class Trial:
    """Three calls: a cart, the code, and away with the cart. It must be taken away, or it counts as abandoned."""

    def __init__(self, api: Api, channel_id: int) -> None:
        self._api, self._channel_id = api, channel_id

    async def taken_off(self, code: str, offer: Offer) -> Money:
        """What the shop takes off this basket. Raises PlatformRefused with its words when it refuses the code."""
        lines = [
            {
                "product_id": int(each.external_product_id),
                "variant_id": int(each.external_variant_id),
                "quantity": int(each.quantity),
            }
            for each in offer.lines
        ]
        body = {"channel_id": self._channel_id, "line_items": lines}
        # a cart is nobody's order, so that asking twice does no harm
        made = unwrapped(await self._api.post(_CARTS, "cart.open", body, repeat=Repeat.SAFE), _CARTS)
        cart_id = str(made["id"])
        path = f"/v3/checkouts/{cart_id}/coupons"
        try:
            answer = await self._api.post(path, "cart.apply_code", {"coupon_code": code}, repeat=Repeat.SAFE)
        finally:
            await self._api.delete(f"{_CARTS}/{cart_id}", "cart.remove")
        return _amount(unwrapped(answer, path), code, offer.currency)


def fits_into_a_cart(offer: Offer) -> bool:
    """Whole pieces of known goods only."""
    return all(
        each.quantity % 1 == 0
        and each.quantity > 0
        and each.external_product_id.isdigit()
        and each.external_variant_id.isdigit()
        for each in offer.lines
    )


def _amount(checkout: Mapping[str, Any], code: str, currency: str) -> Money:
    rows = (checkout.get("cart") or {}).get("coupons") or []
    mine = next((row for row in rows if str(row.get("code", "")).lower() == code.lower()), None)
    if mine is None or "discounted_amount" not in mine:
        raise Drift(path="$.data.cart.coupons", expected=f"the code {code}", found=str(rows))
    return Money(Decimal(str(mine["discounted_amount"])), currency)
