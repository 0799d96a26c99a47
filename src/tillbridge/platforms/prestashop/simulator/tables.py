"""All resources of the pretended web service that a till meets, with the fields a real shop shows."""

from __future__ import annotations

from .fields import Resource, fields

_DATES = " date_add:d date_upd:d"
_GOODS = (
    "id_manufacturer:i id_supplier:i id_category_default:i new:n cache_default_attribute:i id_default_image:s~ "
    "id_default_combination:i~# id_tax_rules_group:i position_in_category:i~ manufacturer_name:m!~ quantity:i!~ "
    "type:s~ id_shop_default:i reference:s supplier_reference:s location:s width:f height:f depth:f weight:f "
    "quantity_discount:b ean13:s isbn:s upc:s mpn:s cache_is_pack:b cache_has_attachments:b is_virtual:b state:i "
    "additional_delivery_times:i delivery_in_stock:s@ delivery_out_stock:s@ product_type:s on_sale:b online_only:b "
    "ecotax:f minimal_quantity:i low_stock_threshold:n low_stock_alert:b price:f*$ wholesale_price:f unity:s "
    "unit_price:f unit_price_ratio:f additional_shipping_cost:f customizable:i text_fields:i uploadable_files:i "
    "active:b redirect_type:s id_type_redirected:i available_for_order:b available_date:D show_condition:b "
    "condition:s show_price:b indexed:b visibility:s advanced_stock_management:b date_add:d date_upd:d "
    "pack_stock_type:i meta_description:s@ meta_keywords:s@ meta_title:s@ link_rewrite:s@ name:s@ description:s@ "
    "description_short:s@ available_now:s@ available_later:s@"
)
_COMBINATION = (
    "id_product:i* ean13:s isbn:s upc:s mpn:s reference:s supplier_reference:s wholesale_price:f price:f ecotax:f "
    "weight:f unit_price_impact:f minimal_quantity:i* low_stock_threshold:n low_stock_alert:b default_on:s "
    "available_date:D available_now:s@ available_later:s@"
)
_CUSTOMER = (
    "id_default_group:i id_lang:i newsletter_date_add:d ip_registration_newsletter:s last_passwd_gen:s secure_key:s "
    "deleted:b passwd:s* lastname:s* firstname:s* email:s* id_gender:i birthday:D newsletter:b optin:b website:s "
    "company:s siret:s ape:s outstanding_allow_amount:f show_public_prices:b id_risk:i max_payment_days:i active:b "
    "note:s is_guest:b id_shop:i id_shop_group:i date_add:d date_upd:d reset_password_token:s "
    "reset_password_validity:d"
)
_ADDRESS = (
    "id_customer:i id_manufacturer:i id_supplier:i id_warehouse:i id_country:i* id_state:i alias:s* company:s "
    "lastname:s* firstname:s* vat_number:s address1:s* address2:s postcode:s city:s* other:s phone:s phone_mobile:s "
    "dni:s deleted:b"
) + _DATES
_CART = (
    "id_address_delivery:i id_address_invoice:i id_currency:i* id_customer:i id_guest:i id_lang:i* id_shop_group:i "
    "id_shop:i id_carrier:i recyclable:b gift:b gift_message:s mobile_theme:b delivery_option:s secure_key:s "
    "allow_seperated_package:b"
) + _DATES
_ORDER = (
    "id_address_delivery:i* id_address_invoice:i* id_cart:i* id_currency:i* id_lang:i* id_customer:i* id_carrier:i* "
    "current_state:i module:s* invoice_number:i invoice_date:d delivery_number:i delivery_date:d valid:b date_add:d "
    "date_upd:d shipping_number:s~ note:s id_shop_group:i id_shop:i secure_key:s payment:s* recyclable:b gift:b "
    "gift_message:s mobile_theme:b total_discounts:f total_discounts_tax_incl:f total_discounts_tax_excl:f "
    "total_paid:f*$ total_paid_tax_incl:f total_paid_tax_excl:f total_paid_real:f*$ total_products:f*$ "
    "total_products_wt:f*$ total_shipping:f total_shipping_tax_incl:f total_shipping_tax_excl:f carrier_tax_rate:r "
    "total_wrapping:f total_wrapping_tax_incl:f total_wrapping_tax_excl:f round_mode:i round_type:i "
    "conversion_rate:f* reference:s"
)
_ORDER_DETAIL = (
    "id_order:i product_id:i product_attribute_id:i product_quantity_reinjected:i group_reduction:p "
    "discount_quantity_applied:i download_hash:s download_deadline:d id_order_invoice:i id_warehouse:i id_shop:i "
    "id_customization:i product_name:s product_quantity:i product_quantity_in_stock:i product_quantity_return:i "
    "product_quantity_refunded:i product_price:f reduction_percent:p reduction_amount:f reduction_amount_tax_incl:f "
    "reduction_amount_tax_excl:f product_quantity_discount:f product_ean13:s product_isbn:s product_upc:s "
    "product_mpn:s product_reference:s product_supplier_reference:s product_weight:f tax_computation_method:i "
    "id_tax_rules_group:i ecotax:f ecotax_tax_rate:r download_nb:i unit_price_tax_incl:f unit_price_tax_excl:f "
    "total_price_tax_incl:f total_price_tax_excl:f total_shipping_price_tax_excl:f total_shipping_price_tax_incl:f "
    "purchase_supplier_price:f original_product_price:f original_wholesale_price:f total_refunded_tax_excl:f "
    "total_refunded_tax_incl:f"
)
_SLIP = (
    "id_customer:i* id_order:i* conversion_rate:f* total_products_tax_excl:f* total_products_tax_incl:f* "
    "total_shipping_tax_excl:f* total_shipping_tax_incl:f* amount:f shipping_cost:b shipping_cost_amount:f partial:b "
    "date_add:d date_upd:d order_slip_type:i"
)
_STATE = (
    "unremovable:b delivery:b hidden:b send_email:b module_name:s invoice:b color:s logable:b shipped:b paid:b "
    "pdf_delivery:b pdf_invoice:b deleted:b name:s@* template:s@"
)
_CART_RULE = (
    "id_customer:i date_from:d* date_to:d* description:s quantity:i quantity_per_user:i priority:i partial_use:b "
    "code:s minimum_amount:f minimum_amount_tax:b minimum_amount_currency:i minimum_amount_shipping:b "
    "country_restriction:b carrier_restriction:b group_restriction:b cart_rule_restriction:b product_restriction:b "
    "shop_restriction:b free_shipping:b reduction_percent:p reduction_amount:f reduction_tax:b reduction_currency:i "
    "reduction_product:i reduction_exclude_special:b gift_product:i gift_product_attribute:i highlight:b active:b "
    "date_add:d date_upd:d name:s@*"
)
_SPECIFIC_PRICE = (
    "id_shop_group:i id_shop:i* id_cart:i* id_product:i* id_product_attribute:i id_currency:i* id_country:i* "
    "id_group:i* id_customer:i* id_specific_price_rule:i price:f* from_quantity:i* reduction:f* reduction_tax:i "
    "reduction_type:s* from:d* to:d*"
)
_CARRIER = (
    "deleted:b is_module:b id_tax_rules_group:i# id_reference:i name:s* active:b is_free:b url:s shipping_handling:b "
    "shipping_external:b range_behavior:b shipping_method:i# max_width:i max_height:i max_depth:i max_weight:f "
    "grade:i external_module_name:s need_range:b position:i delay:s@"
)
_INVOICE = (
    "id_order:i number:i delivery_number:i delivery_date:d total_discount_tax_excl:f total_discount_tax_incl:f "
    "total_paid_tax_excl:f total_paid_tax_incl:f total_products:f total_products_wt:f total_shipping_tax_excl:f "
    "total_shipping_tax_incl:f shipping_tax_computation_method:i total_wrapping_tax_excl:f "
    "total_wrapping_tax_incl:f shop_address:s note:s date_add:d"
)
_CURRENCY = (
    "names:s name:s symbol:s iso_code:s numeric_iso_code:s precision:i conversion_rate:f deleted:b active:b "
    "unofficial:b modified:b pattern:s"
)
_TAX_RULE = "id_tax_rules_group:i id_state:i id_country:i zipcode_from:s zipcode_to:s id_tax:i behavior:i description:s"
_COUNTRY = "id_zone:i id_currency:i call_prefix:i iso_code:s active:b contains_states:b need_zip_code:b name:s@"
_LANGUAGE = "name:s iso_code:s locale:s language_code:s active:b is_rtl:b date_format_lite:s date_format_full:s"
_STOCK = (
    "id_product:i* id_product_attribute:i* id_shop:i id_shop_group:i quantity:i* depends_on_stock:b* out_of_stock:i* "
    "location:s"
)
_PAYMENT = (
    "order_reference:s id_currency:i* amount:f* payment_method:s conversion_rate:f transaction_id:s card_number:s "
    "card_brand:s card_expiration:s card_holder:s date_add:d id_employee:i"
)
_THREAD = (
    "id_lang:i* id_shop:i id_customer:i id_order:i id_product:i id_contact:i* email:s token:s* status:s date_add:d "
    "date_upd:d"
)
_GOODS_LINKS = {
    "categories": "category",
    "images": "image",
    "combinations": "combination",
    "product_option_values": "product_option_value",
    "product_features": "product_feature",
    "tags": "tag",
    "stock_availables": "stock_available",
    "attachments": "attachment",
    "accessories": "product",
    "product_bundle": "product",
}

