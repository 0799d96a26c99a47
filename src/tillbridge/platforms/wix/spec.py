"""All that is declared about Wix, as data: the setup form, passport, limits, promises and their words."""

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
    SetupKind,
    TokenRule,
    TotalsMode,
    WebhookScheme,
)
from tillbridge.domain.tokens import TokenType

PAGE_SIZE = 100
MANY_ROWS = 1000
"""The page of variants and inventory items, which may be ten times longer than others."""
MOVED_AT_ONCE = 300
TOKEN_LIFE = timedelta(hours=4)
LOOK_UP_WAIT = timedelta(seconds=45)
"""A lost answer is given up after 30 seconds; the search index is then given 10 more, and a little."""
LOOK_UP_STEPS = (2.0, 10.0)
"""Seconds until the first and until each later look."""

SETUP_APP, SETUP_KEY = "app", "api_key"
STORES_APP = "215238eb-22a5-4c36-9e7b-e7c08025e04e"
_GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

_APP = "Wix Studio workspace, Custom Apps, your app, Develop, OAuth"
_INSTALLED = "Wix Studio workspace, Custom Apps, your app, the page of sites it is installed on"
_KEYS = "manage.wix.com/account/api-keys, as the owner of the account; Wix confirms by SMS"
NO_COUNT = (
    "Wix has no call that counts a use, and does not say whether an order that names a coupon counts; a coupon's limit "
    "is checked when the code is typed in"
)
NO_GIFT_CARDS = (
    "no gift cards answer: the site needs the Wix Gift Card app from the Wix App Market, and the app or key the "
    "permission to use it"
)
V1_REFUSED = (
    "This site still has the old product catalogue (Catalog V1), which Tillbridge does not speak yet. Wix upgrades "
    "sites one by one; connect again when the site has Catalog V3."
)
NO_STORES = "Wix Stores is not installed on this site; add it from the Wix App Market, then connect again."

FIELDS = (
    CredentialField(
        name="app_id",
        title="App ID",
        help="Names the app of your own that is installed on the site.",
        example="0f1e2d3c-4b5a-4968-8776-655443322110",
        pattern=_GUID,
        where_to_find=_APP,
        setup=SETUP_APP,
    ),
    CredentialField(
        name="app_secret",
        title="App secret key",
        help="Belongs to the app; whoever has it can speak for the app.",
        example="a1b2c3d4-1111-4222-8333-444455556666",
        pattern=r"\S{16,200}",
        secret=True,
        where_to_find=_APP,
        setup=SETUP_APP,
    ),
    CredentialField(
        name="instance_id",
        title="Instance ID",
        help="Names the app's installation on this one site.",
        example="9a8b7c6d-5e4f-4a3b-8c2d-1e0f9a8b7c6d",
        pattern=_GUID,
        where_to_find=_INSTALLED,
        setup=SETUP_APP,
    ),
    CredentialField(
        name="webhook_public_key",
        title="Webhook public key",
        help="Only if Wix is to tell us about changes: the app's public key, with or without its line breaks.",
        example="-----BEGIN PUBLIC KEY----- MIIB... -----END PUBLIC KEY-----",
        pattern=r"\s*-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*",
        required=False,
        where_to_find="Wix Studio workspace, Custom Apps, your app, Develop, Webhooks, Get Public Key",
        setup=SETUP_APP,
    ),
    CredentialField(
        name="site_id",
        title="Site ID",
        help="The site's own id.",
        example="1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f",
        pattern=_GUID,
        where_to_find="the browser's address while the site's dashboard is open, after /dashboard/",
        setup=SETUP_KEY,
    ),
    CredentialField(
        name="api_key",
        title="API key",
        help="Needs the permissions of Wix Stores, eCommerce, Contacts, Coupons, Gift Cards and Site Settings.",
        example="IST.eyJraWQiOiJQb3pIX2FDMiIsImFsZyI6IlJTMjU2In0",
        pattern=r"\S{20,4000}",
        secret=True,
        where_to_find=_KEYS,
        token_type=TokenType.API_KEY,
        setup=SETUP_KEY,
    ),
)

