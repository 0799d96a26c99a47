"""Orders: listed by change, imported once, and what the merchant does to them in the panel. No cancel, no refund."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response

from . import hooks
from .access import count_import
from .once import once
from .paging import by_change
from .speech import Call, Refusal, amount_of, array, invalid, iso, missing, moment, money
from .state import Row, Store

_ZERO = Decimal(0)
_NEEDED = (
    "channelName", "createdOn", "externalOrderReference", "fulfillments", "grandTotal", "lineItems",
    "priceTaxInterpretation", "subtotal",
)  # fmt: skip
_LONGEST = {"channelName": 30, "externalOrderReference": 200}
_SHOWN = "NOT_CHARGED,AUTHORIZED,PAID,REFUNDED"
_OPTIONAL = ("discountTotal", "taxTotal", "shippingTotal")
_MOST_PIECES = 1_000_000


def list_orders(store: Store, call: Call) -> Response:
    """GET /1.0/commerce/orders; half of the payment states are hidden unless asked for."""
    seen = [row for row in store.orders.values() if row["listed"] <= store.now()]
    if not {"paymentStates", "cursor"} & set(call.query):
        seen = [row for row in seen if row["paymentState"] in _SHOWN.split(",")]
    names = {"paymentStates": "paymentState", "fulfillmentStatus": "fulfillmentStatus", "customerId": "customerId"}
    return by_change(store, call, "result", seen, lambda row: view(store, row), **names)


def get_order(store: Store, call: Call) -> Response:
    """GET one."""
    return JSONResponse(view(store, _order(store, call.ids[0])))


def _order(store: Store, order_id: str) -> Row:
    row = store.orders.get(order_id)
    if row is None:
        raise Refusal(404, "The order was not found.")
    return row


def view(store: Store, row: Row) -> Row:
    """An order as the API shows it."""
    told = {name: value for name, value in row.items() if name not in ("created", "modified", "listed", "amounts")}
    told |= {"createdOn": iso(row["created"]), "modifiedOn": iso(row["modified"])}
    told |= {name: money(value, store) for name, value in row["amounts"].items()}
    lists = ("discountLines", "shippingLines", "fulfillments", "formSubmission", "internalNotes")
    return told | {name: array(row[name], store) for name in lists}


def add_order(store: Store, call: Call) -> Response:
    """POST /1.0/commerce/orders: what another system sold counts as paid."""

    def do(key: str) -> Response:
        check(call.record())
        count_import(store, call.who)
        row = imported(store, call.record())
        store.orders[row["id"]] = row
        hooks.happened(store, "order.create", {"orderId": row["id"]})
        return JSONResponse(view(store, row) | {"idempotencyKey": key}, 201)

    return once(store, call, "order", do)


def imported(store: Store, body: Row) -> Row:
    """The row of an imported order; stock is lowered last, and only when all of it can be."""
    check(body)
    lines = [_line(store, each, at) for at, each in enumerate(body["lineItems"])]
    amounts = {name: amount_of(body[name], name, store) for name in ("subtotal", "grandTotal")}
    amounts |= {name: amount_of(body[name], name, store) if name in body else _ZERO for name in _OPTIONAL}
    amounts["refundedTotal"] = _ZERO
    whole = sum((Decimal(each["unitPricePaid"]["value"]) * each["quantity"] for each in lines), _ZERO)
    if whole != amounts["subtotal"]:
        raise invalid("subtotal must be the sum of the line items.")
    if body.get("inventoryBehavior", "SKIP") == "DEDUCT":
        _deduct(store, lines)
    row = blank(store) | {
        "created": moment(body["createdOn"], "createdOn"), "channel": "external", "channelName": body["channelName"],
        "externalOrderReference": body["externalOrderReference"], "fulfillments": body["fulfillments"],
        "fulfillmentStatus": body.get("fulfillmentStatus", "PENDING"), "fulfilledOn": body.get("fulfilledOn"),
        "priceTaxInterpretation": body["priceTaxInterpretation"], "lineItems": lines, "amounts": amounts,
        "discountLines": [_discount(store, each) for each in body.get("discountLines") or ()],
        "shippingLines": list(body.get("shippingLines") or ()), "customerEmail": body.get("customerEmail"),
        "billingAddress": body.get("billingAddress"), "shippingAddress": body.get("shippingAddress"),
        "listed": store.now() + timedelta(seconds=store.switches.listed_after),
    }  # fmt: skip
    _known_shopper(store, row)
    _tell_shopper(store, row, body)
    return row


def check(body: Row) -> None:
    """What is refused before anything is counted or changed."""
    for name in _NEEDED:
        if body.get(name) is None:
            raise missing(name)
    for name, most in _LONGEST.items():
        if not 0 < len(str(body[name])) <= most:
            raise invalid(f"{name} may have {most} characters.")
    if not body["lineItems"]:
        raise missing("lineItems")
    if body["priceTaxInterpretation"] not in ("INCLUSIVE", "EXCLUSIVE"):
        raise invalid("priceTaxInterpretation is not known.")
    if len(body.get("shippingLines") or ()) > 1:
        raise invalid("At most one shipping line.")
    if body.get("fulfillmentStatus") == "FULFILLED" and not body.get("fulfilledOn"):
        raise missing("fulfilledOn")


def _line(store: Store, body: Row, at: int) -> Row:
    quantity = body.get("quantity")
    if not isinstance(quantity, int) or not 0 < quantity <= _MOST_PIECES:
        raise invalid("quantity must be a whole number above zero.")
    price = amount_of(body.get("unitPricePaid"), "unitPricePaid", store)
    line: Row = {
        "id": f"{store.new_id()}", "lineItemType": body.get("lineItemType"), "quantity": quantity,
        "unitPricePaid": money(price, store), "customizations": None, "imageUrl": None, "weight": 0.0,
    }  # fmt: skip
    if body.get("lineItemType") == "CUSTOM":
        if not body.get("title"):
            raise missing(f"lineItems[{at}].title")
        return line | {"productName": body["title"], "variantId": None, "productId": None, "sku": None}
    if body.get("lineItemType") != "PHYSICAL_PRODUCT":
        raise invalid("lineItemType must be PHYSICAL_PRODUCT or CUSTOM.")
    found = store.variant(str(body.get("variantId")))
    if found is None or found[0]["type"] != "PHYSICAL":
        raise Refusal(404, "A product variant was not found.", "PRODUCT_VARIANT_NOT_FOUND")
    product, variant = found
    options = [{"optionName": name, "value": value} for name, value in variant["attributes"].items()]
    return line | {
        "productName": product["name"], "variantId": variant["id"], "productId": product["id"], "sku": variant["sku"],
        "variantOptions": options,
    }  # fmt: skip


def _deduct(store: Store, lines: Sequence[Row]) -> None:
    needed: dict[str, int] = {}
    for line in lines:
        if line["variantId"]:
            needed[line["variantId"]] = needed.get(line["variantId"], 0) + line["quantity"]
    chosen = [(found[1], count) for key, count in needed.items() if (found := store.variant(key))]
    if any(not variant["unlimited"] and variant["quantity"] < count for variant, count in chosen):
        raise Refusal(409, "There is not enough stock.", "INSUFFICIENT_STOCK")
    for variant, count in chosen:
        variant["quantity"] -= 0 if variant["unlimited"] else count


def _discount(store: Store, body: Row) -> Row:
    code = body.get("promoCode")
    amount = amount_of(body.get("amount"), "discountLines.amount", store)
    for row in store.discounts.values():
        if code and store.switches.counts_imported_codes and row["trigger"].get("promoCode") == code:
            row["numberOfUses"] += 1
    return {"name": body.get("name", ""), "promoCode": code, "amount": money(amount, store), "description": None}


def blank(store: Store) -> Row:
    """An order with nothing in it."""
    number = str(1041 + len(store.orders))
    return {
        "id": store.new_id(), "orderNumber": number, "created": store.now(), "modified": store.now(),
        "listed": store.now(), "channel": "web", "channelName": "Harbour Lane Outfitters", "testmode": False,
        "externalOrderReference": None, "customerEmail": None, "customerId": None, "billingAddress": None,
        "shippingAddress": None, "fulfillmentStatus": "PENDING", "fulfilledOn": None, "paymentState": "PAID",
        "priceTaxInterpretation": "INCLUSIVE", "lineItems": [], "discountLines": [], "shippingLines": [],
        "fulfillments": [], "formSubmission": [], "internalNotes": [], "amounts": {}, "shippingOptionName": None,
    }  # fmt: skip


def _known_shopper(store: Store, row: Row) -> None:
    email = str(row["customerEmail"] or "").lower()
    row["customerId"] = next((key for key, each in store.contacts.items() if each["email"].lower() == email), None)


def _tell_shopper(store: Store, row: Row, body: Row) -> None:
    told = (
        body.get("shopperFulfillmentNotificationBehavior", "SEND") == "SEND" and row["fulfillmentStatus"] != "PENDING"
    )
    if row["customerEmail"] and (told or store.switches.confirms_imports):
        store.mail(row["customerEmail"], f"Your order {row['orderNumber']}")


def fulfil(store: Store, call: Call) -> Response:
    """POST …/fulfillments."""
    row, body = _order(store, call.ids[0]), call.record()
    if "shipments" not in body or "shouldSendNotification" not in body:
        raise missing("shipments and shouldSendNotification")
    row["fulfillments"] = [*row["fulfillments"], *body["shipments"]]
    panel(store, row["id"], "FULFILLED", fulfillmentStatus="FULFILLED", fulfilledOn=iso(store.now()))
    if body["shouldSendNotification"] and row["customerEmail"]:
        store.mail(row["customerEmail"], f"Your order {row['orderNumber']} is on its way")
    return Response(status_code=204)


def panel(store: Store, order_id: str, update: str, **changes: Any) -> None:
    """What the merchant does in the panel: change an order, and whoever listens is told."""
    row = _order(store, order_id)
    back = changes.pop("refunded", None)
    row |= {**changes, "modified": store.now()}
    if back is not None:
        row["amounts"]["refundedTotal"] = back
        row["paymentState"] = "REFUNDED" if back >= row["amounts"]["grandTotal"] else row["paymentState"]
    hooks.happened(store, "order.update", {"orderId": order_id, "update": update})


def ledger_row(store: Store, row: Row) -> Row:
    """An order as the books show it. A code is only in them when its use was counted."""
    counted = store.switches.counts_imported_codes or row["channel"] != "external"
    codes = [each["promoCode"] for each in row["discountLines"] if each["promoCode"]]
    return {
        "id": row["id"], "reference": row["externalOrderReference"] or "",
        "total": f"{row['amounts']['grandTotal']:.2f}", "currency": store.currency,
        "paid": row["paymentState"] in ("PAID", "REFUNDED"), "cancelled": row["fulfillmentStatus"] == "CANCELED",
        "refunded": f"{row['amounts']['refundedTotal']:.2f}", "code": codes[0] if codes and counted else "",
    }  # fmt: skip
