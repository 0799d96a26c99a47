"""A throw-away cart in which the shop itself prices a code that nobody else can reckon. Called by discounts."""

from __future__ import annotations

from tillbridge.domain.errors import Drift
from tillbridge.domain.money import Money
from tillbridge.domain.offers import Offer
from tillbridge.net.client import Repeat
from tillbridge.platforms.bigcommerce import wire_offers
from tillbridge.platforms.bigcommerce.calls import Api, unwrapped
from tillbridge.platforms.reading import parse
from tillbridge.platforms.writing import is_whole

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
        cart_id = parse(wire_offers.Cart, made, "$.data").id
        path = f"/v3/checkouts/{cart_id}/coupons"
        try:
            answer = await self._api.post(path, "cart.apply_code", {"coupon_code": code}, repeat=Repeat.SAFE)
        finally:
            await self._api.delete(f"{_CARTS}/{cart_id}", "cart.remove")
        checkout = parse(wire_offers.Checkout, unwrapped(answer, path), "$.data")
        return _amount(checkout.cart, code, offer.currency)


def fits_into_a_cart(offer: Offer) -> bool:
    """Whole pieces of known goods only."""
    return all(
        is_whole(each.quantity)
        and each.quantity > 0
        and each.external_product_id.isdigit()
        and each.external_variant_id.isdigit()
        for each in offer.lines
    )


def _amount(cart: wire_offers.Cart, code: str, currency: str) -> Money:
    mine = next((each for each in cart.coupons if each.code.lower() == code.lower()), None)
    if mine is None:
        raise Drift(path="$.data.cart.coupons", expected=f"the code {code}", found=str(cart.coupons))
    return Money(mine.discounted_amount, currency)
