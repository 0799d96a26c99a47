"""All that is declared about WooCommerce, as data: the setup form, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tillbridge.domain.specs import (
    Capability,
    CredentialField,
    ErrorRow,
    GiftCardMode,
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
    WebhookScheme,
)
from tillbridge.domain.tokens import TokenType

PAGE_SIZE = 100
CART_TOKEN_LIFE = timedelta(hours=48)
LOOK_UP_WAIT = timedelta(seconds=90)
"""PHP gives up on a request before this; a create still under way has ended by then."""

_KEYS = "WordPress admin, WooCommerce, Settings, Advanced, REST API, Add key with permission Read/Write"
NO_GIFT_CARDS = (
    "WooCommerce itself has no gift cards, and this shop has no add-on that opens them to other programs; "
    "install PW Gift Cards Pro"
)
OFFICIAL_BALANCE_ONLY = (
    "the Gift Cards extension takes money from a card only while an order is made, and lowers the order's total by it, "
    "so that the order no longer shows what was sold; balances can be read"
)
NO_CARD_LEDGER = (
    "this version of the add-on does not show a single card with its bookings, so a debit whose answer got lost could "
    "not be looked up; balances can be read"
)
NO_COMPARE_AND_SET = "read, compared, then set: WooCommerce has no write that is refused when the number moved"

FIELDS = (
    CredentialField(
        name="shop_url",
        title="Shop address",
        help="The address of the shop as its visitors see it, with https; a sub-folder belongs to it.",
        example="https://shop.example.com",
        pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        where_to_find="WordPress admin, Settings, General: Site Address (URL)",
    ),
    CredentialField(
        name="consumer_key",
        title="Consumer key",
        help="Names the API key. Its user must be a shop manager or an administrator.",
        example="ck_0123456789abcdef0123456789abcdef01234567",
        pattern=r"ck_[0-9a-zA-Z]{16,64}",
        secret=True,
        where_to_find=_KEYS,
    ),
    CredentialField(
        name="consumer_secret",
        title="Consumer secret",
        help="Belongs to the consumer key; the shop shows it once.",
        example="cs_0123456789abcdef0123456789abcdef01234567",
        pattern=r"cs_[0-9a-zA-Z]{16,64}",
        secret=True,
        where_to_find=_KEYS,
        token_type=TokenType.API_KEY,
    ),
    CredentialField(
        name="webhook_secret",
        title="Webhook secret",
        help="Only if the shop is to tell us about changes: the secret set there with the webhook.",
        example="at least 16 letters and digits of your own",
        pattern=r"\S{16,128}",
        secret=True,
        required=False,
        where_to_find="WordPress admin, WooCommerce, Settings, Advanced, Webhooks, Secret",
    ),
)

STEP_VERSION, STEP_ADDRESS, STEP_TAX, STEP_MAILS, STEP_GIFT_CARDS = (
    "version",
    "address",
    "taxes",
    "mails",
    "gift_cards",
)

PREPARATION = (
    PreparationStep(
        STEP_VERSION,
        "WooCommerce version",
        "Which WooCommerce answers, and what it lacks.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_ADDRESS,
        "Address and permalinks",
        "Keys work only at pretty permalinks; https keeps the key inside TLS.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_TAX,
        "Tax settings",
        "The shop reckons tax itself; how it rounds decides in which form a sale is sent.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_MAILS,
        "Mails",
        "Which mails the shop would send about till sales, and what is done about them.",
        changes_shop=True,
    ),
    PreparationStep(
        STEP_GIFT_CARDS,
        "Gift card add-on",
        "Which gift card add-on the shop has.",
        changes_shop=False,
    ),
)

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="whole products in pages; deleted ones are noticed by a full pull"),
    Capability(Noun.PRODUCT, "find"),
    Capability(Noun.INVENTORY, "read"),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "adjust", reason="read and set, since WooCommerce's own relative change loses updates"),
    Capability(Noun.ORDER, "create", reason="weighed and typed-in goods travel as fee lines, which move no stock"),
    Capability(Noun.ORDER, "list"),
    Capability(Noun.ORDER, "cancel"),
    Capability(Noun.ORDER, "refund"),
    Capability(Noun.CUSTOMER, "list"),
    Capability(
        Noun.CUSTOMER,
        "changed_since",
        present=False,
        reason="always read in full: WooCommerce cannot tell which customers changed",
    ),
    Capability(Noun.CUSTOMER, "save"),
    Capability(Noun.DISCOUNT, "check", reason="per-shopper limits and single use are judged by us"),
    Capability(Noun.GIFT_CARD, "balance", reason="with PW Gift Cards Pro or the Gift Cards extension"),
    Capability(
        Noun.GIFT_CARD,
        "redeem",
        reason="with PW Gift Cards Pro; with the Gift Cards extension balances only. That PW Gift Cards Pro shows one "
        "card by its id is not proven on a real shop: where it does not, redeeming says so and takes nothing",
    ),
)

_MAILS = (
    MailBehaviour(
        "order.create",
        MailSwitch.SWITCHED_OFF,
        "From WooCommerce 10.6 on no order mail goes out: the order is marked as a till order and carries no e-mail "
        "address while it is made. Older shops mail the merchant a new-order notice.",
    ),
    MailBehaviour(
        "order.stock",
        MailSwitch.SHOP_SETTING,
        "Low-stock and out-of-stock notices to the merchant follow WooCommerce, Settings, Products, Inventory.",
    ),
    MailBehaviour("order.cancel", MailSwitch.NEVER_SENT, "a till order that is completed is cancelled without mail"),
    MailBehaviour(
        "refund.create",
        MailSwitch.SWITCHED_OFF,
        "A refund is mailed to the order's e-mail address, so a till order has none unless the operator chose so.",
    ),
    MailBehaviour(
        "customer.save",
        MailSwitch.CANNOT_STOP,
        "A new account is welcomed by mail unless the merchant switched that mail off; nothing we send can stop it.",
    ),
    MailBehaviour("gift_card.debit", MailSwitch.NEVER_SENT, "a debit sends no mail"),
)

_ERRORS = (
    ErrorRow("woocommerce_rest_cannot_view", "TokenRejected", "401: unknown or revoked key; 403: rights are missing"),
    ErrorRow("woocommerce_rest_authentication_error", "WrongCredentials", "the secret, the signature or a permission"),
    ErrorRow("woocommerce_rest_invalid_coupon", "PlatformRefused", "the coupon is refused; the draft left is deleted"),
    ErrorRow("rest_invalid_param", "PlatformRefused", "a value has the wrong form; the field is named"),
    ErrorRow("rest_no_route", "NotFound", "the shop has no such route: an add-on or a newer version is missing"),
    ErrorRow("internal_server_error", "OutcomeUnknown", "PHP died; whether a create was saved is looked up"),
    ErrorRow("wp_die", "PlatformUnavailable", "maintenance, or the shop's database is down"),
    ErrorRow("rate_limit_exceeded", "RateLimited", "the Store API's limiter"),
    ErrorRow("woocommerce_rest_cannot_create_order_refund", "PlatformRefused", "the refund is more than is left"),
)

SPEC = PlatformSpec(
    slug="woocommerce",
    title="WooCommerce",
    api_version="wc/v3",
    api_version_ends=None,
    editions="Any shop with WooCommerce 9.9 or newer; 10.6 or newer keeps order mails back.",
    hosts=(
        HostRole("api", "{shop_url}", sends_credential=True),
        HostRole("storefront", "{shop_url}", sends_credential=False),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(TokenType.API_KEY, None, renewable=False, note="lasts until the merchant revokes the key"),
        TokenRule(TokenType.SESSION, CART_TOKEN_LIFE, renewable=True, note="a shopper's cart, to try coupons in"),
    ),
    scopes=("read", "write"),
    preparation=PREPARATION,
    limits=Limits(budget=20, restore_per_second=4, concurrency=3, page_size=PAGE_SIZE),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=WebhookScheme(
        signature_header="x-wc-webhook-signature",
        delivery_id_header="x-wc-webhook-delivery-id",
        words="HMAC-SHA256 of the raw body, base64. The first call is an unsigned ping. Lost ones are not repeated.",
    ),
    look_up=LookUpPromise(
        LookUpKind.WINDOW,
        LOOK_UP_WAIT,
        "WooCommerce has no idempotency key. An order in the trash is not found, and a create that the shop's server "
        "finishes later than the waiting time would be sent again.",
    ),
    totals=TotalsMode.RECOMPUTED,
    rounding_allowance=Decimal(0),
    gift_cards=GiftCardMode.STANDALONE,
    not_yet=("webhooks: a delivery can be checked, but nothing listens for them; changes are asked for",),
    documentation="https://developer.woocommerce.com/docs/apis/rest-api/",
    extra={
        "rounding": "The shop reckons tax from net prices sent with six decimals. Where its rounding differs, an "
        "untaxed line “Rounding” of at most one smallest unit per line makes the order agree to the cent.",
    },
)
