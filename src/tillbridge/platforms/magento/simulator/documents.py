"""Invoices, shipments and credit memos, and what each does to amounts and stock."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from .order_rows import DEDUCTED
from .orders import found
from .rest import Call, Fault, Route, Row, cents, dec, route
from .search import listing

if TYPE_CHECKING:
    from .state import Shop

_INVOICE, _SHIP, _MEMO = "Magento_Sales::sales_invoice", "Magento_Sales::ship", "Magento_Sales::creditmemo"
_ZERO = Decimal(0)
_PARTS = ("discount", "tax", "discount_tax_compensation")


def invoice(shop: Shop, call: Call) -> str:
    """POST /order/{id}/invoice: takes payment of everything that is not invoiced, in its own arithmetic."""
    row = found(shop, call)
    open_items = [each for each in row["items"] if dec(each.get("qty_invoiced")) < dec(each["qty_ordered"])]
    if not open_items:
        words = [
            "Invoice Document Validation Error(s):",
            "The invoice can't be created without products. Add products and try again.",
            f"An invoice cannot be created when an order has a status of {row['status']}",
        ]
        raise Fault(400, "\n".join(words[: 3 if row["state"] in ("complete", "closed") else 2]))
    whole = _ZERO
    for each in open_items:
        whole += _invoice_item(each)
    _sum_up(row, whole)
    _notify(shop, call, row, "invoice")
    virtual = bool(dec(row.get("is_virtual")))
    shipped = all(dec(each.get("qty_shipped")) >= dec(each["qty_ordered"]) for each in row["items"])
    state = "complete" if virtual or shipped else "processing"
    row |= {"state": state, "status": state, "updated_at": shop.stamp()}
    return str(shop.next_id("invoice"))


def _invoice_item(item: Row) -> Decimal:
    item["qty_invoiced"] = item["qty_ordered"]
    amounts = {"row": dec(item.get("row_total"))} | {name: dec(item.get(f"{name}_amount")) for name in _PARTS}
    for name, value in amounts.items():
        item |= {f"{name}_invoiced": value, f"base_{name}_invoiced": value}
    item["weee_tax_applied"] = "[]"
    return amounts["row"] + amounts["tax"] + amounts["discount_tax_compensation"] - amounts["discount"]


def _sum_up(row: Row, whole: Decimal) -> None:
    told = {
        "total_invoiced": whole,
        "total_paid": whole,
        "subtotal_invoiced": dec(row.get("subtotal")),
        "shipping_invoiced": 0,
        "tax_invoiced": sum((dec(each["tax_invoiced"]) for each in row["items"]), _ZERO),
        "discount_invoiced": -sum((dec(each["discount_invoiced"]) for each in row["items"]), _ZERO),
        "discount_tax_compensation_invoiced": sum(
            (dec(each["discount_tax_compensation_invoiced"]) for each in row["items"]), _ZERO
        ),
    }
    for name, value in told.items():
        row |= {name: value, f"base_{name}": value}
    row["base_total_invoiced_cost"] = 0
    paid = {"amount_paid": whole, "base_amount_paid": whole, "shipping_captured": 0, "base_shipping_captured": 0}
    row["payment"] |= paid


def _notify(shop: Shop, call: Call, row: Row, what: str) -> None:
    if call.body and call.body.get("notify"):
        said = {"invoice": "order invoice", "shipment": "order has shipped", "creditmemo": "order refund"}[what]
        name = f"{row.get('customer_firstname', '')} {row.get('customer_lastname', '')}".strip()
        shop.mail(f"{name} <{row.get('customer_email', '')}>", f"Your {shop.name} {said}")


def ship(shop: Shop, call: Call) -> str:
    """POST /order/{id}/ship: lowers the source and gives the reservation back, whether there was one or not."""
    row = found(shop, call)
    open_items = [each for each in row["items"] if dec(each.get("qty_shipped")) < dec(each["qty_ordered"])]
    if not open_items or row["state"] in ("complete", "closed", "canceled"):
        words = "The order does not allow a shipment to be created.\nYou can't create a shipment without products."
        raise Fault(400, f"Shipment Document Validation Error(s):\n{words}")
    more = (call.body or {}).get("arguments") or {}
    source = (more.get("extension_attributes") or {}).get("source_code", "default")
    for each in open_items:
        quantity = dec(each["qty_ordered"]) - dec(each.get("qty_shipped"))
        each["qty_shipped"] = each["qty_ordered"]
        kept = shop.source_items.get((each["sku"], source))
        if kept is not None:
            kept["quantity"] = dec(kept["quantity"]) - quantity
            each[DEDUCTED] = (source, quantity)
        shop.reserve(each["sku"], quantity)
    _notify(shop, call, row, "shipment")
    if all(dec(each.get("qty_invoiced")) >= dec(each["qty_ordered"]) for each in row["items"]):
        row |= {"state": "complete", "status": "complete"}
    row["updated_at"] = shop.stamp()
    return str(shop.next_id("shipment"))


def refund(shop: Shop, call: Call) -> str:
    """POST /order/{id}/refund: of the lines given, or of all that is left. Money alone makes none."""
    row = found(shop, call)
    if row["state"] in ("closed", "canceled") or not dec(row.get("total_paid")):
        words = f"A creditmemo can not be created when an order has a status of {row['status']}"
        raise Fault(400, f"Creditmemo Document Validation Error(s):\n{words}")
    body: Row = call.body or {}
    chosen = _chosen(row, body.get("items") or [])
    arguments: Row = body.get("arguments") or {}
    memo = _memo(shop, row, chosen, arguments)
    if memo["grand_total"] <= 0:
        raise Fault(400, "Creditmemo Document Validation Error(s):\nThe credit memo's total must be positive.")
    if not sum((quantity for _, quantity in chosen), _ZERO):
        words = "You can't create a creditmemo without products."
        raise Fault(400, f"Creditmemo Document Validation Error(s):\n{words}")
    if dec(row.get("total_refunded")) + memo["grand_total"] > dec(row.get("total_paid")):
        raise Fault(400, "The most money available to refund is %1.", [str(row.get("total_paid"))])
    _book(shop, row, chosen, memo, arguments)
    if (body.get("comment") or {}).get("comment"):
        told = {
            "comment": body["comment"]["comment"],
            "created_at": shop.stamp(),
            "entity_id": shop.next_id("memo_note"),
        }
        told |= {"is_customer_notified": 0, "is_visible_on_front": body["comment"].get("is_visible_on_front", 0)}
        memo["comments"].append(told | {"parent_id": memo["entity_id"]})
    _notify(shop, call, row, "creditmemo")
    return str(memo["entity_id"])


def _chosen(row: Row, given: Sequence[Row]) -> list[tuple[Row, Decimal]]:
    items = {each["item_id"]: each for each in row["items"]}
    if not given:
        return [(each, _left(each)) for each in row["items"] if _left(each) > 0]
    chosen = []
    for each in given:
        item = items.get(int(each["order_item_id"]))
        if item is None:
            words = 'The creditmemo contains product SKU "%1" that is not part of the original order.'
            raise Fault(400, f"Creditmemo Document Validation Error(s):\n{words}", [""])
        if dec(each["qty"]) > _left(item):
            raise Fault(400, 'We found an invalid quantity to refund item "%1".', [item.get("name")])
        chosen.append((item, dec(each["qty"])))
    return chosen


def _left(item: Row) -> Decimal:
    return dec(item.get("qty_invoiced")) - dec(item.get("qty_refunded"))


class _Rounding:
    """Every amount is rounded with what the one before lost; discounts carry it with the sign turned."""

    def __init__(self) -> None:
        self.delta = _ZERO

    def __call__(self, value: Decimal, *, negative: bool = False) -> Decimal:
        if not value:
            return value
        if negative:
            self.delta = -self.delta
        value += self.delta
        rounded = cents(value)
        self.delta = value - rounded
        if negative:
            self.delta = -self.delta
        return rounded


def _memo(shop: Shop, row: Row, chosen: Sequence[tuple[Row, Decimal]], arguments: Row) -> Row:
    """Subtotal, then discount, then tax of each line; tax never above what the order itself says it took."""
    rounding = _Rounding()
    parts: dict[int, Row] = {item["item_id"]: {} for item, _ in chosen}
    for name, key in (("row", "amount_refunded"), ("discount", "discount_refunded")):
        for item, quantity in chosen:
            parts[item["item_id"]][name] = _part(item, f"{name}_invoiced", key, quantity, rounding, name == "discount")
    for item, quantity in chosen:
        for name in ("tax", "discount_tax_compensation"):
            value = _part(item, f"{name}_invoiced", f"{name}_refunded", quantity, rounding, negative=False)
            parts[item["item_id"]][name] = value
    sums = {name: sum((each[name] for each in parts.values()), _ZERO) for name in ("row", *_PARTS)}
    for name in ("tax", "discount_tax_compensation"):
        sums[name] = min(sums[name], dec(row.get(f"{name}_invoiced")) - dec(row.get(f"{name}_refunded")))
    up, down = dec(arguments.get("adjustment_positive")), dec(arguments.get("adjustment_negative"))
    total = sums["row"] - sums["discount"] + sums["tax"] + sums["discount_tax_compensation"] + up - down
    return {
        "entity_id": 0,
        "increment_id": "",
        "order_id": row["entity_id"],
        "created_at": shop.stamp(),
        "subtotal": sums["row"],
        "discount_amount": -sums["discount"],
        "tax_amount": sums["tax"],
        "discount_tax_compensation_amount": sums["discount_tax_compensation"],
        "adjustment_positive": up,
        "adjustment_negative": down,
        "grand_total": total,
        "base_grand_total": total,
        "items": [{"order_item_id": i["item_id"], "sku": i["sku"], "name": i.get("name"), "qty": q} for i, q in chosen],
        "comments": [],
        "parts": parts,
    }


def _part(item: Row, whole: str, gone: str, quantity: Decimal, rounding: _Rounding, negative: bool) -> Decimal:
    left, available = dec(item.get(whole)) - dec(item.get(gone)), _left(item)
    if not available or quantity >= available:
        return left
    return rounding(left / available * quantity, negative=negative)


def _book(shop: Shop, row: Row, chosen: Sequence[tuple[Row, Decimal]], memo: Row, arguments: Row) -> None:
    number = memo["entity_id"] = shop.next_id("memo")
    memo["increment_id"] = f"{number:09d}"
    back = (arguments.get("extension_attributes") or {}).get("return_to_stock_items") or []
    for item, quantity in chosen:
        part = memo["parts"][item["item_id"]]
        item["qty_refunded"] = dec(item.get("qty_refunded")) + quantity
        item["amount_refunded"] = dec(item.get("amount_refunded")) + part["row"]
        for name in _PARTS:
            item[f"{name}_refunded"] = dec(item.get(f"{name}_refunded")) + part[name]
        if item["item_id"] in back:
            _return(shop, item, quantity)
    refunded = dec(row.get("total_refunded")) + memo["grand_total"]
    row |= {"total_refunded": refunded, "base_total_refunded": refunded, "updated_at": shop.stamp()}
    for name in ("tax", "discount_tax_compensation"):
        row[f"{name}_refunded"] = dec(row.get(f"{name}_refunded")) + dec(memo[f"{name}_amount"])
    if all(_left(each) <= 0 for each in row["items"]):
        row |= {"state": "closed", "status": "closed"}
    shop.memos[number] = {name: value for name, value in memo.items() if name != "parts"}


def _return(shop: Shop, item: Row, quantity: Decimal) -> None:
    """Back to the source it was taken from; what no shipment took only raises what may be sold."""
    if DEDUCTED in item:
        kept = shop.source_items[item["sku"], item[DEDUCTED][0]]
        kept["quantity"] = dec(kept["quantity"]) + quantity
    else:
        shop.reserve(item["sku"], quantity)


def memos(shop: Shop, call: Call) -> Row:
    """GET /creditmemos."""
    return listing(call, list(shop.memos.values()))


def memo_comments(shop: Shop, call: Call) -> Row:
    """GET /creditmemo/{id}/comments."""
    row = shop.memos.get(call.number("id"))
    rows = list(row["comments"]) if row else []
    return {"items": rows, "search_criteria": {"filter_groups": []}, "total_count": len(rows)}


ROUTES: tuple[Route, ...] = (
    route("POST", "/order/{id}/invoice", _INVOICE, invoice),
    route("POST", "/order/{id}/ship", _SHIP, ship),
    route("POST", "/order/{id}/refund", _MEMO, refund),
    route("GET", "/creditmemos", _MEMO, memos),
    route("GET", "/creditmemo/{id}/comments", _MEMO, memo_comments),
)
