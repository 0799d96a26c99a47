"""The demo shop in this platform's rows: goods, stock, people, codes and a few orders placed online."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from tillbridge.training import demo_shop
from tillbridge.training.demo_shop import DemoCode, DemoPerson, DemoProduct, DemoVariant

from . import pricing, selling
from .fields import Row, fixed
from .state import Shop

SETTINGS = {
    "PS_SHOP_NAME": demo_shop.NAME,
    "PS_TIMEZONE": demo_shop.ZONE,
    "PS_VERSION_DB": "8.2.1",
    "PS_SHOP_EMAIL": demo_shop.OWNER,
    "PS_SHOP_ADDR1": "3 Harbour Lane",
    "PS_SHOP_CITY": "Galway",
    "PS_SHOP_CODE": "H91 T0WN",
}
_OPENED = timedelta(days=80)
_FOREVER = "2035-01-01 00:00:00"
_WEB = "ps_checkpayment"


def fill(shop: Shop, seed: int) -> None:
    """Everything the shop opens with. ``seed`` varies who bought what online."""
    opened = shop.stamp(shop.now() - _OPENED)
    shop.add("manufacturers", {"name": "Harbour Lane", "active": 1})
    shop.add("tags", {"id_lang": 1, "name": "coast"})
    for goods in demo_shop.PRODUCTS:
        _product(shop, goods, opened)
    for person in demo_shop.PEOPLE:
        _person(shop, person, opened)
    for code in demo_shop.CODES:
        _code(shop, code, opened)
    _online_orders(shop, random.Random(seed))


def _net(price: str, rate: str) -> Decimal:
    net = Decimal(price) / (1 + Decimal(rate))
    return net.quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP)


def _product(shop: Shop, goods: DemoProduct, opened: str) -> None:
    rate = demo_shop.ZERO_TAX_RATE if goods.zero_rated else demo_shop.TAX_RATE
    single = goods.variants[0] if not goods.option else None
    product = shop.add(
        "products",
        {
            "name": goods.title, "link_rewrite": goods.handle, "description": f"<p>{goods.title} from the coast.</p>",
            "price": _net(goods.before or goods.price, rate), "active": 1, "state": 1, "visibility": "both",
            "id_tax_rules_group": 2 if goods.zero_rated else 1, "type": "simple", "available_for_order": 1,
            "product_type": "combinations" if goods.option else "standard", "id_manufacturer": 1,
            "manufacturer_name": "Harbour Lane", "reference": single.sku if single else "", "show_price": 1,
            "ean13": (single.barcode or "") if single else "", "weight": "0.250000", "date_add": opened,
            "date_upd": opened, "id_shop_default": 1, "minimal_quantity": 1, "condition": "new", "indexed": 1,
        },
    )  # fmt: skip
    row = shop.rows["products"][product]
    row["id_default_image"] = str(product)
    stock = [_stock(shop, product, 0, sum(each.stock for each in goods.variants))]
    links: Row = {"images": [{"id": str(product)}], "tags": [{"id": "1"}]}
    if goods.option:
        values = [_value(shop, goods.option, each) for each in goods.variants]
        made = [_combination(shop, product, each, value) for each, value in zip(goods.variants, values, strict=True)]
        stock += [_stock(shop, product, key, each.stock) for key, each in zip(made, goods.variants, strict=True)]
        links |= {"combinations": [{"id": str(key)} for key in made]}
        links |= {"product_option_values": [{"id": str(key)} for key in values]}
        row["id_default_combination"] = str(made[0])
    row["associations"] = links | {"stock_availables": stock}
    if goods.before:
        _sale(shop, product, Decimal(goods.before) - Decimal(goods.price))


def _value(shop: Shop, option: str, variant: DemoVariant) -> int:
    """The option's value, the option made when it is new."""
    group = next((row for row in shop.rows["product_options"].values() if shop.text(row, "name") == option), None)
    if group is None:
        kind: Row = {"name": option, "public_name": option, "group_type": "select"}
        position = len(shop.rows["product_options"])
        group = shop.rows["product_options"][shop.add("product_options", kind | {"position": position})]
    position = len(list(shop.matching("product_option_values", id_attribute_group=group["id"])))
    return shop.add(
        "product_option_values", {"id_attribute_group": group["id"], "position": position, "name": variant.value}
    )


