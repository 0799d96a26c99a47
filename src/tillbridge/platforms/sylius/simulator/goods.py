"""Products, variants, options and images as staff write and read them; prices and stock are the variants'."""

from __future__ import annotations

from typing import Any

from .collections import listed, ordered, partly
from .http import ApiError, Call, Reply, context, invalid, not_found
from .state import ADMIN, Row, Shop, last_part

_BLANK = "c1051bb4-d103-4f74-8988-acbcafc7fdc3"
_TAKEN = "23bd9dbf-6b9b-41cd-a99e-4844bcf3077f"
_TYPES = {"onHand": (int, "int"), "tracked": (bool, "bool"), "enabled": (bool, "bool"), "code": (str, "string")}
_PHP = {str: "string", float: "double", bool: "bool", int: "int", list: "array", dict: "array"}


def product_list(call: Call) -> Reply:
    """Filters by part of a code or name; nothing filters by change."""
    rows = partly(list(call.shop.products.values()), "code", call.first("code"))
    rows = partly(rows, "name", call.first("translations.name"))
    rows = ordered(call, rows, ("code", "createdAt"), default="code")
    return listed(call, "Product", rows, lambda row: product_view(call.shop, row), "products")


def product_view(shop: Shop, row: Row) -> Row:
    """A product with its images in place and everything else as links."""
    at = f"{ADMIN}/products/{row['code']}"
    mine = [each for each in shop.variants.values() if each["product"] == row["code"]]
    mine.sort(key=lambda each: each["position"])
    words = {name: row.get(name) for name in ("name", "slug", "description", "metaKeywords", "metaDescription")}
    told: Row = {"@id": f"{at}/translations/{shop.locale}", "@type": "ProductTranslation"}
    told |= {"shortDescription": None, "id": row["id"], **words}
    attributes = [
        {
            "@id": f"{ADMIN}/product-attribute-values/{row['id']}",
            "@type": "ProductAttributeValue",
            "id": row["id"],
            "attribute": f"{ADMIN}/product-attributes/{name}",
            "localeCode": None,
            "value": value,
        }
        for name, value in row["attributes"].items()
    ]
    return {
        "@id": at,
        "@type": "Product",
        "variantSelectionMethod": row["selection"],
        "productTaxons": [f"{ADMIN}/product-taxons/{row['id']}"] if row["taxon"] else [],
        "channels": [f"{ADMIN}/channels/{each}" for each in row["channels"]],
        "mainTaxon": f"{ADMIN}/taxons/{row['taxon']}" if row["taxon"] else None,
        "reviews": [],
        "averageRating": 0,
        "images": [_image(at, each) for each in row["images"]],
        "id": row["id"],
        "code": row["code"],
        "attributes": attributes,
        "variants": [f"{ADMIN}/product-variants/{each['code']}" for each in mine],
        "options": [f"{ADMIN}/product-options/{each}" for each in row["options"]],
        "associations": [],
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["updatedAt"]),
        "enabled": row["enabled"],
        "translations": {shop.locale: told},
    }


def _image(at: str, row: Row) -> Row:
    variants = [f"{ADMIN}/product-variants/{each}" for each in row["variants"]]
    head = {"@id": f"{at}/images/{row['id']}", "@type": "ProductImage", "productVariants": variants}
    return head | {"position": row["position"], "id": row["id"], "type": "main", "path": row["path"]}


def product_read(call: Call) -> Reply:
    """One product."""
    return Reply(context("Product", product_view(call.shop, _product(call))))


def _product(call: Call) -> Row:
    found = call.shop.products.get(call.words["code"])
    if found is None:
        raise not_found()
    return found


def images(call: Call) -> Reply:
    """A product's images by themselves, which then name their owner."""
    row = _product(call)
    at = f"{ADMIN}/products/{row['code']}"
    return listed(call, "ProductImage", row["images"], lambda each: _image(at, each) | {"owner": at}, "images")


def product_create(call: Call) -> Reply:
    """A product without variants, to be filled."""
    shop, body = call.shop, _typed(call)
    code, told = str(body.get("code") or ""), (body.get("translations") or {}).get(call.shop.locale) or {}
    blanks = [
        ("code", "Please enter product code."),
        *((f"translations[{shop.locale}].{each}", f"Please enter product {each}.") for each in ("name", "slug")),
    ]
    given = (code, told.get("name"), told.get("slug"))
    if missing := [(path, said, _BLANK) for (path, said), value in zip(blanks, given, strict=True) if not value]:
        raise invalid(*missing)
    if code in shop.products:
        raise invalid(("code", "Product code must be unique.", _TAKEN))
    shop.products[code] = new_product(shop, code, told["name"], told["slug"]) | {
        "channels": [last_part(each) for each in body.get("channels") or ()],
        "enabled": body.get("enabled", True),
    }
    return Reply(context("Product", product_view(shop, shop.products[code])), 201)


