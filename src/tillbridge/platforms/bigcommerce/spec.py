"""All that is declared about BigCommerce, as data: the setup form, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import timedelta

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

PAGE_SIZE = 250
INVENTORY_PAGE = 1000
STOCK_ROWS = 2000
"""Rows one stock call may carry."""
LOOK_UP_WAIT = timedelta(seconds=60)
"""BigCommerce's edge has given up on a create before this, and a new order is listed within seconds."""
WEBHOOK_WINDOW = timedelta(minutes=5)

_ACCOUNT = "BigCommerce control panel, Settings, Store-level API accounts, Create API account"
NO_COMPARE_AND_SET = "read, compared, then set: BigCommerce has no write that is refused when the number moved"
GIFT_CARD_RISK = (
    "BigCommerce has neither a debit nor a ledger: the balance is read, written and read again, with our reference in "
    "the certificate's message. A web shopper paying with it in the same second can be overwritten unseen."
)

FIELDS = (
    CredentialField(
        name="store_hash",
        title="Store hash",
        help="The part of the API path between “stores/” and “/v3”.",
        example="g5cd38",
        pattern=r"[a-z0-9]{4,20}",
        where_to_find=f"{_ACCOUNT}: in the API path; also in the address store-….mybigcommerce.com",
    ),
    CredentialField(
        name="access_token",
        title="Access token",
        help="Shown once when the API account is made, and in the text file downloaded then. It does not end.",
        example="9p2kqk1f0s7h3xv5n8c4z6wd1t0ybmj",
        pattern=r"[0-9A-Za-z]{20,64}",
        secret=True,
        where_to_find=_ACCOUNT,
        token_type=TokenType.API_KEY,
    ),
    CredentialField(
        name="client_secret",
        title="Client secret",
        help="Only if the shop is to tell us about changes: its messages are signed with it.",
        example="64 letters and digits from the downloaded file",
        pattern=r"[0-9A-Za-z]{16,128}",
        secret=True,
        required=False,
        where_to_find=_ACCOUNT,
    ),
)

STEP_TAX, STEP_LOCATION, STEP_CHANNEL, STEP_STOCK, STEP_MAILS = "taxes", "location", "channel", "stock", "mails"

PREPARATION = (
    PreparationStep(STEP_TAX, "Taxes", "Whether the shop's prices include tax.", changes_shop=False),
    PreparationStep(STEP_LOCATION, "Location", "Which location the till's stock belongs to.", changes_shop=False),
    PreparationStep(STEP_CHANNEL, "Sales channel", "Under which channel till orders are listed.", changes_shop=True),
    PreparationStep(STEP_STOCK, "Stock and orders", "When the shop lowers stock for an order.", changes_shop=False),
    PreparationStep(
        STEP_MAILS, "Mails", "Whether till orders are linked to shoppers' accounts.", changes_shop=False
    ),
)  # fmt: skip

SCOPES = (
    "store_v2_information_read_only",
    "store_v2_products_read_only",
    "store_inventory",
    "store_v2_customers",
    "store_v2_orders",
    "store_v2_transactions",
    "store_v2_marketing",
)
OPTIONAL_SCOPES = ("store_cart", "store_checkout", "store_channel_settings")

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="whole products in pages; stock alone may not count as a change"),
    Capability(Noun.PRODUCT, "find"),
    Capability(Noun.INVENTORY, "read"),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "adjust", reason="whole pieces; a lost answer is read back, never sent again"),
    Capability(Noun.ORDER, "create", reason="weighed and typed-in goods travel as own lines, which move no stock"),
    Capability(Noun.ORDER, "list"),
    Capability(
        Noun.ORDER,
        "cancel",
        reason="where the shop leaves the goods out, they are put back by a call of their own, which is never repeated",
    ),
    Capability(
        Noun.ORDER,
        "refund",
        reason="booked as given back outside; goods are put back by a change of stock of their own",
    ),
    Capability(Noun.CUSTOMER, "list", reason="without newsletter consent, which BigCommerce keeps elsewhere"),
    Capability(Noun.CUSTOMER, "save", reason="consent is read and never written"),
    Capability(
        Noun.DISCOUNT,
        "check",
        reason="promotions and coupons by code; limits per shopper, groups and segments cannot be read, and a code "
        "honoured at the till is not counted by the shop",
    ),
    Capability(Noun.GIFT_CARD, "balance"),
    Capability(Noun.GIFT_CARD, "redeem", reason=GIFT_CARD_RISK),
)

