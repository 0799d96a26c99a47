"""Creates and updates: the checks all resources share, then what the shop does by itself for some of them."""

from __future__ import annotations

import re

from . import selling, states
from .body import Node, associations_of, values_of
from .faults import Refusal, died, invalid
from .fields import Field, Row, number, whole
from .output import Shown, show
from .state import Shop
from .tables import RESOURCES

_NAME = re.compile(r"[^0-9!<>,;?=+()/\\@#\"*{}_^$%:\[\]|¤~°¬]*")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_PAYMENT = re.compile(r"[^<>={}]*")
_LONG = {"ean13": 13}
_TAKEN = "The email is already used, please choose another one"


def create(shop: Shop, resource: str, node: Node, *, mail: bool = False) -> Shown:
    """A new record, answered as an echo of what was sent. ``mail``: a state's mail goes out too."""
    posted = values_of(node, resource, shop.languages)
    if posted.get("id"):
        raise Refusal(400, (91, "id is forbidden when adding a new resource"))
    _check(shop, resource, posted, whole_record=True)
    links = associations_of(node)
    if resource == "order_histories":
        return _history(shop, resource, posted, mail=mail)
    maker = {"orders": _order, "carts": _cart, "customers": _customer}.get(resource, _row)
    return maker(shop, resource, posted, links)


def _row(shop: Shop, resource: str, posted: Row, links: dict[str, list[dict[str, str]]]) -> Shown:
    values = dict(posted)
    if resource == "products":
        values |= _product_defaults(shop, posted)
    key = shop.add(resource, values, {})
    row = shop.rows[resource][key]
    if resource == "order_slip":
        links = _slip_details(shop, links)
    row["associations"] = links
    if resource in ("products", "combinations"):
        _stock_row(shop, resource, row)
    return _echo(shop, resource, row, values)