def new_product(shop: Shop, code: str, name: str, slug: str) -> Row:
    """A row with everything a product has."""
    return {
        "id": shop.next_id("products"),
        "code": code,
        "name": name,
        "slug": slug,
        "description": None,
        "enabled": True,
        "selection": "choice",
        "channels": [],
        "taxon": None,
        "options": [],
        "images": [],
        "attributes": {},
        "createdAt": shop.now(),
        "updatedAt": shop.now(),
    }


def product_update(call: Call) -> Reply:
    """Absent keys stay. A changed text does not move the product's own date."""
    row, body = _product(call), _typed(call)
    told = (body.get("translations") or {}).get(call.shop.locale) or {}
    row |= {name: told[name] for name in ("name", "slug", "description") if name in told}
    if "enabled" in body and body["enabled"] != row["enabled"]:
        row |= {"enabled": body["enabled"], "updatedAt": call.shop.now()}
    return Reply(context("Product", product_view(call.shop, row)))


def product_delete(call: Call) -> Reply:
    """Gone, with its variants."""
    code = _product(call)["code"]
    del call.shop.products[code]
    for each in [each for each in call.shop.variants.values() if each["product"] == code]:
        del call.shop.variants[each["code"]]
    return Reply(status=204)


def variant_list(call: Call) -> Reply:
    """By product as a link; a bare code is no link and filters nothing."""
    rows = partly(list(call.shop.variants.values()), "code", call.first("code"))
    wanted = [last_part(each) for each in call.every("product") if "/" in each]
    rows = [row for row in rows if not wanted or row["product"] in wanted]
    return listed(call, "ProductVariant", rows, lambda row: variant_view(call.shop, row), "product-variants")


def variant_view(shop: Shop, row: Row) -> Row:
    """A variant with its stock and its price in each channel."""
    at = f"{ADMIN}/product-variants/{row['code']}"
    told = {"@id": f"{at}/translations/{shop.locale}", "@type": "ProductVariantTranslation", "name": row["name"]}
    found: Row = {
        "@id": at,
        "@type": "ProductVariant",
        "onHold": row["onHold"],
        "onHand": row["onHand"],
        "tracked": row["tracked"],
        "weight": row["weight"],
        "width": None,
        "height": None,
        "depth": None,
        "taxCategory": f"{ADMIN}/tax-categories/{row['taxCategory']}" if row["taxCategory"] else None,
        "shippingCategory": None,
        "channelPricings": {name: _pricing(at, name, each) for name, each in row["channelPricings"].items()},
        "shippingRequired": row["shippingRequired"],
        "code": row["code"],
        "product": f"{ADMIN}/products/{row['product']}",
        "optionValues": [f"{ADMIN}/product-options/{option}/values/{value}" for option, value in row["values"]],
        "position": row["position"],
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["updatedAt"]),
        "enabled": row["enabled"],
        "translations": {shop.locale: told} if row["name"] is not None else [],
    }
    # fields the shop's developer added
    found |= row["custom"]
    return found


def _pricing(at: str, channel: str, row: Row) -> Row:
    kept = {name: row[name] for name in ("price", "originalPrice")}
    head = {"@id": f"{at}/channel-pricings/{channel}", "@type": "ChannelPricing", **kept}
    return head | {"minimumPrice": 0, "lowestPriceBeforeDiscount": row.get("before"), "appliedPromotions": []}


def variant_read(call: Call) -> Reply:
    """One variant."""
    return Reply(context("ProductVariant", variant_view(call.shop, _variant(call))))


def _variant(call: Call) -> Row:
    found = call.shop.variants.get(call.words["code"])
    if found is None:
        raise not_found()
    return found


def variant_create(call: Call) -> Reply:
    """A variant of a product, with a price for each of the product's channels."""
    shop, body = call.shop, _typed(call)
    product = last_part(body.get("product"))
    if product not in shop.products:
        raise ApiError(400, f'Item not found for "{body.get("product")}".')
    code = body.get("code")
    if not code:
        raise invalid(("code", "Please enter variant code.", _BLANK))
    if code in shop.variants:
        raise invalid(("code", "Product variant code must be unique.", _TAKEN))
    prices = body.get("channelPricings") or {}
    if missing := [each for each in shop.products[product]["channels"] if each not in prices]:
        raise invalid(*((f"channelPricings[{each}].price", "You must define price.") for each in missing))
    row = new_variant(shop, code, product)
    shop.variants[code] = row
    _take(shop, row, body)
    for name, each in prices.items():
        row["channelPricings"][name] = {"price": each.get("price"), "originalPrice": each.get("originalPrice")}
    return Reply(context("ProductVariant", variant_view(shop, row)), 201)


def new_variant(shop: Shop, code: str, product: str) -> Row:
    """A row with everything a variant has."""
    siblings = [each for each in shop.variants.values() if each["product"] == product]
    return {
        "code": code,
        "product": product,
        "name": None,
        "enabled": True,
        "tracked": False,
        "onHand": 0,
        "onHold": 0,
        "position": len(siblings),
        "values": [],
        "channelPricings": {},
        "taxCategory": None,
        "shippingRequired": True,
        "weight": None,
        "custom": {},
        "createdAt": shop.now(),
        "updatedAt": shop.now(),
    }


