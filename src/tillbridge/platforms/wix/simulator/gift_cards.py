"""The Wix Gift Card app: masked codes, debits that keep their key, a journal that names nobody; and providers' API."""

from __future__ import annotations

from decimal import Decimal

from starlette.responses import Response

from .querying import ANY, Declared, page
from .speech import Call, Refusal, Row, amount, answer, invalid, iso, money
from .state import Site

_CARDS = Declared(
    dict.fromkeys(("id", "code", "codeSuffix", "createdDate", "updatedDate", "expirationDate"), ANY),
    frozenset({"createdDate", "updatedDate", "code", "codeSuffix"}),
)
_JOURNAL = Declared(
    dict.fromkeys(("id", "createdDate", "operationType", "type"), ANY), frozenset({"createdDate", "type"})
)


def _need_app(site: Site) -> None:
    if not site.switches.gift_card_app:
        raise Refusal(428, "the Wix Gift Card app is not installed", code="APP_NOT_INSTALLED")


def _view(row: Row) -> Row:
    return {
        "id": row["id"], "code": f"****-****-****-{row['code'][-4:]}", "codeSuffix": row["code"][-4:],
        "initialValue": money(row["initial"]), "balance": money(row["balance"]), "currency": "EUR",
        "createdDate": iso(row["created"]), "updatedDate": iso(row["updated"]), "source": "MANUAL",
        "disabledDate": iso(row["disabled"]) if row["disabled"] else None,
    }  # fmt: skip


def list_cards(site: Site, call: Call) -> Response:
    """POST /gift-cards/v1/gift-cards/query: the filter sees full codes, the answer masks them."""
    _need_app(site)
    full = [_view(row) | {"code": row["code"]} for row in site.cards.values()]
    rows, meta = page(call.body, "query", full, _CARDS)
    return answer({"giftCards": [_view(site.cards[row["id"]]) for row in rows], "pagingMetadata": meta})


def _card(site: Site, key: str) -> Row:
    _need_app(site)
    row = site.cards.get(key)
    if row is None:
        raise Refusal(404, "gift card not found", code="GIFT_CARD_NOT_FOUND")
    return row


def get_card(site: Site, call: Call) -> Response:
    """GET /gift-cards/v1/gift-cards/{id}."""
    return answer({"giftCard": _view(_card(site, call.ids[0]))})


def decrease(site: Site, call: Call) -> Response:
    """POST …/decrease-balance."""
    return _book(site, call, -1)


def increase(site: Site, call: Call) -> Response:
    """POST …/increase-balance."""
    return _book(site, call, 1)


def _book(site: Site, call: Call, sign: int) -> Response:
    """A key that was seen answers as it did the first time, and books nothing."""
    row, wanted = _card(site, call.ids[0]), amount(call.body.get("amount"), "amount")
    key = str(call.body.get("idempotencyKey") or "")
    if len(key) > 100:
        raise invalid("idempotencyKey", "is longer than 100 characters", "MAX_LENGTH")
    if key and key in row["keys"]:
        return answer(row["keys"][key])
    if sign < 0 and row["disabled"]:
        raise Refusal(428, "the card is disabled", code="GIFT_CARD_DISABLED")
    if sign < 0 and wanted > row["balance"]:
        raise Refusal(428, "the card holds less", code="INSUFFICIENT_FUNDS")
    told = {"balance": money(_move(site, row, sign * wanted, "MANUAL")), "currency": "EUR"}
    if key:
        row["keys"][key] = told
    return answer(told)


def _move(site: Site, row: Row, change: Decimal, kind: str) -> Decimal:
    row["balance"] += change
    row["updated"] = site.now()
    row["journal"].append({
        "id": site.new_id("transaction"), "createdDate": iso(site.now()), "type": kind, "giftCardId": row["id"],
        "amount": money(abs(change)), "updatedBalance": money(row["balance"]),
        "operationType": "ADD" if change > 0 else "SUBTRACT",
    })  # fmt: skip
    balance: Decimal = row["balance"]
    return balance


def list_journal(site: Site, call: Call) -> Response:
    """POST …/transactions/query."""
    rows, meta = page(call.body, "query", _card(site, call.ids[0])["journal"], _JOURNAL)
    return answer({"transactions": rows, "pagingMetadata": meta})


def _by_code(site: Site, code: str) -> Row:
    row = next((each for each in site.cards.values() if each["code"] == code), None)
    if row is None:
        raise Refusal(404, "gift card not found", code="GIFT_CARD_NOT_FOUND")
    return row


def provider_balance(site: Site, call: Call) -> Response:
    """POST /ecom/v1/gift-cards/{code}."""
    row = _by_code(site, call.ids[0])
    balance = {"value": f"{row['balance']:.2f}", "currency": "EUR"}
    state = "DISABLED" if row["disabled"] else "VALID"
    return answer({"giftCard": {"obfuscatedCode": _view(row)["code"], "balance": balance, "status": state}})


def provider_redeem(site: Site, call: Call) -> Response:
    """POST /ecom/v1/gift-cards/redeem: without any key, so twice is twice."""
    row, told = _by_code(site, str(call.body.get("code"))), call.record("amount")
    wanted = Decimal(str(told.get("value", "0")))
    if told.get("currency") != "EUR":
        raise Refusal(400, "another currency", code="CURRENCY_NOT_SUPPORTED")
    if wanted > row["balance"] or row["disabled"]:
        code = "GIFT_CARD_DISABLED" if row["disabled"] else "INSUFFICIENT_FUNDS"
        raise Refusal(428, "the card cannot pay this", code=code)
    _move(site, row, -wanted, "REDEEM")
    return answer({"transactionId": row["journal"][-1]["id"]})


def provider_void(site: Site, call: Call) -> Response:
    """POST /ecom/v1/gift-cards/void."""
    wanted = call.body.get("transactionId")
    for row in site.cards.values():
        found = next((each for each in row["journal"] if each["id"] == wanted and each["type"] == "REDEEM"), None)
        if found is None:
            continue
        if found.get("voided"):
            raise Refusal(409, "voided already", code="ALREADY_VOIDED")
        found["voided"] = True
        _move(site, row, Decimal(found["amount"]["amount"]), "VOID")
        return answer({"remainingBalance": f"{row['balance']:.2f}", "currencyCode": "EUR"})
    raise Refusal(404, "no such transaction", code="TRANSACTION_NOT_FOUND")
