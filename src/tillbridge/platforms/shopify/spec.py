"""All that is declared about Shopify, as data: the setup form, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import date, timedelta

from tillbridge.domain.consent import ConsentPage
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
    SetupKind,
    TokenRule,
    TotalsMode,
    WebhookScheme,
)
from tillbridge.domain.tokens import TokenType

API_VERSION = "2026-10"
GRAPHQL_PATH = f"/admin/api/{API_VERSION}/graphql.json"

SETUP_OWN_APP, SETUP_PARTNER, SETUP_LEGACY = "own_app", "partner_app", "legacy_token"
DASHBOARD = "Dev Dashboard, your app, Settings"
_LEGACY_PLACE = "Shopify admin, Settings, Apps, Develop apps, your app, API credentials"

METAFIELD_NAMESPACE, METAFIELD_KEY = "tillbridge", "sale_reference"
SOURCE_NAME = "tillbridge"

REQUIRED_SCOPES = (
    "read_products",
    "write_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "write_orders",
    "read_customers",
    "write_customers",
    "read_discounts",
)
GIFT_CARD_SCOPES = ("read_gift_cards", "read_gift_card_transactions", "write_gift_card_transactions")
ALL_ORDERS_SCOPE = "read_all_orders"
ALL_SCOPES = (*REQUIRED_SCOPES, *GIFT_CARD_SCOPES)
CONSENT = ConsentPage(
    setup=SETUP_PARTNER,
    role="login",
    path="/admin/oauth/authorize",
    asks={"client_id": "{client_id}", "scope": ",".join(ALL_SCOPES)},
    answer="authorization_code",
)

NO_GIFT_CARDS = "gift cards not enabled for this shop: Shopify Support must switch them on for the app"
ORDER_WINDOW = timedelta(days=60)
LOOK_UP_WAIT = timedelta(seconds=30)
SEARCH_WAIT = timedelta(minutes=10)

_HOST = r"[a-z0-9][a-z0-9-]*\.myshopify\.com"

FIELDS = (
    CredentialField(
        name="shop",
        title="Shop domain",
        help="The permanent address, not the shop's own domain.",
        example="harbour-lane.myshopify.com",
        pattern=_HOST,
        where_to_find="Shopify admin, Settings, Domains: the one ending in .myshopify.com",
    ),
    CredentialField(
        name="client_id",
        title="Client ID",
        help="Identifies your app.",
        example="4f1c8a2e9b7d4c3f8a6e5d4c3b2a1908",
        pattern=r"\S{8,128}",
        where_to_find=DASHBOARD,
        token_type=TokenType.ID,
        setup=SETUP_OWN_APP,
    ),
    CredentialField(
        name="client_secret",
        title="Client secret",
        help="Proves that the app is yours; webhooks are signed with it too.",
        example="shpss_…",
        pattern=r"\S{8,256}",
        secret=True,
        where_to_find=DASHBOARD,
        token_type=TokenType.API_KEY,
        setup=SETUP_OWN_APP,
    ),
    CredentialField(
        name="client_id",
        title="Client ID",
        help="Identifies the partner's app.",
        example="4f1c8a2e9b7d4c3f8a6e5d4c3b2a1908",
        pattern=r"\S{8,128}",
        where_to_find=DASHBOARD,
        token_type=TokenType.ID,
        setup=SETUP_PARTNER,
    ),
    CredentialField(
        name="client_secret",
        title="Client secret",
        help="Proves that the app is the partner's; webhooks are signed with it too.",
        example="shpss_…",
        pattern=r"\S{8,256}",
        secret=True,
        where_to_find=DASHBOARD,
        token_type=TokenType.API_KEY,
        setup=SETUP_PARTNER,
    ),
    CredentialField(
        name="authorization_code",
        title="Authorization code",
        help="The whole address your browser is sent to after the install, or the part after code=. Good once.",
        example="https://app.example.com/?code=b1f3c09e…&state=…",
        pattern=r"\S{4,2000}",
        secret=True,
        where_to_find="open the consent page in any browser, install, then copy the address bar",
        setup=SETUP_PARTNER,
    ),
    CredentialField(
        name="legacy_token",
        title="Admin API access token",
        help="Existing admin-made apps only; Shopify makes no new ones since 2026.",
        example="shpat_…",
        pattern=r"\S{8,256}",
        secret=True,
        where_to_find=_LEGACY_PLACE,
        token_type=TokenType.API_KEY,
        setup=SETUP_LEGACY,
    ),
    CredentialField(
        name="webhook_secret",
        title="API secret key",
        help="Only needed to check webhooks.",
        example="shpss_…",
        pattern=r"\S{8,256}",
        secret=True,
        required=False,
        where_to_find=_LEGACY_PLACE,
        setup=SETUP_LEGACY,
    ),
)

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="whole products with variants, options and images in pages"),
    Capability(Noun.PRODUCT, "find"),
    Capability(Noun.INVENTORY, "read"),
    Capability(Noun.INVENTORY, "set", reason="refused by Shopify when its number moved meanwhile; whole units only"),
    Capability(Noun.INVENTORY, "adjust", reason="whole units only"),
    Capability(Noun.ORDER, "create"),
    Capability(Noun.ORDER, "list", reason="the last 60 days, unless the app also has read_all_orders"),
    Capability(Noun.ORDER, "cancel"),
    Capability(Noun.ORDER, "refund"),
    Capability(Noun.CUSTOMER, "list"),
    Capability(Noun.CUSTOMER, "save", reason="masked for admin-made apps on the Basic plan"),
    Capability(Noun.DISCOUNT, "check", reason="codes; automatic discounts are not told to the till"),
    Capability(Noun.GIFT_CARD, "redeem", reason="on shops where Shopify enabled gift cards for the app"),
)

_MAILS = (
    MailBehaviour(
        "order.create", MailSwitch.SWITCHED_OFF, "receipt and fulfilment receipt are switched off on the call"
    ),
    MailBehaviour("order.cancel", MailSwitch.SWITCHED_OFF, "the customer is not notified"),
    MailBehaviour("refund.create", MailSwitch.SWITCHED_OFF, "the customer is not notified"),
    MailBehaviour("customer.save", MailSwitch.NEVER_SENT, "no invitation is sent; consent is never asked for by mail"),
    MailBehaviour("gift_card.debit", MailSwitch.NEVER_SENT, "a debit sends no mail"),
    MailBehaviour(
        "order.create.staff",
        MailSwitch.SHOP_SETTING,
        "staff order notifications are the shop's setting: Shopify admin, Settings, Notifications",
    ),
)

_ERRORS = (
    ErrorRow("THROTTLED", "RateLimited", "too many points asked in a short time; the work waits"),
    ErrorRow("MAX_COST_EXCEEDED", "PlatformRefused", "one question was too large; it is asked again in smaller pages"),
    ErrorRow(
        "ACCESS_DENIED", "MissingPermission", "the app lacks a scope; add it in the app and accept it in the shop"
    ),
    ErrorRow("INTERNAL_SERVER_ERROR", "OutcomeUnknown", "Shopify failed; a change is looked up before it is repeated"),
    ErrorRow("CHANGE_FROM_QUANTITY_STALE", "Conflict", "stock moved meanwhile; nothing was written"),
    ErrorRow("INSUFFICIENT_FUNDS", "PlatformRefused", "the gift card holds less than the amount"),
    ErrorRow("TAX_LINE_RATE_MISSING", "PlatformRefused", "a tax line has no rate"),
    ErrorRow("shop_not_permitted", "WrongCredentials", "the app is not installed, or belongs to another organisation"),
    ErrorRow("invalid_grant", "ReauthenticationNeeded", "the refresh token is spent; install the app again"),
)

SPEC = PlatformSpec(
    slug="shopify",
    title="Shopify",
    api_version=API_VERSION,
    api_version_ends=date(2027, 10, 1),
    editions="Basic, Grow, Advanced, Plus",
    setups=(
        SetupKind(SETUP_OWN_APP, "Own app", "An app of the shop's own organisation, made in the Dev Dashboard."),
        SetupKind(
            SETUP_PARTNER, "Partner's app", "An app another organisation made for this shop; one browser install."
        ),
        SetupKind(SETUP_LEGACY, "Admin-made app", "An existing app with a token that does not end."),
    ),
    consent=(CONSENT,),
    hosts=(
        HostRole("api", "https://{shop}", sends_credential=True, host_pattern=_HOST),
        HostRole("login", "https://{shop}", sends_credential=True, host_pattern=_HOST),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(TokenType.ACCESS, timedelta(hours=24), renewable=True, note="own app; partner's app: 1 hour"),
        TokenRule(TokenType.REFRESH, timedelta(days=90), renewable=True, rotates=True, note="partner's app only"),
        TokenRule(TokenType.ID, None, renewable=False, note="the client ID"),
        TokenRule(TokenType.API_KEY, None, renewable=False, note="the client secret, or an admin-made app's token"),
    ),
    scopes=REQUIRED_SCOPES,
    preparation=(
        PreparationStep(
            "order_reference",
            "Order reference",
            "Defines a unique field on orders for the till's reference, by which a sale is found again.",
            changes_shop=True,
        ),
        PreparationStep("location", "Location", "Which location the till's stock belongs to.", changes_shop=False),
        PreparationStep("taxes", "Taxes", "Whether the shop's prices include tax.", changes_shop=False),
        PreparationStep("currency", "Currency", "Which currency the shop sells in.", changes_shop=False),
        PreparationStep(
            "gift_cards", "Gift cards", "Whether the app may read and debit gift cards.", changes_shop=False
        ),
    ),
    limits=Limits(budget=1000.0, restore_per_second=50.0, concurrency=4, page_size=25, cost_based=True),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=WebhookScheme(
        "x-shopify-hmac-sha256",
        "x-shopify-webhook-id",
        "base64 of HMAC-SHA256 over the raw body with the client secret; remember delivery ids against replays",
    ),
    look_up=LookUpPromise(
        LookUpKind.EXACT,
        LOOK_UP_WAIT,
        "A create still running after 30 seconds would be missed; its second copy is then refused by the unique field. "
        "Without the field only the search index is left, which lags by seconds to minutes.",
    ),
    totals=TotalsMode.EXACT,
    gift_cards=GiftCardMode.STANDALONE,
    not_yet=(
        "bulk export for first loads of very large catalogues",
        "gift card sale as a Shopify gift card",
        "webhooks: a delivery can be checked, but nothing listens for them; changes are asked for",
    ),
    documentation="https://shopify.dev/docs/api/admin-graphql/2026-10",
    extra={
        "version_note": "Shopify answers a retired version with the oldest supported one; its header is checked.",
        "trial_note": "Trial and development shops accept five new orders a minute.",
        "optional_scopes": ", ".join((*GIFT_CARD_SCOPES, ALL_ORDERS_SCOPE)),
    },
)
