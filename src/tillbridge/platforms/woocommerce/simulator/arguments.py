"""What each route accepts, as WordPress argument schemas; the dispatcher hands them to ``validation``."""

from __future__ import annotations

from .wordpress import Schema

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
FLAG: Schema = {"type": "boolean"}
MOMENT: Schema = {"type": "string", "format": "date-time"}
MAIL: Schema = {"type": "string", "format": "email"}
NEEDED_TEXT: Schema = {"type": "string", "required": True}
ANY: Schema = {}

_CURRENCIES_TEXT = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTC BTN BWP BYR BYN "
    "BZD CAD CDF CHF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GGP GHS "
    "GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS IMP INR IQD IRR IRT ISK JEP JMD JOD JPY KES KGS KHR KMF "
    "KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD "
    "NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PRB PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP "
    "SLL SOS SRD SSP STN SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VEF VES VND VUV WST "
    "XAF XCD XOF XPF YER ZAR ZMW"
)
CURRENCIES = tuple(_CURRENCIES_TEXT.split())
ORDER_STATUSES = (
    "auto-draft",
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
    "checkout-draft",
)
PRODUCT_TYPES = ("simple", "grouped", "external", "variable")
STOCK_STATUSES = ("instock", "outofstock", "onbackorder")
_MAIL_TEMPLATES_TEXT = (
    "new_order cancelled_order customer_cancelled_order failed_order customer_failed_order "
    "customer_on_hold_order customer_processing_order customer_completed_order customer_refunded_order "
    "customer_invoice customer_note customer_reset_password customer_new_account admin_payment_gateway_enabled "
    "customer_pos_completed_order customer_pos_refunded_order customer_verify_email"
)
MAIL_TEMPLATES = tuple(_MAIL_TEMPLATES_TEXT.split())


def one_of(*choices: str) -> Schema:
    """A text out of a closed list."""
    return {"type": "string", "enum": choices}


def list_of(items: Schema) -> Schema:
    """A list of one kind."""
    return {"type": "array", "items": items}


def thing(**properties: Schema) -> Schema:
    """An object with these properties; others pass unchecked."""
    return {"type": "object", "properties": properties}


def texts(*names: str) -> dict[str, Schema]:
    """Several text properties."""
    return dict.fromkeys(names, TEXT)


META = list_of(thing(key=TEXT))
PAGE: dict[str, Schema] = {
    "context": one_of("view", "edit"),
    "page": {"type": "integer", "minimum": 1},
    "per_page": {"type": "integer", "minimum": 1, "maximum": 100},
    "search": TEXT,
    "exclude": list_of(WHOLE),
    "include": list_of(WHOLE),
    "offset": WHOLE,
    "order": one_of("asc", "desc"),
}
DATED: dict[str, Schema] = {
    **PAGE,
    **dict.fromkeys(("after", "before", "modified_after", "modified_before"), MOMENT),
    "dates_are_gmt": FLAG,
    "parent": list_of(WHOLE),
    "parent_exclude": list_of(WHOLE),
}
_POSTS = ("date", "id", "include", "title", "slug", "modified")
_LISTED = ("any", "future", "trash", "draft", "pending", "private", "publish")

_GOODS_FILTERS: dict[str, Schema] = {
    **texts("slug", "sku", "global_unique_id", "min_price", "max_price"),
    "status": one_of(*_LISTED),
    "on_sale": FLAG,
    "stock_status": one_of(*STOCK_STATUSES),
    "virtual": FLAG,
    "downloadable": FLAG,
    "pos_products_only": FLAG,
    "include_status": list_of(one_of(*_LISTED)),
    "exclude_status": list_of(one_of(*_LISTED[1:])),
}
PRODUCT_LIST: dict[str, Schema] = {
    **DATED,
    **_GOODS_FILTERS,
    "orderby": one_of(*_POSTS, "popularity", "rating", "post__in", "price", "sales", "menu_order", "random"),
    "type": one_of(*PRODUCT_TYPES),
    "featured": FLAG,
    **texts("brand", "category", "tag", "shipping_class", "attribute", "attribute_term"),
    **texts("search_sku", "search_name_or_sku"),
    "include_types": list_of(one_of(*PRODUCT_TYPES)),
    "exclude_types": list_of(one_of(*PRODUCT_TYPES)),
}
VARIATION_LIST: dict[str, Schema] = {
    **DATED,
    **_GOODS_FILTERS,
    "orderby": one_of(*_POSTS, "menu_order"),
    "has_price": FLAG,
}

