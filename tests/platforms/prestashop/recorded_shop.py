"""The rows of the recorded shop, gathered from its own answers: of each field the first value anybody saw."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

RECORDINGS = Path(__file__).parents[4] / "shared" / "recordings" / "prestashop"
Row = dict[str, Any]
_LISTS = {"order_slips": "order_slip"}
_TAXED = "1"


def recording(number: str) -> list[Row]:
    """The exchanges of one file, named ``number/n``."""
    (file,) = RECORDINGS.glob(f"{number}-*.json")
    return [{**each, "name": f"{number}/{each['n']}"} for each in json.loads(file.read_text())["exchanges"]]


def moment_of(exchange: Row) -> datetime:
    """When the answer was given."""
    told = next(value for name, value in exchange["response"]["headers"] if name == "Date")
    return parsedate_to_datetime(told).astimezone(UTC)


def recorded_shop(numbers: list[str]) -> dict[str, list[Row]]:
    """Resource -> records that existed before the recording; those it made itself are left out."""
    found: dict[tuple[str, int], Row] = {}
    made: set[tuple[str, int]] = set()
    for exchange in (each for number in numbers for each in recording(number)):
        for resource, row in _rows(exchange):
            key = (resource, int(row["id"]))
            if exchange["request"]["method"] == "POST":
                made.add(key)
            elif key not in made:
                known = found.setdefault(key, {})
                fresh = {name: value for name, value in row.items() if name not in known}
                # what a change brought is not what was there before
                changed = re.findall(r"<(\w+)>", exchange["request"].get("text", ""))
                known |= {name: value for name, value in fresh.items() if name not in changed or name.startswith("id")}
    rows: dict[str, list[Row]] = {}
    for (resource, _), row in found.items():
        rows.setdefault(resource, []).append(_completed(resource, row))
    for key in {row["id"] for row in rows.get("languages", ())} - {1}:
        rows["languages"] = [row for row in rows["languages"] if row["id"] != key]
    rows.pop("orders", None)
    # seen only in part: the installer's own stays
    rows["order_states"] = [row for row in rows.get("order_states", ()) if "send_email" in row]
    rows["tax_rules"] = [*rows.get("tax_rules", ()), _at_home()]
    rows["products"] = rows.get("products") or [_mug(), _book(), _jumper()]
    return _without_made_up(rows)


def recorded_orders() -> list[Row]:
    """Orders that came in while nobody recorded, between the sixth and the seventh file."""
    listed = [each for each in recording("07") if each["request"]["path"] == "/api/orders"]
    made = {int(row["id"]) for each in listed if each["request"]["method"] == "POST" for _, row in _rows(each)}
    found: dict[int, Row] = {}
    for each in listed:
        for _, row in _rows(each):
            if int(row["id"]) not in made:
                found.setdefault(int(row["id"]), {"id_customer": "4"}).update(row)
    return list(found.values())


def _at_home() -> Row:
    return {"id": 9001, "id_tax_rules_group": "1", "id_country": "26", "id_tax": "1"}


def _rows(exchange: Row) -> Iterator[tuple[str, Row]]:
    body = exchange["response"].get("json")
    if not isinstance(body, dict) or "price[gross][use_tax]" in dict(exchange["request"]["query"]):
        return
    for node, value in body.items():
        resource = exchange["request"]["path"].removeprefix("/api/").partition("/")[0]
        if node == "errors" or resource in ("search", ""):
            continue
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict) and row.get("id"):
                yield _LISTS.get(resource, resource), row


def _completed(resource: str, row: Row) -> Row:
    """What lists without that field left open, as the orders made of it show."""
    if resource == "products":
        zero = row.get("reference") in ("BK-WALK", "BK-TIDE")
        stock = [{"id": str(9000 + int(row["id"])), "id_product_attribute": "0"}]
        links = {"categories": [{"id": "2"}], "images": [{"id": "1"}], "stock_availables": stock}
        fixed = {"state": "1", "type": "simple", "associations": links}
        return fixed | {"id_tax_rules_group": "0" if zero else _TAXED} | row
    return row


def _without_made_up(rows: Mapping[str, list[Row]]) -> dict[str, list[Row]]:
    kept = {name: list(records) for name, records in rows.items() if name not in ("configurations",)}
    if not any(row["id"] == 4 for row in kept.get("customers", [])):
        kept["customers"] = [_greta()]
        kept["combinations"] = _combinations()
        kept["addresses"] = [{"id": 4, "id_customer": "4", "id_country": "26", "alias": "Home", "city": "Sligo"}]
    return kept


def _combinations() -> list[Row]:
    return [
        {"id": 5, "id_product": "1", "reference": "MCJ-L-NAV", "ean13": "2000000000053", "price": "0.000000"},
        {"id": 7, "id_product": "1", "reference": "MCJ-XL-NAV", "ean13": "2000000000077", "price": "3.252033"},
    ]


def _greta() -> Row:
    names = {"firstname": "Greta", "lastname": "Lindqvist", "email": "g.lindqvist@customer.example"}
    return {"id": 4, **names, "id_default_group": "3", "active": "1", "secure_key": "f" * 32, "passwd": "x"}


def _mug() -> Row:
    return _goods(11, "Enamel Mug", "MUG-01", "10.487805") | {"ean13": "2000000005003"}


def _book() -> Row:
    return _goods(18, "Coastal Walks", "BK-WALK", "18.990000") | {"id_tax_rules_group": "0", "ean13": "2000000005072"}


def _jumper() -> Row:
    return _goods(1, "Merino Crew Jumper", "MCJ", "56.869919")


def _goods(key: int, name: str, reference: str, price: str) -> Row:
    fixed = {"state": "1", "active": "1", "id_tax_rules_group": _TAXED}
    return {"id": key, "name": name, "reference": reference, "price": price, **fixed}
