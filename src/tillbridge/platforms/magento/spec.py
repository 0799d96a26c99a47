"""All that is declared about Magento 2 Open Source, as data: setup form, passport, limits, promises and their words."""

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
    SetupKind,
    TokenRule,
    TotalsMode,
)
from tillbridge.domain.tokens import TokenType

SETUP_ADMIN, SETUP_INTEGRATION = "admin", "integration"
TOKEN_LIFE = timedelta(hours=1)
"""The shop's default; the token itself says when it ends."""
LOOK_UP_WAIT = timedelta(seconds=90)
"""PHP gives up on a request before this; a refund still under way has ended by then."""

_INTEGRATION = (
    "Magento admin, System, Extensions, Integrations: add one, tick its resources, Activate; all four are shown"
)
_USERS = "Magento admin, System, Permissions, All Users: an account for the till with a role of its own"

CLOUD_HOST = r"(?:.*\.)?api\.commerce\.adobe\.com"
NO_CLOUD_SERVICE = (
    "this is Adobe Commerce as a Cloud Service, which has other logins and no order import as tills need it; only "
    "Magento Open Source and Adobe Commerce on servers of one's own can be connected so far"
)
NO_GIFT_CARDS = "Magento Open Source has no gift cards; shops that sell them use add-ons with ways of their own"
NO_COMPARE_AND_SET = "read, compared, then set: Magento has no write that is refused when the number moved"
NO_WEBHOOKS = "Magento Open Source tells nobody about changes; they are asked for"

FIELDS = (
    CredentialField(
        name="shop_url",
        title="Shop address",
        help="The address of the shop with https. Where the shop has no rewriting of addresses, end it in /index.php.",
        example="https://shop.example.com",
        pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        where_to_find="Magento admin, Stores, Configuration, Web: Base URL",
    ),
    CredentialField(
        name="username",
        title="User name",
        help="An admin account for the till alone: the shop locks it for half an hour after six wrong passwords.",
        example="till",
        pattern=r"\S{1,40}",
        where_to_find=_USERS,
        setup=SETUP_ADMIN,
    ),
    CredentialField(
        name="password",
        title="Password",
        help="Of that admin account. It is tried once; a wrong one is never tried again.",
        example="at least seven letters and digits",
        pattern=r".{7,255}",
        secret=True,
        where_to_find=_USERS,
        setup=SETUP_ADMIN,
    ),
    CredentialField(
        name="totp_secret",
        title="Two-factor secret",
        help="Only where the shop asks for a second factor: the key of its Google Authenticator set-up, not a code.",
        example="JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        pattern=r"[A-Za-z2-7 ]{16,128}=*",
        secret=True,
        required=False,
        where_to_find="Magento admin, first login of the account, Google Authenticator: the key below the picture",
        setup=SETUP_ADMIN,
    ),
    CredentialField(
        name="access_token",
        title="Access token",
        help="Alone it works only where the shop allows tokens as standalone bearers; else give all four values.",
        example="a3f1c09e7b5d4286a3f1c09e7b5d4286",
        pattern=r"\S{16,128}",
        secret=True,
        where_to_find=_INTEGRATION,
        token_type=TokenType.ACCESS,
        setup=SETUP_INTEGRATION,
    ),
    CredentialField(
        name="access_token_secret",
        title="Access token secret",
        help="Signs the calls together with the consumer secret.",
        example="0b6d2f8ac41e4f738d5a6c0b6d2f8ac4",
        pattern=r"\S{16,128}",
        secret=True,
        required=False,
        where_to_find=_INTEGRATION,
        setup=SETUP_INTEGRATION,
    ),
    CredentialField(
        name="consumer_key",
        title="Consumer key",
        help="Names the integration.",
        example="c1e8d47f20b94a6fb3c1e8d47f20b94a",
        pattern=r"\S{16,128}",
        secret=True,
        required=False,
        where_to_find=_INTEGRATION,
        token_type=TokenType.API_KEY,
        setup=SETUP_INTEGRATION,
    ),
    CredentialField(
        name="consumer_secret",
        title="Consumer secret",
        help="Belongs to the consumer key.",
        example="9d7ab5e2c8614f03829d7ab5e2c8614f",
        pattern=r"\S{16,128}",
        secret=True,
        required=False,
        where_to_find=_INTEGRATION,
        setup=SETUP_INTEGRATION,
    ),
)

SCOPES = (
    "Magento_Backend::store",
    "Magento_Catalog::products",
    "Magento_Catalog::attributes_attributes",
    "Magento_InventoryApi::source",
    "Magento_Customer::customer",
    "Magento_Sales::actions_view",
    "Magento_Sales::create",
    "Magento_Sales::creditmemo",
    "Magento_Sales::cancel",
    "Magento_Sales::comment",
    "Magento_SalesRule::quote",
)

STEP_VIEW, STEP_SOURCE, STEP_TAX, STEP_MAILS = "store_view", "source", "taxes", "mails"

