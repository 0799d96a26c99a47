"""Lists as API Platform answers them: a page, its neighbours, and the filters it would have taken."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from .http import ApiError, Call, Reply
from .state import Row

_PAGE_SIZE = 30
_SPECIAL = {"channel": "channels", "catalogPromotion": None, "localeCode for order[translation.name]": "localeCode"}

FILTERS: dict[str, str] = {
    "products": "code,translations.name,productTaxons.taxon.code,productTaxons.taxon.code[],mainTaxon.code,"
    "mainTaxon.code[],channel,order[translation.name],localeCode for order[translation.name],order[code],"
    "order[createdAt]",
    "product-variants": "order[position],product,product[],code,translations.name,catalogPromotion",
    "product-options": "code,translations.name",
    "orders": "channel.code,currencyCode,currencyCode[],customer.id,customer.id[],items.productName,"
    "items.productName[],shipments.method.code,shipments.method.code[],items.variant.translations.name,"
    "items.variant.translations.name[],checkoutCompletedAt[before],checkoutCompletedAt[strictly_before],"
    "checkoutCompletedAt[after],checkoutCompletedAt[strictly_after],total[between],total[gt],total[gte],total[lt],"
    "total[lte],order[number]",
    "customers": "email,firstName,lastName,group.name,group.name[],order[createdAt],order[email],order[firstName],"
    "order[lastName]",
    "promotions": "coupons.code,coupons.code[],order[priority],exists[archivedAt]",
    "payments": "state,state[],order.channel.code,order.channel.code[],order[createdAt]",
    "locales": "code",
    "images": "productVariants,productVariants[],productVariants.code,productVariants.code[]",
    "payment-methods": "order[code],order[translation.name],localeCode for order[translation.name],translations.name,"
    "code,enabled",
    "shipping-methods": "exists[archivedAt],order[code],order[translation.name],localeCode for order[translation.name]",
    "tax-rates": "startDate[before],startDate[strictly_before],startDate[after],startDate[strictly_after],"
    "endDate[before],endDate[strictly_before],endDate[after],endDate[strictly_after]",
}


def listed(
    call: Call, noun: str, rows: Sequence[Row], view: Callable[[Row], Row], filters: str = "", *, paged: bool = True
) -> Reply:
    """One page of rows; ``noun`` names the resource, ``filters`` the list of FILTERS it takes."""
    size, page = _size(call), _page(call)
    shown = rows[(page - 1) * size : page * size] if paged else rows
    body: Row = {
        "@context": f"/api/v2/contexts/{noun}",
        "@id": call.path,
        "@type": "hydra:Collection",
        "hydra:totalItems": len(rows),
        "hydra:member": [view(row) for row in shown],
    }
    pages = max(1, math.ceil(len(rows) / size)) if paged else 1
    if call.query:
        body["hydra:view"] = _view(call, page, pages)
    if filters:
        body["hydra:search"] = _search(call.path, FILTERS[filters])
    return Reply(body)


def _page(call: Call) -> int:
    text = call.first("page") or "1"
    if not text.lstrip("-").isdigit() or int(text) < 1:
        raise ApiError(400, "Page should not be less than 1")
    return int(text)


def _size(call: Call) -> int:
    text = call.first("itemsPerPage") or str(_PAGE_SIZE)
    return max(1, int(text)) if text.isdigit() else _PAGE_SIZE


def _view(call: Call, page: int, pages: int) -> Row:
    """Where this page is. The shop sorts the names and puts the page last."""
    pairs = sorted((name, value) for name, value in call.query if name != "page")

    def at(number: int | None) -> str:
        shown = [*pairs, ("page", str(number))] if number is not None else pairs
        return f"{call.path}?" + "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in shown)

    found: Row = {"@id": at(page if pages > 1 else None), "@type": "hydra:PartialCollectionView"}
    if pages > 1:
        found |= {"hydra:first": at(1), "hydra:last": at(pages)}
        if page > 1:
            found["hydra:previous"] = at(page - 1)
        if page < pages:
            found["hydra:next"] = at(page + 1)
    return found


def _search(path: str, names: str) -> Row:
    mapping = [
        {"@type": "IriTemplateMapping", "variable": name, "property": _property(name), "required": False}
        for name in names.split(",")
    ]
    return {
        "@type": "hydra:IriTemplate",
        "hydra:template": f"{path}{{?{names}}}",
        "hydra:variableRepresentation": "BasicRepresentation",
        "hydra:mapping": mapping,
    }


def _property(name: str) -> str | None:
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name.startswith(("order[", "exists[")):
        return name.partition("[")[2].removesuffix("]").partition(".")[0]
    return name.partition("[")[0]


def partly(rows: Sequence[Row], name: str, wanted: str | None) -> list[Row]:
    """Rows whose text holds the wanted part, whatever the case."""
    if not wanted:
        return list(rows)
    return [row for row in rows if wanted.lower() in str(row.get(name) or "").lower()]


def ordered(call: Call, rows: Sequence[Row], names: Sequence[str], default: str = "") -> list[Row]:
    """Sorted by ``order[name]``, else by the default; one with a minus goes down."""
    found = list(rows)
    if default:
        found.sort(key=lambda row: _weight(row[default.lstrip("-")]), reverse=default.startswith("-"))
    for name in names:
        if direction := call.first(f"order[{name}]"):
            found.sort(key=lambda row: (row[name] is not None, _weight(row[name])), reverse=direction.lower() == "desc")
    return found


def _weight(value: Any) -> Any:
    """As the shop's database sorts texts: capitals are no difference, and a dash goes before letters."""
    return value.lower().replace("_", " ") if isinstance(value, str) else value