_PICTURE = thing(id=WHOLE, src=TEXT, name=TEXT, alt=TEXT)
_GOODS: dict[str, Schema] = {
    **texts("description", "sku", "global_unique_id", "regular_price", "sale_price", "tax_class", "weight"),
    **texts("shipping_class"),
    "status": one_of("draft", "pending", "private", "publish", "future", "auto-draft", "trash"),
    "virtual": FLAG,
    "downloadable": FLAG,
    "download_limit": WHOLE,
    "download_expiry": WHOLE,
    "tax_status": one_of("taxable", "shipping", "none"),
    "stock_quantity": WHOLE,
    "stock_status": one_of(*STOCK_STATUSES),
    "backorders": one_of("no", "notify", "yes"),
    "low_stock_amount": WHOLE,
    "dimensions": thing(**texts("length", "width", "height")),
    "menu_order": WHOLE,
    "meta_data": META,
}
PRODUCT: dict[str, Schema] = {
    **_GOODS,
    **texts("name", "slug", "short_description", "external_url", "button_text", "post_password", "purchase_note"),
    "type": one_of(*PRODUCT_TYPES),
    "featured": FLAG,
    "catalog_visibility": one_of("visible", "catalog", "search", "hidden"),
    "manage_stock": FLAG,
    "sold_individually": FLAG,
    "reviews_allowed": FLAG,
    "parent_id": WHOLE,
    **dict.fromkeys(("upsell_ids", "cross_sell_ids", "grouped_products"), list_of(WHOLE)),
    **dict.fromkeys(("categories", "brands", "tags"), list_of(thing(id=WHOLE))),
    "images": list_of(_PICTURE),
    "attributes": list_of(
        thing(id=WHOLE, name=TEXT, position=WHOLE, visible=FLAG, variation=FLAG, options=list_of(TEXT))
    ),
    "default_attributes": list_of(thing(id=WHOLE, name=TEXT, option=TEXT)),
}
VARIATION: dict[str, Schema] = {
    **_GOODS,
    "status": one_of("draft", "pending", "private", "publish"),
    "image": _PICTURE,
    "gallery_image_ids": list_of(WHOLE),
    "attributes": list_of(thing(id=WHOLE, name=TEXT, option=TEXT)),
}
TERM_LIST: dict[str, Schema] = {
    **PAGE,
    "orderby": one_of("id", "include", "name", "slug", "term_group", "description", "count"),
    "hide_empty": FLAG,
    "parent": WHOLE,
    "product": WHOLE,
}
TERM: dict[str, Schema] = {"name": NEEDED_TEXT, **texts("slug", "description"), "menu_order": WHOLE, "parent": WHOLE}

_ADDRESS = texts(
    "first_name", "last_name", "company", "address_1", "address_2", "city", "state", "postcode", "country", "phone"
)
BILLING = thing(**_ADDRESS, email={"type": "string", "format": "email", "null": True})
SHIPPING = thing(**_ADDRESS)