def _slip_details(shop: Shop, links: dict[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
    rows = []
    for each in links.get("order_slip_details", []):
        shop.last["order_slip_details"] = number_of = shop.last.get("order_slip_details", 0) + 1
        amounts = {name: f"{number(each[name]):.6f}" for name in ("amount_tax_excl", "amount_tax_incl")}
        rows.append({"id": str(number_of), **each, **amounts})
    return {"order_slip_details": rows}


def _product_defaults(shop: Shop, posted: Row) -> Row:
    if not isinstance(posted.get("name"), dict):
        words = "[PHP Warning #2] foreach() argument must be of type array|object, string given"
        raise Refusal(500, (3, f"{words} (/var/www/shop/classes/Product.php, line 8101)"))
    names = posted["name"]
    assert isinstance(names, dict)
    slugs = {key: re.sub(r"[^a-z0-9]+", "-", str(name).lower()).strip("-") for key, name in names.items()}
    fixed = {"type": "simple", "id_shop_default": "1", "condition": "new", "visibility": "both"}
    return fixed | {"link_rewrite": slugs}


def _stock_row(shop: Shop, resource: str, row: Row) -> None:
    product = row["id"] if resource == "products" else row["id_product"]
    attribute = 0 if resource == "products" else row["id"]
    key = shop.add(
        "stock_availables",
        {"id_product": product, "id_product_attribute": attribute, "id_shop": 1, "quantity": 0, "out_of_stock": 2},
    )
    if resource == "products":
        row["associations"] = {"stock_availables": [{"id": str(key), "id_product_attribute": "0"}]}


def _cart(shop: Shop, resource: str, posted: Row, links: dict[str, list[dict[str, str]]]) -> Shown:
    customer = shop.rows["customers"].get(whole(posted.get("id_customer")))
    key = shop.add(resource, posted | ({"secure_key": customer["secure_key"]} if customer else {}))
    if "cart_rows" in links and not links["cart_rows"]:
        raise died()
    shop.rows[resource][key]["associations"] = {"cart_rows": [_cart_row(each) for each in links.get("cart_rows", [])]}
    return _echo(shop, resource, shop.rows[resource][key], posted)


def _cart_row(row: dict[str, str]) -> dict[str, str]:
    found = {name: str(whole(row.get(name))) for name in ("id_product", "id_product_attribute", "id_address_delivery")}
    return found | {"id_customization": "0", "quantity": str(max(0, whole(row.get("quantity"))))}


def _customer(shop: Shop, resource: str, posted: Row, links: dict[str, list[dict[str, str]]]) -> Shown:
    _free_email(shop, posted, 140)
    made: Row = {"secure_key": shop.hex(), "last_passwd_gen": shop.stamp(), "passwd": f"$2y$10${shop.hex()}"}
    defaults: Row = {"id_shop": 1, "id_shop_group": "1", **({} if "id_lang" in posted else {"id_lang": 1})}
    if str(posted.get("newsletter", "0")) == "1":
        made["newsletter_date_add"] = shop.stamp()
    key = shop.add(resource, posted | made | defaults, dict(links))
    return _echo(shop, resource, shop.rows[resource][key], posted | made | defaults)


def _free_email(shop: Shop, posted: Row, code: int, own: object = None) -> None:
    if str(posted.get("is_guest", "0")) == "1":
        return
    for row in shop.rows["customers"].values():
        taken = str(row["email"]).lower() == str(posted["email"]).lower() and row["is_guest"] != "1"
        if taken and row["id"] != own and row["deleted"] != "1":
            raise Refusal(500, (code, _TAKEN), (46, "Unable to save resource"))


def _order(shop: Shop, resource: str, posted: Row, links: dict[str, list[dict[str, str]]]) -> Shown:
    row = shop.rows[resource][selling.place(shop, posted)]
    # the state that was asked for is the one thing not even echoed
    told = {name: value for name, value in posted.items() if name != "current_state"}
    shown = _echo(shop, resource, row, told, dated=False)
    shown.values["id"] = row["id"]
    return shown


def _history(shop: Shop, resource: str, posted: Row, *, mail: bool) -> Shown:
    order = shop.rows["orders"].get(whole(posted["id_order"]))
    if order is None:
        raise died()
    key = states.enter(shop, order, whole(posted["id_order_state"]), mail=mail)
    posted = posted | {"id_order_state": whole(posted["id_order_state"])}
    return _echo(shop, resource, shop.rows[resource][key], posted)


def _echo(shop: Shop, resource: str, row: Row, posted: Row, *, dated: bool = True) -> Shown:
    """What was sent and what the shop set by itself, ids as text."""
    names = [name for name in RESOURCES[resource].fields if name in posted or (dated and name.startswith("date_"))]
    shown = show(shop, resource, row, [*names, "associations"], 0)
    raw = {name: posted[name] for name in names if name in posted and not isinstance(posted[name], dict)}
    kept = {name: value for name, value in raw.items() if not RESOURCES[resource].fields[name].localised}
    shown.values = {"id": str(row["id"])} | shown.values | kept
    return shown


def update(shop: Shop, resource: str, node: Node, *, whole_record: bool) -> Shown:
    """PUT (everything, what is left out becomes empty) or PATCH. The id in the body decides, whatever the path says."""
    posted = values_of(node, resource, shop.languages)
    if not posted.get("id"):
        raise Refusal(400, (90, "id is required when modifying a resource"))
    row = shop.rows[resource].get(whole(posted["id"]))
    if row is None:
        raise Refusal(404, (92, "Invalid ID"))
    _check(shop, resource, posted, whole_record=whole_record)
    if resource == "customers" and "email" in posted:
        _free_email(shop, posted, 141, row["id"])
    links = associations_of(node)
    _store(shop, resource, row, posted, whole_record=whole_record)
    if links:
        row["associations"] = links
    echoed = _after(shop, resource, row, posted)
    shown = show(shop, resource, row, None, 0)
    shown.values["id"] = str(row["id"])
    shown.values |= {name: value for name, value in echoed.items() if not isinstance(value, dict)}
    return shown


def _store(shop: Shop, resource: str, row: Row, posted: Row, *, whole_record: bool) -> None:
    for known in RESOURCES[resource].fields.values():
        if known.name in posted and not (resource == "orders" and known.name == "current_state"):
            row[known.name] = known.stored(posted[known.name])
        elif whole_record and not (known.read_only or known.dynamic or known.dated or known.localised):
            row[known.name] = known.default
    if "date_upd" in row:
        row["date_upd"] = shop.stamp()


def _after(shop: Shop, resource: str, row: Row, posted: Row) -> Row:
    """What follows from the write, and the posted values as they are echoed."""
    echoed = {name: value for name, value in posted.items() if name != "id" and name in row}
    if resource == "stock_availables" and whole(row["id_product_attribute"]):
        states.refresh_sum(shop, whole(row["id_product"]))
    if resource == "orders" and "current_state" in posted:
        states.enter(shop, row, whole(posted["current_state"]), mail=True)
        echoed["current_state"] = whole(posted["current_state"])
    return echoed


def delete(shop: Shop, resource: str, key: int) -> None:
    """Gone for good. Raises 404 for an unknown id."""
    if key not in shop.rows[resource]:
        raise Refusal(404, (87, f"Id(s) not exists: {key}"))
    if resource == "carts" and any(shop.matching("orders", id_cart=key)):
        # the shop's own class refuses to delete such a cart
        raise died()
    del shop.rows[resource][key]


def _check(shop: Shop, resource: str, posted: Row, *, whole_record: bool) -> None:
    kind = RESOURCES[resource]
    for known in kind.fields.values():
        if known.required and whole_record and known.name not in posted:
            raise Refusal(400, (41, f'parameter "{known.name}" required'))
        if known.read_only and known.name in posted:
            words = f'parameter "{known.name}" not writable. Please remove this attribute of this XML'
            raise Refusal(400, (93, words))
    for known in kind.fields.values():
        if known.name in posted:
            _check_value(kind.model, known, posted[known.name], old=shop.version < "9")


def _check_value(model: str, known: Field, value: object, *, old: bool) -> None:
    text = str(value)
    longest = _LONG.get(known.name) if old else None
    if longest is not None and len(text) > longest:
        words = f"is currently {len(text)} chars. It must be between 0 and {longest} chars."
        raise Refusal(400, (85, f'Validation error: "The length of property {model}-&gt;{known.name} {words}"'))
    if model == "StockAvailable" and known.name == "quantity":
        _check_quantity(text)
    elif not _fits(model, known, text):
        raise invalid(model, known.name)


def _check_quantity(text: str) -> None:
    if not text.strip():
        raise Refusal(400, (85, 'Validation error: "Property StockAvailable-&gt;quantity is empty."'))
    if not _NUMBER.fullmatch(text):
        words = "The range of property StockAvailable-&gt;quantity is currently 0. It must be between -2147483648 and"
        raise Refusal(400, (85, f'Validation error: "{words} 2147483647."'))
    if "." in text:
        raise invalid("StockAvailable", "quantity")


def _fits(model: str, known: Field, text: str) -> bool:
    if known.name in ("lastname", "firstname"):
        return bool(_NAME.fullmatch(text)) and "." not in text.replace(". ", "")
    if known.name == "email":
        return bool(_MAIL.fullmatch(text))
    if known.name == "payment":
        return bool(_PAYMENT.fullmatch(text))
    if known.name == "reduction_percent":
        return bool(_NUMBER.fullmatch(text)) and 0 <= number(text) <= 100
    if known.kind in ("f", "r", "p") and text:
        return bool(_NUMBER.fullmatch(text)) and not (known.price and text.startswith("-"))
    return True
