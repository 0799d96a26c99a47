"""Orders as apps make them: nothing is reckoned, nothing tried against the catalogue, and twice is twice."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from tillbridge.training import demo_shop

from . import contacts
from .order_view import view
from .querying import ANY, EQUAL, SOME, Declared, page
from .speech import Call, Refusal, Row, amount, answer, guid, invalid, moment, must_be_guid
from .state import STORES_APP, Site, paid_so_far

ORDERS = Declared(
    {
        **dict.fromkeys(("channelInfo.type", "fulfillmentStatus", "paymentStatus", "status"), EQUAL),
        **dict.fromkeys(("createdDate", "updatedDate", "purchasedDate", "number", "buyerInfo.email"), ANY),
        **dict.fromkeys(("id", "buyerInfo.contactId", "channelInfo.externalOrderId", "checkoutId"), EQUAL),
        **dict.fromkeys(("archived", "imported"), ANY),
        "lineItems.catalogReference.catalogItemId": SOME,
    },
    frozenset({"createdDate", "updatedDate", "purchasedDate", "number", "status", "paymentStatus"}),
)
_HIDDEN = ("PENDING", "REJECTED")
_MOST_LINES = 300


def order_of(site: Site, key: str) -> Row:
    """An order by its id, whatever its status."""
    row = site.orders.get(key)
    if row is None:
        raise Refusal(404, "order not found", code="ORDER_NOT_FOUND")
    return row


def get_order(site: Site, call: Call) -> Response:
    """GET /ecom/v1/orders/{id}."""
    return answer({"order": view(site, order_of(site, call.ids[0]))})


def search(site: Site, call: Call) -> Response:
    """POST /ecom/v1/orders/search: an index. Pending ones are shown when asked for, unfinished ones never."""
    asked = call.body.get("search") or {}
    by_status = "status" in (asked.get("filter") or {})
    due = site.now() - timedelta(seconds=site.switches.search_lag)
    rows = [
        view(site, row)
        for row in site.orders.values()
        if row["status"] != "INITIALIZED" and (by_status or row["status"] not in _HIDDEN) and row["created"] <= due
    ]
    found, meta = page(call.body, "search", rows, ORDERS)
    return answer({"orders": found, "metadata": meta})


def create(site: Site, call: Call) -> Response:
    """POST /ecom/v1/orders. Mails go out unless both are switched off."""
    given = call.record("order")
    row = make(site, given)
    told = (call.body.get("settings") or {}).get("notifications") or {}
    email = row["buyer"].get("email")
    if email:
        _know(site, row, email)
    if told.get("sendNotificationToBuyer") is not False and email:
        site.mail(email, f"Thank you for order {row['number']}")
    if told.get("sendNotificationsToBusiness") is not False:
        site.mail(demo_shop.OWNER, f"New order {row['number']}")
    site.happened("wix.ecom.v1.order_created", "created", row["id"], view(site, row))
    settle(site, row)
    return answer({"order": view(site, row)})


def _know(site: Site, row: Row, email: str) -> None:
    """A normal order makes a contact of its buyer."""
    known = contacts.by_email(site, email)
    if known is None:
        person = row["billing"].get("contactDetails") or {}
        name = {"first": person.get("firstName"), "last": person.get("lastName")}
        known = contacts.make(site, {"name": name}, email.lower())
    row["buyer"]["contactId"] = known["id"]


def make(site: Site, given: Row) -> Row:
    """The row of a new order; the totals given stand."""
    _check(site, given)
    lines = [_line(each, at) for at, each in enumerate(given["lineItems"])]
    summary = given["priceSummary"]
    money = {name: amount(value, f"order.priceSummary.{name}") for name, value in summary.items()}
    row: Row = {
        "id": site.new_id("order"), "number": str(next(site.order_numbers)), "created": site.now(),
        "updated": site.now(), "purchased": given.get("purchasedDate"), "channel": dict(given["channelInfo"]),
        "lines": lines, "summary": money, "currency": given.get("currency", demo_shop.CURRENCY),
        "with_tax": bool(given.get("taxIncludedInPrices")), "tax": given.get("taxInfo") or {},
        "discounts": given.get("appliedDiscounts") or [], "buyer": dict(given.get("buyerInfo") or {}),
        "billing": given.get("billingInfo") or {}, "recipient": given.get("recipientInfo") or {},
        "note": given.get("buyerNote", ""), "fields": given.get("customFields") or [], "payments": [], "refunds": [],
        "handed_over": {}, "status": "INITIALIZED", "lowered": False, "imported": False,
        "shipping": given.get("shippingInfo"), "revision": 1,
    }  # fmt: skip
    offline = all(each["offline"] for each in lines)
    if offline or not money["total"]:
        row["status"] = "APPROVED"
    site.orders[row["id"]] = row
    return row


def _check(site: Site, given: Row) -> None:
    for name in ("channelInfo", "priceSummary", "lineItems"):
        if not given.get(name):
            raise invalid(f"order.{name}", "must not be empty", "REQUIRED_FIELD")
    if len(given["lineItems"]) > _MOST_LINES:
        raise invalid("order.lineItems", f"has more than {_MOST_LINES} rows", "MAX_ITEMS")
    if not given["channelInfo"].get("type"):
        raise invalid("order.channelInfo.type", "must not be empty", "REQUIRED_FIELD")
    at = given.get("purchasedDate")
    if at is not None and moment(at, "order.purchasedDate") > site.now():
        words = "the date of purchase is in the future"
        raise Refusal(400, words, code="PURCHASED_DATE_CANNOT_BE_IN_FUTURE")


def _line(given: Row, at: int) -> Row:
    where = f"order.lineItems[{at}]"
    for name in ("quantity", "price", "itemType"):
        if not given.get(name):
            raise invalid(f"{where}.{name}", "must not be empty", "REQUIRED_FIELD")
    if not (given.get("productName") or {}).get("original"):
        raise invalid(f"{where}.productName.original", "must not be empty", "REQUIRED_FIELD")
    if not isinstance(given["quantity"], int) or given["quantity"] < 1:
        raise invalid(f"{where}.quantity", "must be a whole number above zero", "MIN")
    amount(given["price"], f"{where}.price")
    key = must_be_guid(given["id"], f"{where}.id") if given.get("id") else guid(f"line:{at}:{given['productName']}")
    offline = given.get("paymentOption", "FULL_PAYMENT_ONLINE") == "FULL_PAYMENT_OFFLINE"
    return {"id": key, "given": given, "quantity": given["quantity"], "refunded": 0, "restocked": 0,
            "offline": offline}  # fmt: skip


def settle(site: Site, row: Row) -> None:
    """What follows from an order's state: approval once paid, and stock by the site's trigger."""
    paid = paid_so_far(row) >= row["summary"]["total"]
    if row["status"] == "INITIALIZED" and paid:
        row["status"] = "APPROVED"
    due = row["status"] == "APPROVED" and (site.switches.trigger == "ON_ORDER_PLACED" or paid)
    if due and not row["lowered"] and not row["imported"] and site.switches.api_orders_move_stock:
        row["lowered"] = True
        move_goods(site, ((each, -each["quantity"]) for each in row["lines"]))


def move_goods(site: Site, rows: Iterable[tuple[Row, int]]) -> None:
    """Stock of the shop's own goods at the default location."""
    for line, delta in rows:
        reference = line["given"].get("catalogReference") or {}
        if reference.get("appId") != STORES_APP:
            continue
        variant = (reference.get("options") or {}).get("variantId", "")
        item = site.item(reference.get("catalogItemId", ""), variant, site.home)
        if item is not None and delta:
            site.move(item, delta)