ORDER_LIST: dict[str, Schema] = {
    **DATED,
    "orderby": one_of(*_POSTS),
    "status": list_of(one_of("any", "trash", *ORDER_STATUSES)),
    "customer": WHOLE,
    "product": WHOLE,
    "dp": WHOLE,
    "created_via": list_of(TEXT),
}
_LINE_META = list_of(thing(key=TEXT, display_key=TEXT, display_value=TEXT))
ORDER: dict[str, Schema] = {
    "parent_id": WHOLE,
    "status": one_of(*ORDER_STATUSES),
    "currency": one_of(*CURRENCIES),
    "customer_id": WHOLE,
    **texts("created_via", "customer_note", "payment_method", "payment_method_title", "transaction_id"),
    "billing": BILLING,
    "shipping": SHIPPING,
    "meta_data": META,
    "line_items": list_of(
        thing(
            variation_id=WHOLE,
            quantity=WHOLE,
            meta_data=_LINE_META,
            **texts("parent_name", "tax_class", "subtotal", "total"),
        )
    ),
    "shipping_lines": list_of(thing(instance_id=TEXT, total=TEXT, meta_data=META)),
    "fee_lines": list_of(thing(tax_class=TEXT, tax_status=one_of("taxable", "none"), total=TEXT, meta_data=META)),
    "coupon_lines": list_of(thing(meta_data=META)),
    "set_paid": FLAG,
    "manual_update": FLAG,
}
REFUND_LIST: dict[str, Schema] = {**DATED, "orderby": one_of(*_POSTS), "dp": WHOLE}
REFUND: dict[str, Schema] = {
    "amount": TEXT,
    "reason": TEXT,
    "refunded_by": WHOLE,
    "meta_data": META,
    "api_refund": FLAG,
    "api_restock": FLAG,
}
NOTE_LIST: dict[str, Schema] = {"type": one_of("any", "customer", "internal")}
NOTE: dict[str, Schema] = {"note": NEEDED_TEXT, "customer_note": FLAG, "added_by_user": FLAG}
SEND_MAIL: dict[str, Schema] = {"email": MAIL, "force_email_update": FLAG, "template_id": one_of(*MAIL_TEMPLATES)}

CUSTOMER_LIST: dict[str, Schema] = {
    **PAGE,
    "orderby": one_of("id", "include", "name", "registered_date"),
    "email": MAIL,
    "role": one_of("all", "administrator", "editor", "author", "contributor", "subscriber", "customer", "shop_manager"),
}
_PERSON: dict[str, Schema] = {
    **texts("first_name", "last_name", "username", "password"),
    "billing": BILLING,
    "shipping": SHIPPING,
    "meta_data": META,
}
NEW_CUSTOMER: dict[str, Schema] = {"email": NEEDED_TEXT, **_PERSON}
CUSTOMER: dict[str, Schema] = {"email": MAIL, **_PERSON}

COUPON_LIST: dict[str, Schema] = {**DATED, "orderby": one_of(*_POSTS), "code": TEXT}
COUPON: dict[str, Schema] = {
    **texts("code", "status", "description"),
    "discount_type": one_of("percent", "fixed_cart", "fixed_product"),
    **dict.fromkeys(("individual_use", "free_shipping", "exclude_sale_items"), FLAG),
    **dict.fromkeys(("usage_limit", "usage_limit_per_user", "limit_usage_to_x_items"), WHOLE),
    **dict.fromkeys(("product_ids", "excluded_product_ids"), list_of(WHOLE)),
    **dict.fromkeys(("product_categories", "excluded_product_categories"), list_of(WHOLE)),
    "email_restrictions": list_of(TEXT),
    "meta_data": META,
}
NEW_COUPON: dict[str, Schema] = {**COUPON, "code": NEEDED_TEXT}

WEBHOOK_LIST: dict[str, Schema] = {
    **PAGE,
    "orderby": one_of("date", "id", "title"),
    "status": one_of("all", "active", "paused", "disabled"),
}
WEBHOOK: dict[str, Schema] = {
    **texts("name", "topic", "secret", "delivery_url"),
    "status": one_of("active", "paused", "disabled"),
}
NEW_WEBHOOK: dict[str, Schema] = {**WEBHOOK, "topic": NEEDED_TEXT, "delivery_url": NEEDED_TEXT}
DELETE: dict[str, Schema] = {"force": FLAG}
ONE: dict[str, Schema] = {"context": one_of("view", "edit"), "dp": WHOLE}
