"""A sale as the variables of ``OrderCreate``, pure: what the till sold stands to the cent, and no mail goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tillbridge.domain.customers import Address, Customer
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.money import Money, share
from tillbridge.domain.orders import AppliedDiscount, LineKind, Order, OrderLine, TenderKind
from tillbridge.domain.stock import StockEffect
from tillbridge.platforms.shopify import marks, spec
from tillbridge.platforms.shopify.codes import code_form
from tillbridge.platforms.writing import is_whole, moment

_GATEWAYS = {
    TenderKind.CASH: "POS cash",
    TenderKind.CARD: "POS card",
    TenderKind.GIFT_CARD: "gift card",
    TenderKind.EXCHANGE: "Exchange",
}
_CUSTOMER_ID = "gid://shopify/Customer/"

Json = dict[str, Any]


def order_variables(order: Order, location_id: str) -> Json:
    """``order`` and ``options``. Without a location Shopify's stock is left alone.

    Raises InvalidInput for a return: Shopify books those as refunds.
    """
    code = code_form(order)
    body: Json = {
        "currency": order.currency,
        "processedAt": moment(order.sold_at),
        "sourceName": spec.SOURCE_NAME,
        "sourceIdentifier": order.reference,
        "poNumber": order.receipt,
        "tags": ["pos", "tillbridge"],
        "note": _note(order, counted=code is not None),
        "taxesIncluded": order.prices_include_tax,
        "financialStatus": "PAID",
        "fulfillmentStatus": "FULFILLED",
        "lineItems": [part for line in _goods(order) for part in _parts(line, order, priced_net=code is None)],
        "shippingLines": [_shipping(line, order) for line in order.lines if line.kind is LineKind.SHIPPING],
        "transactions": _transactions(order, location_id),
        "customAttributes": _marks(order, location_id, counted=code is not None),
        "metafields": [{
            "namespace": spec.METAFIELD_NAMESPACE, "key": spec.METAFIELD_KEY, "type": "id", "value": order.reference,
        }],
        **_people(order),
    }  # fmt: skip
    if code is not None:
        body["discountCode"] = code
    if location_id:
        body["fulfillment"] = {"locationId": location_id, "notifyCustomer": False}
    behaviour = "DECREMENT_IGNORING_POLICY" if location_id else "BYPASS"
    options = {"inventoryBehaviour": behaviour, "sendReceipt": False, "sendFulfillmentReceipt": False}
    return {"order": body, "options": options}


def stock_effect(order: Order, location_id: str) -> StockEffect:
    """What the create does to Shopify's stock. Weighed goods go out without variant: Shopify counts whole units."""
    linked = [line for line in _goods(order) if line.listing is not None]
    whole = [line for line in linked if is_whole(line.quantity)]
    if not location_id or not whole:
        return StockEffect.NOT_LOWERED
    return StockEffect.LOWERED if len(whole) == len(linked) else StockEffect.UNKNOWN


def money_bag(value: Money) -> Json:
    return {"shopMoney": {"amount": str(value.amount), "currencyCode": value.currency}}


def _goods(order: Order) -> Iterator[OrderLine]:
    for line in order.lines:
        if line.quantity <= 0:
            raise InvalidInput(
                field=f"line {line.id} quantity", reason="a return is booked as a refund, not as an order"
            )
        if line.kind is not LineKind.SHIPPING:
            yield line


def _charged(line: OrderLine, order: Order, *, priced_net: bool) -> Money:
    """The line's worth in the order's tax mode, after discounts unless the code takes them off."""
    if not priced_net:
        return line.subtotal
    return line.gross if order.prices_include_tax else line.net


def _parts(line: OrderLine, order: Order, *, priced_net: bool) -> list[Json]:
    """The line, in two parts where its worth does not divide into equal unit prices."""
    worth = _charged(line, order, priced_net=priced_net)
    count = int(line.quantity) if is_whole(line.quantity) else 1
    unit, dearer = divmod(worth.minor, count)
    split = [(unit + 1, dearer), (unit, count - dearer)]
    sizes = [(Money.of_minor(price, order.currency), number) for price, number in split if number]
    weights = [price.minor * number for price, number in sizes]
    shares = [share(tax.amount, weights if any(weights) else [1] * len(weights)) for tax in line.taxes]
    return [
        _part(line, order, price, number, [each[at] for each in shares]) for at, (price, number) in enumerate(sizes)
    ]


def _part(line: OrderLine, order: Order, price: Money, quantity: int, taxes: list[Money]) -> Json:
    whole = is_whole(line.quantity)
    part: Json = {
        "quantity": quantity,
        "priceSet": money_bag(price),
        "requiresShipping": False,
        "taxable": line.kind is not LineKind.GIFT_CARD,
        "taxLines": _tax_lines(line, taxes),
        "properties": [{"name": marks.LINE, "value": line.id}],
    }
    if line.listing is not None and whole:
        return part | {"variantId": line.listing.external_variant_id}
    title = line.title if whole else f"{line.title} {_plain(line.quantity)} {line.unit}".rstrip()
    return part | {"title": title} | ({"sku": line.sku} if line.sku else {})


