"""How a shop means its prices, found out by what its own cart makes of one of its goods. Called by the tax step.

The API tells neither whether prices hold tax nor what goods are taxed at; a guest's cart shows both.
"""

from __future__ import annotations

from tillbridge.platforms.contract import Session
from tillbridge.platforms.magento import wire, wire_offers, words
from tillbridge.platforms.magento.calls import Rest, Where
from tillbridge.platforms.magento.cart import Cart
from tillbridge.platforms.magento.mapping import NO_TAX_CLASS
from tillbridge.platforms.reading import parse

_GOODS = ((Where("type_id", "simple"),), (Where("status", "1"),), (Where("price", "0", "gt"),))
_FIELDS = "items[id,sku,type_id,price,custom_attributes]"
_TRIES = 5


async def tax_choice(session: Session, rest: Rest) -> str:
    """The choice of the tax step that the cart shows, as "with:0.23"; empty when it shows no tax."""
    rows = await rest.rows("/products", "shop.taxes", _GOODS, fields=_FIELDS)
    goods = [parse(wire.Product, row, f"$.items[{at}]") for at, row in enumerate(rows)]
    taxed = [each for each in goods if each.custom("tax_class_id") not in ("", NO_TAX_CLASS)]
    cart = Cart(session)
    for each in taxed[:_TRIES]:
        item = await cart.weigh(each.sku)
        if item is not None and item.tax_percent > 0:
            return _choice(each, item)
    return ""


def _choice(product: wire.Product, item: wire_offers.TotalsItem) -> str:
    """The cart's price with tax is one of the product's own, or its net price is."""
    own = {each for each in (product.price, product.special_price) if each is not None}
    mode = words.WITH if item.price_incl_tax in own else words.WITHOUT if item.price in own else ""
    rate = (item.tax_percent / 100).normalize()
    return f"{mode}:{rate:f}" if mode else ""