_MAILS = (
    MailBehaviour("order.create", MailSwitch.NEVER_SENT, "an order made through this API sends no order mail"),
    MailBehaviour(
        "order.cancel",
        MailSwitch.SWITCHED_OFF,
        "A change of status is mailed to the order's address if the shop does so; a till order has none unless the "
        "operator chose to link shoppers' accounts.",
    ),
    MailBehaviour("refund.create", MailSwitch.SWITCHED_OFF, "as for a change of status: a till order has no address"),
    MailBehaviour("customer.save", MailSwitch.SWITCHED_OFF, "the welcome mail is switched off on the call"),
    MailBehaviour("gift_card.debit", MailSwitch.NEVER_SENT, "a change of balance sends no mail"),
    MailBehaviour(
        "order.stock",
        MailSwitch.SHOP_SETTING,
        "Low-stock notices to the merchant follow the shop's own inventory notifications.",
    ),
)

_ERRORS = (
    ErrorRow("401", "TokenRejected", "the token is wrong, or its API account was deleted; make a new account"),
    ErrorRow("403", "MissingPermission", "the API account lacks a scope; accounts cannot be changed, make a new one"),
    ErrorRow("400", "PlatformRefused", "a value has the wrong form; the field is named where BigCommerce names it"),
    ErrorRow("409", "PlatformRefused", "it exists already, or somebody changed it meanwhile"),
    ErrorRow("413", "PlatformRefused", "too many rows in one call"),
    ErrorRow("422", "PlatformRefused", "a field is missing or wrong; it is named"),
    ErrorRow("423", "PlatformUnavailable", "locked for a moment; nothing was done"),
    ErrorRow("429", "RateLimited", "the store's quota of thirty seconds is used up by all its apps together"),
    ErrorRow("503", "PlatformUnavailable", "maintenance, an upgrade, or the store is suspended for billing"),
    ErrorRow("504", "OutcomeUnknown", "the edge gave up waiting; whether a create was saved is looked up"),
    ErrorRow("507", "PlatformRefused", "the store's plan allows no more of these"),
)

SPEC = PlatformSpec(
    slug="bigcommerce",
    title="BigCommerce",
    api_version="v2 and v3",
    api_version_ends=None,
    editions="Standard, Plus, Pro, Enterprise, with a store-level API account.",
    hosts=(
        HostRole(
            "api", "https://api.bigcommerce.com", sends_credential=True, host_pattern=r"api\.bigcommerce\.com"
        ),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(
            TokenType.API_KEY,
            None,
            renewable=False,
            note="the account's access token; it lasts until the account is deleted, which also deletes its webhooks",
        ),
    ),
    scopes=SCOPES,
    preparation=PREPARATION,
    limits=Limits(budget=150, restore_per_second=5, concurrency=4, page_size=PAGE_SIZE),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=WebhookScheme(
        signature_header="webhook-signature",
        delivery_id_header="webhook-id",
        words="Standard Webhooks: HMAC-SHA256 with the client secret over id, time and raw body. Older than five "
        "minutes is refused, and a known id is a repeat. Lost ones are repeated for two days.",
    ),
    look_up=LookUpPromise(
        LookUpKind.INDEXED,
        LOOK_UP_WAIT,
        "BigCommerce has no idempotency key and takes the same reference twice. A create that it finishes later than "
        "the waiting time would be sent again, and an order archived meanwhile is found by its own id only.",
    ),
    totals=TotalsMode.EXACT,
    gift_cards=GiftCardMode.STANDALONE,
    not_yet=(
        "single-click apps, whose token comes from a browser install",
        "webhooks: a delivery can be checked, but nothing listens for them; changes are asked for",
    ),
    documentation="https://docs.bigcommerce.com/developer/api-reference",
    extra={
        "optional_scopes": ", ".join(OPTIONAL_SCOPES),
        "quota": "Pro stores have three times the pace; answers tell, and the pace follows.",
        "discount": "An order carries the till's discount as a manual one; codes stand in the staff notes.",
    },
)  # fmt: skip