_ALL = (
    Resource("addresses", "address", "Address", fields(_ADDRESS)),
    Resource("carriers", "carrier", "Carrier", fields(_CARRIER)),
    Resource("cart_rules", "cart_rule", "CartRule", fields(_CART_RULE)),
    Resource("carts", "cart", "Cart", fields(_CART), {"cart_rows": "cart_row"}),
    Resource("categories", "category", "Category", fields("id_parent:i active:b name:s@")),
    Resource("combinations", "combination", "Combination", fields(_COMBINATION),
             {"product_option_values": "product_option_value", "images": "image"}),
    Resource("configurations", "configuration", "Configuration",
             fields("value:s name:s* id_shop_group:i id_shop:i" + _DATES)),
    Resource("countries", "country", "Country", fields(_COUNTRY)),
    Resource("currencies", "currency", "Currency", fields(_CURRENCY)),
    Resource("customer_threads", "customer_thread", "CustomerThread", fields(_THREAD)),
    Resource("customers", "customer", "Customer", fields(_CUSTOMER), {"groups": "group"}),
    Resource("groups", "group", "Group",
             fields("reduction:p price_display_method:i show_prices:b date_add:d date_upd:d name:s@")),
    Resource("languages", "language", "Language", fields(_LANGUAGE)),
    Resource("manufacturers", "manufacturer", "Manufacturer", fields("active:b name:s" + _DATES)),
    Resource("order_cart_rules", "order_cart_rule", "OrderCartRule",
             fields("id_order:i* id_cart_rule:i* id_order_invoice:i name:s* value:f* value_tax_excl:f* "
                    "free_shipping:b deleted:b")),
    Resource("order_details", "order_detail", "OrderDetail", fields(_ORDER_DETAIL), {"taxes": "tax"}),
    Resource("order_histories", "order_history", "OrderHistory",
             fields("id_employee:i id_order_state:i* id_order:i* date_add:d")),
    Resource("order_invoices", "order_invoice", "OrderInvoice", fields(_INVOICE)),
    Resource("order_payments", "order_payment", "OrderPayment", fields(_PAYMENT)),
    Resource("order_slip", "order_slip", "OrderSlip", fields(_SLIP), {"order_slip_details": "order_slip_detail"},
             list_node="order_slips"),
    Resource("order_states", "order_state", "OrderState", fields(_STATE)),
    Resource("orders", "order", "Order", fields(_ORDER), {"order_rows": "order_row"}),
    Resource("product_option_values", "product_option_value", "ProductAttribute",
             fields("id_attribute_group:i color:s position:i name:s@")),
    Resource("product_options", "product_option", "AttributeGroup",
             fields("is_color_group:b group_type:s position:i name:s@ public_name:s@"),
             {"product_option_values": "product_option_value"}),
    Resource("products", "product", "Product", fields(_GOODS), _GOODS_LINKS),
    Resource("shops", "shop", "Shop",
             fields("id_shop_group:i id_category:i active:b deleted:b name:s color:s theme_name:s")),
    Resource("specific_prices", "specific_price", "SpecificPrice", fields(_SPECIFIC_PRICE)),
    Resource("states", "state", "State", fields("id_country:i id_zone:i name:s iso_code:s active:b")),
    Resource("stock_availables", "stock_available", "StockAvailable", fields(_STOCK),
             forbidden=frozenset({"POST", "DELETE"})),
    Resource("stock_movements", "stock_mvt", "StockMvtWS", fields("id_product:i date_add:d")),
    Resource("tags", "tag", "Tag", fields("id_lang:i name:s")),
    Resource("tax_rule_groups", "tax_rule_group", "TaxRulesGroup",
             fields("name:s active:b deleted:b" + _DATES)),
    Resource("tax_rules", "tax_rule", "TaxRule", fields(_TAX_RULE)),
    Resource("taxes", "tax", "Tax", fields("rate:r active:b deleted:b name:s@")),
)  # fmt: skip
RESOURCES = {each.name: each for each in _ALL}
OTHERS = tuple(
    [
        "attachments",
        "contacts",
        "content_management_system",
        "customer_messages",
        "customizations",
        "deliveries",
        "employees",
        "guests",
        "image_types",
        "images",
        "messages",
        "order_carriers",
        "price_ranges",
        "product_customization_fields",
        "product_feature_values",
        "product_features",
        "product_suppliers",
        "search",
        "shop_groups",
        "shop_urls",
        "specific_price_rules",
        "stock_movement_reasons",
        "stocks",
        "stores",
        "suppliers",
        "supply_order_details",
        "supply_order_histories",
        "supply_order_receipt_histories",
        "supply_order_states",
        "supply_orders",
        "translated_configurations",
        "warehouse_product_locations",
        "warehouses",
        "weight_ranges",
        "zones",
    ]
)
"""Resources a real shop lists as well; nothing lies in them here."""