def variant_update(call: Call) -> Reply:
    """Absent keys stay; less than nothing on hand is kept as nothing; a price goes by the link of its pricing."""
    row, body = _variant(call), _typed(call)
    for name, each in (body.get("channelPricings") or {}).items():
        known = row["channelPricings"].get(name)
        if known is not None and "@id" not in each:
            words = "This channel already has a price for this product variant."
            raise invalid((f"channelPricings[{name}].channelCode", words, _TAKEN))
    before = {name: value for name, value in row.items() if name != "updatedAt"}
    pricings = {name: dict(each) for name, each in row["channelPricings"].items()}
    for name, each in (body.get("channelPricings") or {}).items():
        given = {key: each[key] for key in ("price", "originalPrice") if key in each}
        pricings[name] = _priced(pricings.get(name, {}), given)
    _take(call.shop, row, body)
    row["channelPricings"] = pricings
    if before != {name: value for name, value in row.items() if name != "updatedAt"}:
        row["updatedAt"] = call.shop.now()
    return Reply(context("ProductVariant", variant_view(call.shop, row)))


def _priced(known: Row, given: Row) -> Row:
    """A price below the crossed-out one tells what it was before."""
    row = {"price": None, "originalPrice": None, **known, **given}
    lowered = bool(row["originalPrice"] and row["price"] and row["originalPrice"] > row["price"])
    return row | {"before": known.get("price") if lowered else None}


def _take(shop: Shop, row: Row, body: Row) -> None:
    row |= {name: body[name] for name in ("enabled", "tracked", "shippingRequired", "weight") if name in body}
    if "onHand" in body:
        row["onHand"] = max(0, body["onHand"])
    told = (body.get("translations") or {}).get(shop.locale) or {}
    if "name" in told:
        row["name"] = told["name"]


def variant_delete(call: Call) -> Reply:
    """Gone."""
    del call.shop.variants[_variant(call)["code"]]
    return Reply(status=204)


def no_pricing(call: Call) -> Reply:
    """A pricing has a link and cannot be read."""
    raise ApiError(404, "This route does not aim to be called.")


def _typed(call: Call) -> Row:
    """The body with every known field of the right type, or 400 in the serializer's words."""
    body = call.body if isinstance(call.body, dict) else {}
    for name, (kind, word) in _TYPES.items():
        if name in body and type(body[name]) is not kind:
            raise _wrong_type(name, word, body[name])
    for each in (body.get("channelPricings") or {}).values():
        for name in ("price", "originalPrice"):
            if each.get(name) is not None and type(each[name]) is not int:
                raise _wrong_type(name, "int|null", each[name])
    return body


def _wrong_type(name: str, word: str, value: Any) -> ApiError:
    given = _PHP.get(type(value), "null")
    return ApiError(400, f'The type of the "{name}" attribute must be "{word}", "{given}" given.')


def option_list(call: Call) -> Reply:
    """The shop's options."""
    rows = partly(list(call.shop.options.values()), "code", call.first("code"))
    return listed(call, "ProductOption", rows, lambda row: _option_view(call.shop, row), "product-options")


def option_read(call: Call) -> Reply:
    """One option with links to its values."""
    return Reply(context("ProductOption", _option_view(call.shop, _option(call))))


def _option(call: Call) -> Row:
    found = call.shop.options.get(call.words["code"])
    if found is None:
        raise not_found()
    return found


def _option_view(shop: Shop, row: Row) -> Row:
    at = f"{ADMIN}/product-options/{row['code']}"
    told = {"@id": f"{at}/translations/{shop.locale}", "@type": "ProductOptionTranslation", "name": row["name"]}
    return {
        "@id": at,
        "@type": "ProductOption",
        "code": row["code"],
        "position": row["position"],
        "values": [f"{at}/values/{each}" for each in row["values"]],
        "createdAt": shop.written(row["createdAt"]),
        "updatedAt": shop.written(row["createdAt"]),
        "translations": {shop.locale: told},
        "name": row["name"],
    }


def value_list(call: Call) -> Reply:
    """An option's values with their texts."""
    row = _option(call)
    return listed(call, "ProductOptionValue", list(row["values"]), lambda each: _value_view(call.shop, row, each))


def value_read(call: Call) -> Reply:
    """One value of an option."""
    row = _option(call)
    if call.words["value"] not in row["values"]:
        raise not_found()
    return Reply(context("ProductOptionValue", _value_view(call.shop, row, call.words["value"])))


def _value_view(shop: Shop, row: Row, code: Any) -> Row:
    at, text = f"{ADMIN}/product-options/{row['code']}", row["values"][code]
    iri = f"{ADMIN}/product-option-values/{code}/translations/{shop.locale}"
    told = {"@id": iri, "@type": "ProductOptionValueTranslation", "value": text}
    head = {"@id": f"{at}/values/{code}", "@type": "ProductOptionValue", "code": code, "option": at}
    return head | {"translations": {shop.locale: told}, "value": text}