STEP_CATALOG, STEP_LOCATION, STEP_STOCK, STEP_TAX, STEP_MAILS, STEP_GIFT_CARDS = (
    "catalog",
    "location",
    "stock",
    "taxes",
    "mails",
    "gift_cards",
)
PREPARATION = (
    PreparationStep(STEP_CATALOG, "Product catalogue", "Which of Wix's two catalogues the site has.", False),
    PreparationStep(STEP_LOCATION, "Location", "Where the online shop's stock is kept.", changes_shop=False),
    PreparationStep(STEP_STOCK, "Stock", "When the site lowers stock for an order.", changes_shop=False),
    PreparationStep(STEP_TAX, "Taxes", "Whether the site's prices are with or without tax.", changes_shop=False),
    PreparationStep(STEP_MAILS, "Mails", "Which mails Wix could send about till sales.", changes_shop=False),
    PreparationStep(STEP_GIFT_CARDS, "Gift cards", "Whether the site has the gift card app.", changes_shop=False),
)

READ_PRODUCTS, WRITE_STOCK = "SCOPE.STORES.PRODUCT_READ", "SCOPE.STORES.INVENTORY_ITEM_WRITE"
READ_STOCK, READ_ORDERS = "SCOPE.STORES.INVENTORY_ITEM_READ", "SCOPE.DC-STORES.READ-ORDERS"
WRITE_ORDERS, COUPONS = "SCOPE.DC-STORES.MANAGE-ORDERS", "SCOPE.DC-COUPONS.MANAGE-COUPONS"
CONTACTS, SITE = "CONTACTS.CONTACT_READ", "SITE_SETTINGS.VIEW"
SCOPES = (
    *(READ_PRODUCTS, READ_STOCK, WRITE_STOCK, READ_ORDERS, WRITE_ORDERS, COUPONS, CONTACTS, SITE),
    *("SCOPE.STORES.CATALOG_READ_LIMITED", "SCOPE.STORES.PRODUCT_READ_ADMIN"),
    *("CONTACTS.CONTACT_CREATE", "CONTACTS.CONTACT_UPDATE", "EMAIL_SUBSCRIPTIONS.MODIFY"),
    "GIFT_CARDS.GIFT_CARD_READ",
)
"""Where no scope's name is known, the permission's own id. Without PRODUCT_READ_ADMIN hidden products stay unseen."""

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="pages by last change; deleted ones are noticed by a full pull"),
    Capability(Noun.PRODUCT, "find", reason="by an index that may be a moment behind a product just changed"),
    Capability(Noun.INVENTORY, "read"),
    Capability(Noun.INVENTORY, "set", reason="refused by Wix when somebody else wrote meanwhile"),
    Capability(Noun.INVENTORY, "adjust", reason="Wix knows no key for it, so a lost answer is read back"),
    Capability(Noun.ORDER, "create", reason="weighed and typed-in goods travel as lines by name and move no stock"),
    Capability(Noun.ORDER, "list"),
    Capability(Noun.ORDER, "cancel"),
    Capability(Noun.ORDER, "refund", reason="recorded as given back outside Wix; no money moves through it"),
    Capability(Noun.CUSTOMER, "list"),
    Capability(Noun.CUSTOMER, "save"),
    Capability(
        Noun.DISCOUNT,
        "check",
        reason="rules are judged by us, coupons for a category by Wix; limits per shopper by nobody",
    ),
    Capability(Noun.DISCOUNT, "use_count", present=False, reason=NO_COUNT),
    Capability(Noun.GIFT_CARD, "balance", reason="with the Wix Gift Card app"),
    Capability(
        Noun.GIFT_CARD,
        "redeem",
        reason="with the Wix Gift Card app. Its journal names no reference: a debit is found again by asking once more "
        "with its own key and more than the card holds, which is not proven on a real site",
    ),
)

_MAILS = (
    MailBehaviour("order.create", MailSwitch.SWITCHED_OFF, "Both notices, to shopper and merchant, are switched off."),
    MailBehaviour(
        "order.hand_over",
        MailSwitch.SWITCHED_OFF,
        "Wix mails the order's e-mail address when goods are handed over, so till orders have none unless chosen.",
    ),
    MailBehaviour("order.cancel", MailSwitch.SWITCHED_OFF, "the call says that no mail is to be sent"),
    MailBehaviour("refund.create", MailSwitch.SWITCHED_OFF, "the call says that no mail is to be sent"),
    MailBehaviour("customer.save", MailSwitch.NEVER_SENT, "a contact made by an app gets no mail"),
    MailBehaviour("gift_card.debit", MailSwitch.NEVER_SENT, "a changed balance sends no mail"),
)

