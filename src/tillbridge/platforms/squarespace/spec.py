"""All that is declared about Squarespace, as data: the setup forms, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import timedelta

from tillbridge.domain.consent import ConsentPage
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
    SetupKind,
    TokenRule,
    TotalsMode,
    WebhookScheme,
)
from tillbridge.domain.tokens import TokenType

SETUP_KEY, SETUP_OAUTH = "api_key", "oauth"

PAGE_SIZE = 50
"""Fixed by the platform for products, stock and orders; also the most ids in one path and operations in one write."""
LOOK_UP_WAIT = timedelta(minutes=2)
KEY_LIFE = timedelta(hours=48)
"""How long an idempotency key is certainly remembered."""
COOL_DOWN = 60.0
"""Seconds a throttled caller is shut out; answers do not say it."""
ACCESS_LIFE, REFRESH_LIFE = timedelta(minutes=30), timedelta(days=7)

_HOSTS = r"(api|login)\.squarespace\.com"
_KEYS = "Squarespace, Settings, Developer Tools, Developer API Keys, Generate Key"
_APP = "the registration that Squarespace sent for your extension"
SCOPES = (
    "website.orders",
    "website.inventory",
    "website.products.read",
    "website.contacts",
    "website.discounts.read",
)
PERMISSIONS = {
    "website.orders": "Orders, Read and Write",
    "website.inventory": "Inventory, Read and Write",
    "website.products.read": "Products, Read Only",
    "website.contacts": "Contacts, Read and Write",
    "website.discounts.read": "Discounts, Read Only",
}
"""What the page for API keys calls each scope."""
CONSENT = ConsentPage(
    setup=SETUP_OAUTH,
    role="login",
    path="/api/1/login/oauth/provider/authorize",
    asks={
        "client_id": "{client_id}",
        "redirect_uri": "{redirect_uri}",
        "scope": ",".join(SCOPES),
        "access_type": "offline",
    },
    answer="authorization_code",
    redirect="redirect_uri",
)

NO_CANCEL = "Squarespace has no call to cancel an order; cancel it in the shop's panel, then it is read back"
NO_REFUND = (
    "Squarespace has no call to refund an order; the refund stands in the till's books. Refund it in the shop's panel "
    "too, and put goods given back into stock there"
)
NO_GIFT_CARDS = (
    "Squarespace opens no gift cards to other programs: no balance, no debit. In the Squarespace app choose Commerce, "
    "+, Apply Gift Card Code, and note the amount on the sale"
)
NO_COMPARE_AND_SET = "read, compared, then set: Squarespace has no write that is refused when the number moved"
NO_CODE_SEARCH = "Squarespace finds no goods by SKU or barcode, so the whole catalogue is read, 50 products a call"
NO_USE_COUNT = "Squarespace counts uses itself, and nothing shows that a code on an imported order is counted"

FIELDS = (
    CredentialField(
        name="api_key",
        title="API key",
        help="Shown once. Tick "
        + "; ".join(PERMISSIONS.values())
        + ". The permissions of a key cannot be changed later: make a new one.",
        example="a1b2c3d4-e5f6-4708-91a2-b3c4d5e6f708",
        pattern=r"[0-9A-Za-z._|/+=-]{16,200}",
        secret=True,
        where_to_find=_KEYS,
        token_type=TokenType.API_KEY,
        setup=SETUP_KEY,
    ),
    CredentialField(
        name="client_id",
        title="Client ID",
        help="Identifies your registered extension.",
        example="mJ4kQ2vX7bN9tR5w",
        pattern=r"[0-9A-Za-z._-]{8,200}",
        where_to_find=_APP,
        token_type=TokenType.ID,
        setup=SETUP_OAUTH,
    ),
    CredentialField(
        name="client_secret",
        title="Client secret",
        help="Proves that the extension is yours.",
        example="at least 16 letters and digits",
        pattern=r"\S{16,256}",
        secret=True,
        where_to_find=_APP,
        setup=SETUP_OAUTH,
    ),
    CredentialField(
        name="redirect_uri",
        title="Redirect address",
        help="Where the browser goes after consent; exactly as it was registered.",
        example="https://till.example.com/squarespace",
        pattern=r"https://[^\s?#]+|http://(127\.0\.0\.1|localhost)(:\d+)?/[^\s?#]*",
        where_to_find=_APP,
        setup=SETUP_OAUTH,
    ),
    CredentialField(
        name="authorization_code",
        title="Answer of the consent page",
        help="The whole address the browser ends up at, or the part after code=. Good once, for two minutes.",
        example="https://till.example.com/squarespace?code=vN3…&state=…",
        pattern=r"\S{4,2000}",
        secret=True,
        where_to_find="open the consent page in any browser, allow access, then copy the address bar",
        setup=SETUP_OAUTH,
    ),
    CredentialField(
        name="webhook_secret",
        title="Webhook secret",
        help="Only if the shop is to tell us about changes: shown when the subscription is made.",
        example="64 hexadecimal digits",
        pattern=r"([0-9a-f]{2}){16,128}",
        secret=True,
        required=False,
        where_to_find="the answer to making a webhook subscription, or to changing its secret",
        setup=SETUP_OAUTH,
    ),
)

STEP_STOCK, STEP_MAILS, STEP_PACE = "stock", "mails", "pace"

PREPARATION = (
    PreparationStep(STEP_STOCK, "Stock and orders", "How till orders move the shop's stock.", changes_shop=False),
    PreparationStep(
        STEP_MAILS, "Mails", "Whether till orders carry the shopper's e-mail address.", changes_shop=False
    ),
    PreparationStep(STEP_PACE, "Pace", "How many orders the shop takes in an hour.", changes_shop=False),
)  # fmt: skip

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="whole products in pages; a sale alone may not count as a change"),
    Capability(Noun.PRODUCT, "find", reason=NO_CODE_SEARCH),
    Capability(Noun.INVENTORY, "read"),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "adjust", reason="under a key of its own, so that a repeat changes nothing"),
    Capability(
        Noun.INVENTORY,
        "changed_since",
        present=False,
        reason="Squarespace does not tell whose stock changed; all numbers are read, 50 a call",
    ),
    Capability(
        Noun.ORDER,
        "create",
        reason="imported as paid and fulfilled; weighed goods, services and typed-in goods travel by name and move no "
        "stock",
    ),
    Capability(Noun.ORDER, "list", reason="tax is told for the whole order and shared over its lines"),
    Capability(Noun.ORDER, "cancel", present=False, reason=NO_CANCEL),
    Capability(Noun.ORDER, "refund", present=False, reason=NO_REFUND),
    Capability(Noun.ORDER, "partial_refund", present=False, reason=NO_REFUND),
    Capability(Noun.CUSTOMER, "list", reason="with the default address only; the others would cost a call each"),
    Capability(
        Noun.CUSTOMER,
        "changed_since",
        present=False,
        reason="always read in full: Squarespace cannot tell which contacts changed",
    ),
    Capability(Noun.CUSTOMER, "save", reason="an e-mail address is needed; addresses and consent are never written"),
    Capability(
        Noun.DISCOUNT,
        "check",
        reason="minimum, goods, uses and shopper are judged by us; kinds that only the panel knows are not found",
    ),
    Capability(Noun.DISCOUNT, "use_count", present=False, reason=NO_USE_COUNT),
    Capability(Noun.GIFT_CARD, "*", present=False, reason=NO_GIFT_CARDS),
)

_MAILS = (
    MailBehaviour(
        "order.create",
        MailSwitch.SWITCHED_OFF,
        "The fulfilment notice is switched off on the order, and the order carries no e-mail address unless the "
        "operator chose to put it there.",
    ),
    MailBehaviour(
        "order.stock",
        MailSwitch.SHOP_SETTING,
        "Low-stock notices to the merchant follow the shop's own notification settings.",
    ),
    MailBehaviour("stock.set", MailSwitch.SHOP_SETTING, "a low number may be told to the merchant in the same way"),
    MailBehaviour(
        "customer.save",
        MailSwitch.NEVER_SENT,
        "A contact is no account and is made without consent to marketing; Squarespace's documents name no mail to it.",
    ),
)

_ERRORS = (
    ErrorRow("AUTHORIZATION_ERROR", "TokenRejected", "401: the key or token is wrong, ended or taken away"),
    ErrorRow(
        "MISSING_SCOPE", "MissingPermission", "the key lacks a permission; keys cannot be changed, make a new one"
    ),
    ErrorRow("OAUTH_TOKEN_REQUIRED", "MissingPermission", "an API key may not do this; connect by OAuth"),
    ErrorRow("FORBIDDEN_RESOURCE", "MissingPermission", "the site's plan or the key does not include this"),
    ErrorRow("WEBSITE_EXPIRED", "ShopClosed", "402: the site's subscription has ended; the merchant must renew it"),
    ErrorRow("MISSING_ARGUMENT", "PlatformRefused", "a needed value is missing"),
    ErrorRow("INVALID_ARGUMENT", "PlatformRefused", "a value has the wrong form"),
    ErrorRow("CURRENCY_MISMATCH", "PlatformRefused", "the shop sells in another currency"),
    ErrorRow("PRODUCT_VARIANT_NOT_FOUND", "PlatformRefused", "the shop no longer has these goods; link them again"),
    ErrorRow("INVENTORY_ITEM_NOT_FOUND", "NotFound", "the shop no longer has one of the variants asked for"),
    ErrorRow("INSUFFICIENT_STOCK", "PlatformRefused", "too few left; a paid sale is then sent without moving stock"),
    ErrorRow("STOCK_NOT_TRACKED", "PlatformRefused", "the shop keeps no stock for it"),
    ErrorRow("CONCURRENT_MODIFICATION", "PlatformUnavailable", "still busy with the same; a create is looked up"),
    ErrorRow("DUPLICATE_USER_CONFLICT", "PlatformRefused", "the e-mail address exists; the contact is found instead"),
    ErrorRow("TOO_MANY_REQUESTS", "RateLimited", "over 300 calls a minute, or over 100 orders an hour with a key"),
    ErrorRow("SERVER_ERROR", "OutcomeUnknown", "whether a create was saved is looked up"),
    ErrorRow("SERVICE_UNAVAILABLE", "OutcomeUnknown", "reads are repeated; a create is looked up"),
)

SPEC = PlatformSpec(
    slug="squarespace",
    title="Squarespace",
    api_version="products v2, discounts v1, contacts v1, all else 1.0",
    api_version_ends=None,
    editions="Core, Plus, Advanced and Commerce Advanced by API key; by OAuth also sites on other plans.",
    setups=(
        SetupKind(SETUP_KEY, "API key", "A key of this one site, made in its settings. No webhooks."),
        SetupKind(SETUP_OAUTH, "Extension", "A registered extension and one consent in any browser."),
    ),
    consent=(CONSENT,),
    hosts=(
        HostRole("api", "https://api.squarespace.com", sends_credential=True, host_pattern=_HOSTS),
        HostRole("login", "https://login.squarespace.com", sends_credential=True, host_pattern=_HOSTS),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(TokenType.API_KEY, None, renewable=False, note="lasts while the site is paid for"),
        TokenRule(TokenType.ACCESS, ACCESS_LIFE, renewable=True, note="extension only; an API key does not end"),
        TokenRule(
            TokenType.REFRESH,
            REFRESH_LIFE,
            renewable=True,
            rotates=True,
            note="extension only; replaced at every use, so a till switched off for a week needs a new consent",
        ),
        TokenRule(TokenType.ID, None, renewable=False, note="the client ID"),
    ),
    scopes=SCOPES,
    preparation=PREPARATION,
    limits=Limits(budget=50, restore_per_second=4, concurrency=4, page_size=PAGE_SIZE),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=WebhookScheme(
        signature_header="squarespace-signature",
        # no header names a delivery; a repeat has the same body, and so the same signature
        delivery_id_header="squarespace-signature",
        words="With an extension only: HMAC-SHA256 of the raw body in hex, its key decoded from the hex secret. A "
        "repeat carries the same id in its body. Lost ones are repeated for two days.",
    ),
    look_up=LookUpPromise(
        LookUpKind.WINDOW,
        LOOK_UP_WAIT,
        "For 48 hours the same key and body place an order once, whatever is repeated. Later only the list of orders "
        "tells: one that it does not show by then, or that was deleted, would be sent again.",
    ),
    totals=TotalsMode.EXACT,
    gift_cards=None,
    not_yet=(
        "webhooks: a delivery can be checked, but nothing listens for them; changes are asked for",
        "payments and taxes one by one, from the transactions of an order",
        "fulfilment of online orders",
    ),
    documentation="https://developers.squarespace.com/commerce-apis/overview",
    extra={
        "orders_an_hour": "With an API key Squarespace takes 100 orders an hour; the others wait in the queue.",
        "discount": "All money off travels as discount lines, codes among them; unit prices are those before it.",
    },
)
