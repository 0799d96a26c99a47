"""All that is declared about PrestaShop, as data: the setup form, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.domain.specs import (
    Capability,
    CredentialField,
    ErrorRow,
    HostRole,
    Limits,
    LookUpKind,
    LookUpPromise,
    MailBehaviour,
    MailSwitch,
    Noun,
    PlatformSpec,
    PreparationStep,
    TokenRule,
    TotalsMode,
)
from tillbridge.domain.tokens import TokenType

PAGE_SIZE = 100
LOOK_UP_WAIT = timedelta(seconds=90)
"""PHP and the server in front of it give up on a request before this; an order still under way has ended by then."""
DEFAULT_MODULE = "ps_wirepayment"

_KEYS = "Back office, Advanced Parameters, Webservice: enable it, then Add new webservice key and tick the rights"
NO_GIFT_CARDS = (
    "PrestaShop itself has no gift cards, and what add-ons sell as gift cards cannot be told from other vouchers"
)
NO_COMPARE_AND_SET = "read, compared, then set: PrestaShop has no write that is refused when the number moved"
ONE_STOCK = "the shop keeps one number per article and no locations"

RIGHTS: dict[str, tuple[str, ...]] = {
    "addresses": ("GET", "POST"),
    "carriers": ("GET",),
    "cart_rules": ("GET", "PATCH"),
    "carts": ("GET", "POST", "DELETE"),
    "combinations": ("GET",),
    "configurations": ("GET",),
    "countries": ("GET",),
    "currencies": ("GET",),
    "customers": ("GET", "POST", "PATCH"),
    "groups": ("GET",),
    "order_cart_rules": ("GET", "POST"),
    "order_histories": ("GET", "POST"),
    "order_slip": ("GET", "POST"),
    "order_states": ("GET", "PATCH"),
    "orders": ("GET", "POST", "PATCH"),
    "product_option_values": ("GET",),
    "product_options": ("GET",),
    "products": ("GET",),
    "shops": ("GET",),
    "specific_prices": ("GET", "POST"),
    "states": ("GET",),
    "stock_availables": ("GET", "PATCH"),
    "tags": ("GET",),
    "tax_rules": ("GET",),
    "taxes": ("GET",),
}
"""What the key must be allowed, as the boxes in the back office are named."""

FIELDS = (
    CredentialField(
        name="shop_url",
        title="Shop address",
        help="The address of the shop exactly as its visitors end up at it, with https, and www if it has one; a "
        "sub-folder belongs to it.",
        example="https://shop.example.com",
        pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        where_to_find="Back office, Shop Parameters, Traffic & SEO, Set shop URL",
    ),
    CredentialField(
        name="webservice_key",
        title="Webservice key",
        help="32 letters and digits. It needs the rights the passport lists.",
        example="ABCDEFGHIJKLMNOPQRSTUVWXYZ012345",
        pattern=r"[0-9A-Za-z]{32}",
        secret=True,
        where_to_find=_KEYS,
        token_type=TokenType.API_KEY,
    ),
    CredentialField(
        name="payment_module",
        title="Payment module",
        help=f"The payment module till orders are booked under; it must be installed and active. Empty: "
        f"{DEFAULT_MODULE}.",
        example=DEFAULT_MODULE,
        pattern=r"[a-zA-Z0-9_-]+",
        required=False,
        where_to_find="Back office, Modules, Module Manager, Payment: the technical name of any active one",
    ),
)

STEP_VERSION, STEP_TAX, STEP_CARRIER, STEP_WALK_IN, STEP_MAILS, STEP_RULES = (
    "version",
    "taxes",
    "carrier",
    "walk_in",
    "mails",
    "rules",
)

PREPARATION = (
    PreparationStep(STEP_VERSION, "PrestaShop version", "Which PrestaShop answers.", changes_shop=False),
    PreparationStep(
        STEP_TAX, "Taxes and rounding", "The shop reckons each order's total itself; how it rounds.", changes_shop=False
    ),
    PreparationStep(
        STEP_CARRIER, "Pick-up carrier", "The free carrier that till orders are handed over by.", changes_shop=False
    ),
    PreparationStep(
        STEP_WALK_IN,
        "Walk-in customer",
        "PrestaShop takes no order without customer and address: one for sales to nobody in particular.",
        changes_shop=True,
    ),
    PreparationStep(
        STEP_MAILS,
        "Mails",
        "Which mails the shop would send about till sales, and what is done about them.",
        changes_shop=True,
    ),
    PreparationStep(
        STEP_RULES,
        "Discounts without a code",
        "Rules that the shop applies to every order by itself would change the totals of till sales.",
        changes_shop=False,
    ),
)

_CAPABILITIES = (
    Capability(
        Noun.PRODUCT,
        "list",
        reason="whole products in pages; a change of a combination alone is noticed by a full pull only",
    ),
    Capability(Noun.PRODUCT, "find"),
    Capability(Noun.INVENTORY, "read", reason=ONE_STOCK),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "adjust", reason="read, compare and set, since PrestaShop has no relative change"),
    Capability(
        Noun.ORDER,
        "create",
        reason="one at a time; only articles of the shop in whole pieces, since its orders hold nothing else",
    ),
    Capability(Noun.ORDER, "list"),
    Capability(Noun.ORDER, "cancel"),
    Capability(Noun.ORDER, "refund", reason="as a credit slip; goods taken back are put into stock by us"),
    Capability(Noun.CUSTOMER, "list"),
    Capability(Noun.CUSTOMER, "save", reason="characters the shop refuses in names, such as digits, are left out"),
    Capability(
        Noun.DISCOUNT, "check", reason="judged by us; codes limited by lists the shop does not show are refused"
    ),
    Capability(Noun.GIFT_CARD, "balance", present=False, reason=NO_GIFT_CARDS),
    Capability(Noun.GIFT_CARD, "redeem", present=False, reason=NO_GIFT_CARDS),
)

_MAILS = (
    MailBehaviour(
        "order.create",
        MailSwitch.SWITCHED_OFF,
        "PrestaShop mails the customer of every order made as paid. Till orders are therefore placed unpaid, with the "
        "mail of that state switched off, and set to paid in the next step, which mails nobody. Where the shop sends "
        "no mails at all they are placed as paid at once.",
    ),
    MailBehaviour(
        "order.stock",
        MailSwitch.SHOP_SETTING,
        "New-order and low-stock notices to the merchant follow the shop's Mail alerts module.",
    ),
    MailBehaviour("order.cancel", MailSwitch.NEVER_SENT, "the state is changed without mail"),
    MailBehaviour("refund.create", MailSwitch.NEVER_SENT, "a credit slip made this way is not mailed"),
    MailBehaviour("customer.save", MailSwitch.NEVER_SENT, "accounts made this way are not welcomed"),
)

_ERRORS = (
    ErrorRow("18", "TokenRejected", "the key has not 32 characters"),
    ErrorRow("20", "TokenRejected", "unknown key, or one that is switched off"),
    ErrorRow("22", "PlatformUnavailable", "the webservice is switched off in the back office"),
    ErrorRow("25", "MissingPermission", "the key may not do this with the resource"),
    ErrorRow("26", "MissingPermission", "the key may not use the resource"),
    ErrorRow("132", "MissingPermission", "the key is not for this shop"),
    ErrorRow("41", "PlatformRefused", "a needed field is missing; it is named"),
    ErrorRow("85", "PlatformRefused", "a value has the wrong form; the field is named"),
    ErrorRow("87", "NotFound", "no such record"),
    ErrorRow("92", "NotFound", "no such record"),
    ErrorRow("133", "PlatformRefused", "the stock row is kept by the old warehouse mode"),
    ErrorRow("140", "PlatformRefused", "the e-mail address is taken; the account is looked for"),
    ErrorRow("500", "OutcomeUnknown", "PHP died; whether the order was saved is looked up by its cart"),
)

SPEC = PlatformSpec(
    slug="prestashop",
    title="PrestaShop",
    api_version="webservice",
    api_version_ends=None,
    editions="Self-hosted shops with PrestaShop 8 or 9 and their webservice switched on.",
    hosts=(HostRole("api", "{shop_url}", sends_credential=True),),
    fields=FIELDS,
    tokens=(TokenRule(TokenType.API_KEY, None, renewable=False, note="lasts until it is deleted or switched off"),),
    scopes=tuple(f"{name} {' '.join(methods)}" for name, methods in RIGHTS.items()),
    preparation=PREPARATION,
    limits=Limits(budget=40, restore_per_second=10, concurrency=2, page_size=PAGE_SIZE),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=None,
    look_up=LookUpPromise(
        LookUpKind.HANDLE,
        LOOK_UP_WAIT,
        "The cart is kept before the order is placed, and a cart makes one order. A cart without order is deleted "
        "before the sale is sent again; an order that the shop's server finishes even later than the waiting time, "
        "from a cart it had read before that, would be a second one. Placed silently, an order shows as “Payment "
        "error” until its next step; after a crash there the look-up takes it.",
    ),
    totals=TotalsMode.DICTATED,
    rounding_allowance=Decimal(0),
    gift_cards=None,
    not_yet=(
        "PrestaShop 1.7: recognised and refused, since its webservice cannot change single fields and it gets no "
        "security updates",
        "the Admin API of PrestaShop 9: recognised and refused, since it can neither make orders nor set stock",
        "several shops in one back office: the key's own shop is used",
    ),
    documentation="https://devdocs.prestashop-project.org/9/webservice/",
    extra={
        "totals": "Till prices are bound to the cart line by line, so the shop arrives at the till's total. Where it "
        "rounds each piece, a difference of cents is booked as a discount of the order; anything larger is cancelled "
        "again and shown.",
        "codes": "A code goes out as priced lines; it is counted as used once the order is paid.",
    },
)
