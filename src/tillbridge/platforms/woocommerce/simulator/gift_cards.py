"""PW Gift Cards: balance by number, relative or absolute changes with an activity log, its own error form."""

from __future__ import annotations

from decimal import Decimal

from .php import number, shown
from .routing import CREATE, EDIT, READ, Route, route
from .state import Shop
from .wordpress import Answer, Call, RestError, Row

_NO_ROUTE = "No route was found matching the URL and request method."


class CardError(RestError):
    """A WP_Error without status: HTTP 500 and no data."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, 500)
        self.data = None


def _present(shop: Shop) -> None:
    if not shop.switches.gift_cards:
        raise RestError("rest_no_route", _NO_ROUTE, 404)


def card_view(row: Row) -> Row:
    """A card in the texts of its table."""
    view: Row = {
        "pimwick_gift_card_id": str(row["id"]),
        "number": row["number"],
        "active": "1" if row["active"] else "0",
    }
    view |= {name: row[name] for name in ("create_date", "expiration_date", "recipient_email")}
    return view | {"balance": shown(row["balance"], 2)}


def add_card(shop: Shop, card: str, balance: Decimal, expires: str | None = None, *, active: bool = True) -> Row:
    """Put a card into the table."""
    row: Row = {"id": next(shop.ids.cards), "number": card, "active": active, "balance": balance, "activity": []}
    row |= {"create_date": shop.stamp().replace("T", " "), "expiration_date": expires, "recipient_email": None}
    shop.cards[row["id"]] = row
    _log(shop, row, "create", balance, "")
    return row


def _log(shop: Shop, row: Row, action: str, amount: Decimal, note: str) -> None:
    entry: Row = {"pimwick_gift_card_activity_id": str(len(row["activity"]) + 1), "action": action, "note": note}
    entry |= {"activity_date": shop.stamp().replace("T", " "), "amount": shown(amount, 2), "user_id": "1"}
    row["activity"].insert(0, entry | {"reference_activity_id": None})


def find_cards(shop: Shop, call: Call) -> Answer:
    """GET ?number=: [] for an unknown or inactive card; expiry is told, not enforced."""
    _present(shop)
    wanted = call.text("number").strip().upper()
    rows = [row for row in shop.cards.values() if row["active"] and (not wanted or row["number"] == wanted)]
    return Answer([card_view(row) for row in rows])


def _card(shop: Shop, call: Call) -> Row:
    row = shop.cards.get(call.whole("id"))
    if row is None:
        raise CardError("001", "Gift card not found.")
    return row


def _whole(row: Row) -> Row:
    return {"gift_card": card_view(row), "activity": row["activity"]}


def get_card(shop: Shop, call: Call) -> Answer:
    """GET one with its activity."""
    _present(shop)
    if not shop.switches.gift_card_by_id:
        raise RestError("rest_no_route", _NO_ROUTE, 404)
    return Answer(_whole(_card(shop, call)))


def edit_card(shop: Shop, call: Call) -> Answer:
    """PUT amount (relative) or balance (absolute). A relative debit is not checked against the balance."""
    _present(shop)
    row = _card(shop, call)
    note = call.text("note")
    if call.params.get("amount") is not None:
        amount = number(call.params["amount"])
        row["balance"] += amount
        _log(shop, row, "transaction", amount, note)
    elif call.params.get("balance") is not None:
        wanted = number(call.params["balance"])
        if wanted < 0:
            raise CardError("004", "Balance cannot be negative.")
        _log(shop, row, "transaction", wanted - row["balance"], note)
        row["balance"] = wanted
    if call.params.get("expiration_date") is not None:
        row["expiration_date"] = call.text("expiration_date") or None
    return Answer(_whole(row))


def create_card(shop: Shop, call: Call) -> Answer:
    """POST a new card; without a number the shop makes one up."""
    _present(shop)
    wanted = call.text("number").strip().upper()
    if any(row["number"] == wanted for row in shop.cards.values()):
        raise CardError("003", "Gift card number already exists.")
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    made = wanted or "-".join(shop.token(4, letters) for _ in range(4))
    row = add_card(shop, made, number(call.params.get("amount") or 0), call.text("expiration_date") or None)
    row["activity"][0]["note"] = call.text("note")
    return Answer([card_view(row)])


_PATH = "/wc-pimwick/v1/pw-gift-cards"
ROUTES: list[Route] = [
    route(READ, _PATH, find_cards, {}, "list"),
    route(CREATE, _PATH, create_card, {}, "create"),
    route(READ, f"{_PATH}/{{id}}", get_card, {}, "view"),
    route(EDIT, f"{_PATH}/{{id}}", edit_card, {}, "edit"),
]