PREPARATION = (
    PreparationStep(STEP_VIEW, "Store view", "Which store view the till's orders belong to.", changes_shop=False),
    PreparationStep(
        STEP_SOURCE, "Stock source", "Which source of the shop holds the till's stock.", changes_shop=False
    ),
    PreparationStep(
        STEP_TAX,
        "Prices and tax",
        "Whether the shop's prices include tax, and how goods are taxed.",
        changes_shop=False,
    ),
    PreparationStep(STEP_MAILS, "Mails", "Which mails the shop would send because of the till.", changes_shop=False),
)

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list", reason="configurable goods with their variants; sets and bundles have none"),
    Capability(Noun.PRODUCT, "find", reason="by SKU, and by barcode where the shop keeps one"),
    Capability(Noun.INVENTORY, "read", reason="what lies at the source; open online orders are reserved on top of it"),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(Noun.INVENTORY, "adjust", reason="read and set, since Magento has no relative change"),
    Capability(
        Noun.ORDER, "create", reason="imported as paid and complete under our own number; stock is booked by us"
    ),
    Capability(Noun.ORDER, "list"),
    Capability(Noun.ORDER, "cancel", reason="a paid order is closed by a credit memo of all that is left"),
    Capability(Noun.ORDER, "refund", reason="of goods; money alone must be given back in Magento's admin"),
    Capability(Noun.CUSTOMER, "list"),
    Capability(Noun.CUSTOMER, "save", reason="a new account is welcomed by mail; a subscription is never switched on"),
    Capability(
        Noun.DISCOUNT, "check", reason="judged by us and by a cart of the shop; a use is counted after the sale"
    ),
    Capability(Noun.GIFT_CARD, "*", present=False, reason=NO_GIFT_CARDS),
)

_MAILS = (
    MailBehaviour("order.create", MailSwitch.NEVER_SENT, "an imported order sends no mail"),
    MailBehaviour("order.cancel", MailSwitch.SWITCHED_OFF, "the credit memo is made without notice"),
    MailBehaviour("refund.create", MailSwitch.SWITCHED_OFF, "the credit memo is made without notice"),
    MailBehaviour(
        "customer.save",
        MailSwitch.CANNOT_STOP,
        "A new account is welcomed by mail unless the merchant switched that off for the store view; nothing we send "
        "can stop it. Newsletter mails are not caused: a subscription is never switched on.",
    ),
)

_ERRORS = (
    ErrorRow("401", "TokenRejected", "the token ended or a permission is missing; the shop does not say which"),
    ErrorRow("401 sign-in", "WrongCredentials", "wrong password, unknown user or a locked account; it is not repeated"),
    ErrorRow("401 signature", "WrongCredentials", "one of the integration's secrets is wrong"),
    ErrorRow("400 2fa", "WrongCredentials", "the shop asks for a second factor: give the two-factor secret"),
    ErrorRow("400 Unique constraint", "Conflict", "the order is there already; it is read back instead"),
    ErrorRow("404", "NotFound", "no such record or no such route"),
    ErrorRow("429", "RateLimited", "the shop or what stands before it asks to slow down"),
    ErrorRow("500", "OutcomeUnknown", "the shop failed; whether an order was kept is looked up"),
    ErrorRow("503", "PlatformUnavailable", "maintenance: the shop answers everybody with a page"),
)

SPEC = PlatformSpec(
    slug="magento",
    title="Magento 2",
    api_version="REST V1",
    api_version_ends=None,
    editions="Magento Open Source 2.4.7 or newer on servers of one's own; Adobe Commerce there works like it.",
    setups=(
        SetupKind(SETUP_ADMIN, "Admin user", "User name and password of an admin account made for the till."),
        SetupKind(SETUP_INTEGRATION, "Integration", "The keys of an integration; they do not end."),
    ),
    hosts=(
        HostRole("api", "{shop_url}", sends_credential=True),
        HostRole("login", "{shop_url}", sends_credential=False),
        HostRole("storefront", "{shop_url}", sends_credential=False),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(
            TokenType.ACCESS,
            TOKEN_LIFE,
            renewable=True,
            note="of an admin user: the shop sets its life, it is renewed by the stored login; an integration's does "
            "not end",
        ),
        TokenRule(TokenType.API_KEY, None, renewable=False, note="an integration's consumer key"),
    ),
    scopes=SCOPES,
    preparation=PREPARATION,
    limits=Limits(budget=20, restore_per_second=5, concurrency=3, page_size=100),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=None,
    look_up=LookUpPromise(
        LookUpKind.EXACT,
        LOOK_UP_WAIT,
        "The order carries our reference as its number, which a store view takes only once: a second copy is refused "
        "by the shop. If another store view is chosen between a send and its repeat, the shop would take both; the "
        "look-up before it finds the first in any store view. A refund has no number of ours: one that the shop's "
        "server finishes later than the waiting time would be booked twice.",
    ),
    totals=TotalsMode.EXACT,
    rounding_allowance=Decimal(0),
    gift_cards=None,
    not_yet=("Adobe Commerce as a Cloud Service", "gift cards of Adobe Commerce"),
    documentation="https://developer.adobe.com/commerce/webapi/rest/",
    extra={
        "webhooks": NO_WEBHOOKS,
        "support": "Adobe supports 2.4.7 until May 2027, 2.4.8 until May 2028 and 2.4.9 until May 2029.",
        "uses": "A code's use is counted by writing the next number; a shopper using it online in the same second may "
        "go uncounted.",
    },
)