def _plain(quantity: Decimal) -> str:
    return f"{quantity.normalize():f}"


def _tax_lines(line: OrderLine, amounts: list[Money]) -> list[Json]:
    return [
        {"title": tax.name, "rate": _plain(tax.rate), "priceSet": money_bag(amount)}
        for tax, amount in zip(line.taxes, amounts, strict=True)
    ]


def _shipping(line: OrderLine, order: Order) -> Json:
    return {
        "title": line.title,
        "priceSet": money_bag(_charged(line, order, priced_net=True)),
        "taxLines": _tax_lines(line, [tax.amount for tax in line.taxes]),
    }


def _transactions(order: Order, location_id: str) -> list[Json]:
    """One per tender, together exactly the order's total: cash rounding down is a payment of the shop itself,
    cash rounding up stays in the till."""
    surplus = max(order.totals.rounding, Money.zero(order.currency))
    paid: list[tuple[str, Money]] = []
    for tender in sorted(order.tenders, key=lambda each: each.kind is not TenderKind.CASH):
        kept = min(surplus, tender.amount)
        surplus -= kept
        paid.append((_GATEWAYS.get(tender.kind, tender.title or "POS"), tender.amount - kept))
    if order.totals.rounding < Money.zero(order.currency):
        paid.append((marks.ROUNDING, -order.totals.rounding))
    place = {"locationId": location_id} if location_id else {}
    return [
        {
            "kind": "SALE", "status": "SUCCESS", "gateway": gateway, "amountSet": money_bag(amount),
            "processedAt": moment(order.sold_at), **place,
        }
        for gateway, amount in paid
        if amount.minor > 0
    ]  # fmt: skip


def _all_discounts(order: Order) -> list[AppliedDiscount]:
    """Those of the whole sale, then those of single lines; a line also names its shares of the sale's."""
    known = {_rule(each) for each in order.discounts}
    own = [each for line in order.lines for each in line.discounts if _rule(each) not in known]
    return [*order.discounts, *own]


def _rule(discount: AppliedDiscount) -> tuple[str, str, str, Decimal]:
    return discount.title, discount.code, discount.type, discount.value


def _marks(order: Order, location_id: str, *, counted: bool) -> list[Json]:
    found = _all_discounts(order)
    codes = dict.fromkeys(each.code for each in found if each.code)
    pairs = {
        marks.RECEIPT: order.receipt,
        marks.TILL: order.till,
        marks.STOCK: stock_effect(order, location_id).value,
        marks.LOCATION: location_id,
        marks.DISCOUNTS: "" if counted else "; ".join(f"{each.title or each.code} -{each.amount}" for each in found),
        marks.CODES: "" if counted else ", ".join(codes),
        marks.ROUNDING: str(order.totals.rounding) if order.totals.rounding else "",
    }
    return [{"key": key, "value": value} for key, value in pairs.items() if value]


def _note(order: Order, *, counted: bool) -> str:
    codes = dict.fromkeys(each.code for each in _all_discounts(order) if each.code)
    said = [f"Till {order.till}, receipt {order.receipt}", order.note]
    if codes and not counted:
        said.append(f"Code honoured at the till, not counted as used: {', '.join(codes)}")
    who = order.customer
    if who is not None and not (who.email or who.phone) and (who.first_name or who.last_name):
        said.append(f"Customer: {who.first_name} {who.last_name}".strip())
    return "\n".join(each for each in said if each)


def _people(order: Order) -> Json:
    found: Json = {}
    if order.customer is not None and (customer := _customer(order.customer)):
        found["customer"] = customer
        if order.customer.email:
            found["email"] = order.customer.email
    for key, where in (("billingAddress", order.billing), ("shippingAddress", order.shipping)):
        if where is not None and (address := address_input(where)):
            found[key] = address
    return found


def _customer(customer: Customer) -> Json | None:
    if customer.external_id.startswith(_CUSTOMER_ID):
        return {"toAssociate": {"id": customer.external_id}}
    values = {
        "email": customer.email.strip().lower(), "phone": customer.phone if not customer.email else "",
        "firstName": customer.first_name, "lastName": customer.last_name,
    }  # fmt: skip
    return {"toUpsert": _filled(values)} if customer.email or customer.phone else None


def address_input(address: Address) -> Json:
    """A ``MailingAddressInput`` with what is known."""
    return _filled({
        "firstName": address.first_name, "lastName": address.last_name, "company": address.company,
        "address1": address.line1, "address2": address.line2, "city": address.city, "zip": address.postcode,
        "provinceCode": address.region, "countryCode": address.country, "phone": address.phone,
    })  # fmt: skip


def _filled(values: Mapping[str, str]) -> Json:
    return {key: value for key, value in values.items() if value}