_ERRORS = (
    ErrorRow("UNAUTHENTICATED", "TokenRejected", "401: the token is missing, expired or taken back"),
    ErrorRow("PERMISSION_DENIED", "MissingPermission", "403: a permission is missing, or it is another's site"),
    ErrorRow("invalid_client", "WrongCredentials", "the app's secret is not accepted"),
    ErrorRow("RESOURCE_EXHAUSTED", "RateLimited", "more than 200 calls a minute"),
    ErrorRow("CATALOG_V1_SITE", "PlatformRefused", "428: the site has the old catalogue"),
    ErrorRow("PURCHASED_DATE_CANNOT_BE_IN_FUTURE", "PlatformRefused", "the till's clock is ahead of Wix's"),
    ErrorRow("ORDER_NOT_FOUND", "NotFound", "no such order on this site"),
    ErrorRow("ORDER_ALREADY_PAID", "PlatformRefused", "paid already; fine after a lost answer"),
    ErrorRow("DUPLICATE_CONTACT_EXISTS", "PlatformRefused", "the e-mail is taken; the contact is found instead"),
    ErrorRow("INVALID_PAYMENT_REFUND_AMOUNT", "PlatformRefused", "more than is left of the payment"),
    ErrorRow("INSUFFICIENT_FUNDS", "PlatformRefused", "the gift card holds less"),
    ErrorRow("GIFT_CARD_NOT_FOUND", "NotFound", "no such card on this site"),
    ErrorRow("INVENTORY_QUANTITY_NOT_TRACKED", "PlatformRefused", "the site does not count this stock"),
)

SPEC = PlatformSpec(
    slug="wix",
    title="Wix",
    api_version="Stores V3, eCommerce V1",
    api_version_ends=None,
    editions="Sites with Wix Stores on Catalog V3 and a business plan with eCommerce.",
    setups=(
        SetupKind(SETUP_APP, "App of your own", "An app installed on the site; its tokens renew by themselves."),
        SetupKind(SETUP_KEY, "API key", "A key of the account; it does not end, and Wix sends no webhooks with it."),
    ),
    hosts=(
        HostRole("api", "https://www.wixapis.com", sends_credential=True, host_pattern=r"www\.wixapis\.com"),
        HostRole("login", "https://www.wixapis.com", sends_credential=False, host_pattern=r"www\.wixapis\.com"),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(TokenType.ACCESS, TOKEN_LIFE, renewable=True, note="asked for anew with app ID, secret and instance"),
        TokenRule(TokenType.API_KEY, None, renewable=False, note="lasts until the owner revokes the key"),
    ),
    scopes=SCOPES,
    preparation=PREPARATION,
    limits=Limits(budget=20, restore_per_second=3, concurrency=3, page_size=PAGE_SIZE),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=WebhookScheme(
        signature_header="",
        delivery_id_header="",
        words="Apps only: the whole body is a JWT, signed RS256 with the app's key; the event's id stands inside it. "
        "Lost ones are repeated for 48 hours. API keys get none.",
    ),
    look_up=LookUpPromise(
        LookUpKind.INDEXED,
        LOOK_UP_WAIT,
        "Wix has no idempotency key. Orders are found by a search index, looked at twice and among pending ones too; "
        "an order that it shows later than the waiting time would be sent again. Should Wix leave an order unapproved "
        "although its lines are paid offline, no search would show it.",
    ),
    totals=TotalsMode.EXACT,
    rounding_allowance=Decimal(0),
    gift_cards=GiftCardMode.STANDALONE,
    not_yet=(
        "webhooks: a delivery can be checked, but nothing listens for them; changes are asked for",
        "sites with Catalog V1: recognised when connecting, and refused with the reason",
        "old apps with custom authentication and a refresh token: make an app of the present kind, or an API key",
    ),
    documentation="https://dev.wix.com/docs/api-reference",
    extra={
        "stock": "Wix documents that orders lower stock at the default location. On the first sale Tillbridge compares "
        "the numbers before and after, and believes what it saw.",
    },
)