def _combination(shop: Shop, product: int, variant: DemoVariant, value: int) -> int:
    links: Row = {"product_option_values": [{"id": str(value)}]}
    row: Row = {"id_product": product, "reference": variant.sku, "ean13": variant.barcode or "", "minimal_quantity": 1}
    return shop.add("combinations", row, links)


def _stock(shop: Shop, product: int, attribute: int, quantity: int) -> dict[str, str]:
    row: Row = {"id_product": product, "id_product_attribute": attribute, "id_shop": 1, "out_of_stock": 2}
    key = shop.add("stock_availables", row | {"quantity": quantity})
    return {"id": str(key), "id_product_attribute": str(attribute)}


def _sale(shop: Shop, product: int, off: Decimal) -> None:
    row: Row = {"id_shop": 0, "id_product": product, "price": "-1", "from_quantity": 1, "reduction": off}
    shop.add("specific_prices", row | {"reduction_tax": 1, "reduction_type": "amount"})


def _person(shop: Shop, person: DemoPerson, opened: str) -> int:
    names: Row = {"firstname": person.first_name, "lastname": person.last_name}
    customer = shop.add(
        "customers",
        {
            **names, "email": person.email, "active": 1, "id_lang": 1, "id_default_group": 3, "secure_key": shop.hex(),
            "passwd": shop.hex(), "id_shop": 1, "id_shop_group": 1, "date_add": opened, "date_upd": opened,
        },
        {"groups": [{"id": "3"}]},
    )  # fmt: skip
    home: Row = {"id_customer": customer, "id_country": 26, "alias": "Home", "address1": "1 Pier Road"}
    shop.add("addresses", home | names | {"city": person.city, "date_add": opened, "date_upd": opened})
    return customer


def _code(shop: Shop, code: DemoCode, opened: str) -> None:
    ends = shop.stamp(shop.now() - timedelta(days=code.ended_days_ago)) if code.ended_days_ago else _FOREVER
    left = 1000 if code.limit is None else code.limit - code.used
    product = 0
    for sku in code.skus:
        product = next(int(str(row["id"])) for row in shop.matching("products", reference=sku))
    shop.add(
        "cart_rules",
        {
            "code": code.code, "name": code.code.title(), "date_from": opened, "date_to": ends, "quantity": left,
            "quantity_per_user": 1000, "priority": 1, "active": 1, "reduction_percent": code.percent or "0",
            "reduction_amount": code.amount or "0", "reduction_tax": 1 if code.amount else 0, "reduction_currency": 1,
            "minimum_amount": code.minimum or "0", "minimum_amount_tax": 1 if code.minimum else 0,
            "minimum_amount_currency": 1 if code.minimum else 0, "reduction_product": product,
            "free_shipping": 0 if code.percent or code.amount else 1,
        },
    )  # fmt: skip


def _online_orders(shop: Shop, dice: random.Random) -> None:
    """Three web orders, paid, two to three weeks old; the opening stock is what they left."""
    goods = [row for row in shop.rows["products"].values() if row["reference"] not in ("LAST-1", "")]
    for at, person in enumerate(demo_shop.PEOPLE[:3]):
        customer = next(iter(shop.matching("customers", email=person.email)))
        address = next(iter(shop.matching("addresses", id_customer=customer["id"])))
        product = dice.choice(goods)
        order = _order(shop, customer, address, product)
        when = shop.stamp(shop.now() - timedelta(days=21 - 3 * at))
        order |= {"date_add": when, "date_upd": when}
        for row in shop.matching("stock_availables", id_product=product["id"], id_product_attribute=0):
            row["quantity"] = str(int(str(row["quantity"])) + 1)


def _order(shop: Shop, customer: Row, address: Row, product: Row) -> Row:
    parts: Row = {"id_customer": customer["id"], "id_currency": 1, "id_lang": 1, "id_carrier": 1, "id_shop": 1}
    parts |= {"id_address_delivery": address["id"], "id_address_invoice": address["id"], "id_shop_group": 1}
    rows = [{"id_product": str(product["id"]), "id_product_attribute": "0", "quantity": "1"}]
    cart = shop.add("carts", parts | {"secure_key": customer["secure_key"]}, {"cart_rows": rows})
    total = fixed(pricing.total(shop, pricing.cart_lines(shop, shop.rows["carts"][cart]), taxed=True), 2)
    posted = parts | {"id_cart": cart, "module": _WEB, "payment": "Payment by card", "total_paid": total}
    return shop.rows["orders"][selling.place(shop, posted)]
