"""Whether a sale's listings still stand for articles of the shop, and how the shop taxes them. Called before a create.

PrestaShop takes carts of unknown articles without a word and makes orders over nothing from them.
"""

from __future__ import annotations

from decimal import Decimal

from tillbridge.domain.orders import Order
from tillbridge.platforms.prestashop.calls import Rest
from tillbridge.platforms.prestashop.order_writing import Article, article_of
from tillbridge.platforms.prestashop.reading import id_of
from tillbridge.platforms.writing import unknown_goods


async def check_goods(rest: Rest, order: Order, rates: dict[str, Decimal]) -> dict[Article, Decimal]:
    """The shop's tax rate of each article. Raises PlatformRefused naming the first line the shop cannot hold.

    Two reads for any number of lines.
    """
    articles = [article_of(line) for line in order.lines]
    products = {product for product, _ in articles}
    rows = await rest.of("products", "product.check", "id", products, "[id,id_tax_rules_group]")
    groups = {id_of(row): id_of(row, "id_tax_rules_group") for row in rows}
    parts = await rest.of("combinations", "combination.check", "id_product", products, "[id,id_product]")
    parents = {id_of(row): id_of(row, "id_product") for row in parts}
    for line, (product, attribute) in zip(order.lines, articles, strict=True):
        # a product that has combinations is not sold without one
        fits = parents.get(attribute) == product if attribute != "0" else product not in parents.values()
        if product not in groups or not fits:
            raise unknown_goods(line)
    return {article: rates.get(groups[article[0]], Decimal(0)) for article in articles}
