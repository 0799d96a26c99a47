"""The shop of the recordings, rebuilt from what they show; used by the replay test alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

Row = dict[str, Any]
RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "woocommerce"
HOST = "https://127.0.0.1:8443"


@cache
def recording(number: str) -> list[Row]:
    """The exchanges of one file."""
    (path,) = RECORDINGS.glob(f"{number}-*.json")
    exchanges: list[Row] = json.loads(path.read_text())["exchanges"]
    return exchanges


def answer_of(number: str, n: int) -> Any:
    """The recorded body of one exchange."""
    return next(one["response"]["json"] for one in recording(number) if one["n"] == n)


def moment_of(exchange: Row) -> Any:
    """When the shop answered; None for webhook deliveries."""
    headers = (exchange["response"] or {}).get("headers") or []
    dates = [value for name, value in headers if name == "Date"]
    return parsedate_to_datetime(dates[0]) if dates else None


def _everything(value: Any) -> Iterator[Row]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _everything(inner)


def _local(row: Row) -> Row:
    text = json.dumps(row).replace(f"{HOST}/wp-content/uploads/2026/11/", "")
    plain: Row = json.loads(text)
    return plain


def _products() -> list[Row]:
    pages = [row for n in (1, 2, 3, 4) for row in answer_of("02", n)]
    return [_local(row) for row in pages]


_SEEN_FIRST = (("03", 1), ("03", 2), ("03", 3), ("03", 5), ("04", 2), ("04", 3), ("05", 2), ("05", 15), ("07", 1))


def _variations(products: list[Row]) -> list[Row]:
    seen: dict[int, Row] = {}
    for number, n in _SEEN_FIRST:
        body = answer_of(number, n)
        for row in body if isinstance(body, list) else [body]:
            seen.setdefault(row["id"], {}).update({k: v for k, v in row.items() if k not in seen[row["id"]]})
    for row in answer_of("02", 20):
        seen.setdefault(row["id"], {}).setdefault("sku", row["sku"])
    template = next(row for row in seen.values() if row["id"] == 15)
    rows = []
    loose = {"date_created_gmt", "date_modified_gmt", "regular_price", "sale_price", "price"}
    template = {name: value for name, value in template.items() if name not in loose}
    for product in products:
        for place, key in enumerate(product["variations"]):
            row = deepcopy(template) | {"sku": f"V-{key}", "global_unique_id": "", "slug": f"v-{key}"}
            row |= {"regular_price": product["price"], "date_created_gmt": product["date_created_gmt"]} | seen.get(
                key, {}
            )
            row |= {"id": key, "type": "variation", "parent_id": product["id"], "menu_order": place}
            rows.append(_local(row))
    first = next(row for row in rows if row["id"] == 12)
    first["global_unique_id"] = "2000000000015"
    by_id = {row["id"]: row for row in rows}
    by_id[18] |= {"global_unique_id": "2000000000053"}
    by_id[115] |= {"manage_stock": True, "stock_quantity": 3}
    for changed_later in (65, 115):
        by_id[changed_later]["date_modified_gmt"] = by_id[113]["date_created_gmt"]
    colour = {"id": 2, "name": "Colour", "slug": "pa_colour"}
    for brief in answer_of("03", 11):
        by_id[brief["id"]] |= {"sku": brief["sku"], "attributes": [colour | {"option": brief["name"]}]}
    return rows


def _users() -> list[Row]:
    whole = {row["id"]: row for row in [*answer_of("06", 8), *answer_of("06", 1)]}
    template = whole[5]
    rows = []
    for brief in answer_of("06", 9):
        mail = brief["email"]
        row = whole.get(brief["id"]) or template | {"username": mail.partition("@")[0]}
        rows.append(deepcopy(row) | brief)
    return rows


def _coupons() -> list[Row]:
    rows = {row["id"]: deepcopy(row) for n in (1, 3, 4, 5, 6, 7, 8, 11, 12) for row in answer_of("09", n)}
    for row in rows.values():
        if row["code"] != "onceonly":
            row |= {"usage_count": 0, "used_by": []}
    return list(rows.values())


def _orders() -> list[Row]:
    known: dict[int, Row] = {}
    for number, n in (("04", 15), ("07", 8), ("07", 29)):
        for row in answer_of(number, n):
            known.setdefault(row["id"], {}).update(row)
    return [
        {
            "id": key,
            "status": known.get(key, {}).get("status", "processing" if key < 171 else "completed"),
            "total": known.get(key, {}).get("total", "30.00"),
            "created_via": "checkout",
            "date_created_gmt": f"2026-11-22T06:29:{key - 135:02}",
            "date_modified_gmt": f"2026-11-22T06:29:{key - 132:02}",
        }
        for key in range(166, 181)
    ]


def _attributes() -> list[Row]:
    return [row | {"terms": []} for row in answer_of("02", 33)]


def _keys() -> list[Row]:
    return [
        {"consumer_key": f"ck_{name}", "consumer_secret": f"cs_{name}", "permissions": right, "capable": name != "cust"}
        for name, right in (("rw", "read_write"), ("ro", "read"), ("wo", "write"), ("cust", "read_write"))
    ]


def recorded_shop() -> Row:
    """Rows for ``woocommerce_simulator(seed_shop=…)``: the shop as it stood before the first request."""
    products = _products()
    settings = {row["id"]: str(row["value"]) for row in [*answer_of("14", 3), *answer_of("14", 6)]}
    settings |= {"blogname": "Harbour &amp; Pine Outfitters", "blogdescription": "", "timezone": "Europe/Dublin"}
    settings |= {"admin_email": "owner@harbourpine.example"}
    categories = [row | {"slug": row["slug"]} for row in answer_of("02", 32)]
    tags = {one["id"]: one for product in products for one in product["tags"]}
    return {
        "settings": settings,
        "taxes": answer_of("14", 1),
        "tax_classes": [{k: v for k, v in row.items() if k != "_links"} for row in answer_of("14", 2)],
        "keys": _keys(),
        "terms": {"categories": categories, "tags": list(tags.values()), "brands": []},
        "attributes": _attributes(),
        "products": products,
        "variations": _variations(products),
        "users": _users(),
        "coupons": _coupons(),
        "orders": _orders(),
        "next": {"posts": 181, "users": 23, "items": 63, "comments": 70},
    }


_ARTICLES = (
    (269, "PRB-19", "r19", "19", "10.00"),
    (270, "PRB-20", "r20", "20", "9.99"),
    (271, "PRB-55", "r55", "5.5", "7.35"),
)


def tax_test_shop() -> Row:
    """The same shop with the articles and rates of recordings 18 and 19."""
    rows = recorded_shop()
    rows["taxes"] = [*rows["taxes"]]
    for key, name, rate in ((7, "r19", "19.0000"), (8, "r20", "20.0000"), (9, "r55", "5.5000")):
        row = rows["taxes"][0] | {"id": key, "rate": rate, "name": f"VAT {rate}", "class": name}
        rows["taxes"].append(row)
        rows["tax_classes"].append({"slug": name, "name": name})
    for key, sku, name, rate, price in _ARTICLES:
        article: Row = {
            "id": key,
            "name": f"Article at {float(rate):g} %",
            "slug": sku.lower(),
            "sku": sku,
            "regular_price": price,
        }
        rows["products"].append(article | {"tax_class": name, "date_created_gmt": "2026-11-22T07:00:00"})
    rows["next"] = rows["next"] | {"posts": 272, "items": 221}
    mug = next(row for row in rows["products"] if row["id"] == 117)
    mug |= {"regular_price": "12.50", "price": "12.50"}
    return rows