def cancel(site: Site, call: Call) -> Response:
    """POST /ecom/v1/orders/{id}/cancel; mails unless told not to."""
    row = order_of(site, call.ids[0])
    if row["status"] in _HIDDEN:
        raise Refusal(428, f"the order is {row['status'].lower()}", code=f"ORDER_IS_{row['status']}")
    if row["status"] != "CANCELED":
        row["status"] = "CANCELED"
        if call.body.get("restockAllItems") and row["lowered"]:
            move_goods(site, ((each, each["quantity"] - each["restocked"]) for each in row["lines"]))
        site.touch(row)
        site.happened("wix.ecom.v1.order_canceled", "canceled", row["id"], view(site, row))
        email = row["buyer"].get("email")
        if email and call.body.get("sendOrderCanceledEmail") is not False:
            site.mail(email, f"Order {row['number']} was cancelled")
    return answer({"order": view(site, row)})


def hand_over(site: Site, call: Call) -> Response:
    """POST /ecom/v1/fulfillments/orders/{id}/create-fulfillment; the buyer is mailed, if there is an address."""
    row, given = order_of(site, call.ids[0]), call.record("fulfillment")
    lines = {each["id"]: each for each in row["lines"]}
    taken = dict(row["handed_over"])
    for each in given.get("lineItems") or ():
        line = lines.get(str(each.get("id")))
        if line is None:
            raise Refusal(404, "the order has no such line", code="LINE_ITEM_NOT_FOUND")
        taken[line["id"]] = taken.get(line["id"], 0) + each.get("quantity", line["quantity"])
        if taken[line["id"]] > line["quantity"]:
            raise Refusal(400, "more than the line has", code="INVALID_LINE_ITEM_QUANTITY")
    row["handed_over"] = taken
    site.touch(row)
    if email := row["buyer"].get("email"):
        site.mail(email, f"Order {row['number']} is on its way")
    return answer({"fulfillmentId": site.new_id("fulfillment")})


def import_order(site: Site, call: Call) -> Response:
    """POST /ecom/v1/orders/import: kept as sent, without mail, stock or contact; by id it is written over."""
    given: Any = call.record("order")
    for name in ("billingInfo", "paymentStatus", "status"):
        if not given.get(name):
            raise invalid(f"order.{name}", "must not be empty", "REQUIRED_FIELD")
    old = site.orders.get(str(given.get("id")))
    if old is not None and not old["imported"]:
        raise Refusal(409, "the order was not imported", code="CANNOT_OVERWRITE_NON_IMPORTED_ORDER")
    row = make(site, given)
    row |= {"status": given["status"], "imported": True, "stated_payment": given["paymentStatus"]}
    if old is not None:
        del site.orders[row["id"]]
        row |= {"id": old["id"], "created": old["created"], "number": old["number"]}
        site.orders[old["id"]] = row
    row["number"] = str(given.get("number") or row["number"])
    site.happened("wix.ecom.v1.order_imported", "imported", row["id"], view(site, row))
    return answer({"order": view(site, row)})
