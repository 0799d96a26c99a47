"""All that is declared about Sylius, as data: the setup form, passport, limits, promises and their words."""

from __future__ import annotations

from datetime import date, timedelta

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

TOKEN_LIFE = timedelta(hours=1)
REFRESH_LIFE = timedelta(days=30)
LOOK_UP_WAIT = timedelta(seconds=90)
"""PHP gives up on a request before this; a completion still under way has ended by then."""

API_ROLE = "ROLE_API_ACCESS"

NO_GIFT_CARDS = "Sylius 2 has no gift cards, and the add-on for them has no release for it that other programs can use"
NO_COMPARE_AND_SET = "read, compared, then set: Sylius has no write that is refused when the number moved"
WHOLE_REFUND_ONLY = "Sylius books a refund of the whole payment only; parts need its separate refund add-on"
NO_WEBHOOKS = "Sylius tells nobody about changes; orders are asked for by the time they were placed"
SWEEP = (
    "always read in full: Sylius cannot tell what changed; rows whose own dates did not move are left out, and a "
    "changed name alone does not move them, so pull all at times"
)
TOO_OLD = (
    "This shop runs Sylius 1, whose addresses for coupons, payments and order lines are others. Sales need Sylius 2.0 "
    "or newer: ask whoever looks after the shop to update it."
)

FIELDS = (
    CredentialField(
        name="shop_url",
        title="Shop address",
        help="The address of the sales channel the till sells through; each channel has a host name of its own.",
        example="https://till.example.com",
        pattern=r"https?://[^\s/@?#]+(/[^\s?#]*)?",
        where_to_find="Sylius admin, Configuration, Channels, your channel: Hostname",
    ),
    CredentialField(
        name="email",
        title="Administrator e-mail",
        help=f"An administrator of the shop with API access ({API_ROLE}), made for the till alone.",
        example="till@example.com",
        pattern=r"[^\s@]+@[^\s@]+",
        where_to_find="Sylius admin, Configuration, Administrators",
    ),
    CredentialField(
        name="password",
        title="Password",
        help="That administrator's password. It is kept, since Sylius wants it again each hour.",
        example="a long one of its own",
        pattern=r".{4,254}",
        secret=True,
        where_to_find="Sylius admin, Configuration, Administrators, the till's administrator: Password",
    ),
    CredentialField(
        name="till_email",
        title="Till's e-mail address",
        help="A mailbox of your own. Till sales carry it instead of the shopper's, since Sylius mails a confirmation "
        "of each order to the address it carries.",
        example="till-sales@example.com",
        pattern=r"[^\s@]+@[^\s@]+\.[^\s@]+",
        where_to_find="any mailbox of the shop",
    ),
    CredentialField(
        name="time_zone",
        title="Time zone of the shop's server",
        help="Sylius writes dates without a zone, in the one its server is set to.",
        example="Europe/Dublin",
        pattern=r"[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}",
        where_to_find="ask whoever runs the server for PHP's date.timezone; UTC when none was set",
    ),
    CredentialField(
        name="barcode_field",
        title="Barcode field",
        help="Sylius has no barcodes of its own. The name of the variant's field, or of the product attribute, in "
        "which this shop keeps them.",
        example="ean",
        pattern=r"[A-Za-z0-9_.-]{1,60}",
        required=False,
        where_to_find="Sylius admin, Catalog, Attributes: Code; or ask the shop's developer",
    ),
    CredentialField(
        name="refresh_path",
        title="Refresh address",
        help="Only where the shop has the refresh token add-on: the address it answers at.",
        example="/api/v2/admin/administrators/token/refresh",
        pattern=r"/[A-Za-z0-9_./-]+",
        required=False,
        where_to_find="ask the shop's developer for check_path of the refresh token add-on",
    ),
)

STEP_VERSION, STEP_CHANNEL, STEP_PAYMENT, STEP_SHIPPING, STEP_MAILS, STEP_HANDOVER = (
    "version",
    "channel",
    "payment_method",
    "shipping_method",
    "mails",
    "handover",
)

PREPARATION = (
    PreparationStep(STEP_VERSION, "Sylius version", "Which Sylius answers.", changes_shop=False),
    PreparationStep(
        STEP_CHANNEL,
        "Sales channel",
        "Which channel till sales go through, and the shop's own address, which they carry so that tax stays the same.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_PAYMENT,
        "Payment method",
        "The offline payment method that stands for “paid at the till”.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_SHIPPING,
        "Shipping method",
        "The shipping method without cost that stands for “taken along in store”.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_MAILS,
        "Mails",
        "To whom the shop's order confirmations of till sales go.",
        changes_shop=False,
    ),
    PreparationStep(
        STEP_HANDOVER,
        "Handing over",
        "Whether till sales are marked as handed over at once.",
        changes_shop=False,
    ),
)

_CAPABILITIES = (
    Capability(Noun.PRODUCT, "list"),
    Capability(Noun.PRODUCT, "changed_since", present=False, reason=SWEEP),
    Capability(Noun.PRODUCT, "find", reason="by code; barcodes by walking the catalogue"),
    Capability(Noun.INVENTORY, "read", reason="what is on hand less what unpaid orders hold"),
    Capability(Noun.INVENTORY, "set", reason=NO_COMPARE_AND_SET + "; whole units only"),
    Capability(Noun.INVENTORY, "compare_and_set", present=False, reason=NO_COMPARE_AND_SET),
    Capability(
        Noun.INVENTORY, "adjust", reason="read, compared, then set, since Sylius has no relative change; whole units"
    ),
    Capability(
        Noun.ORDER,
        "create",
        reason="only what the shop lists, in whole units, at the shop's own prices and promotions; a sale whose total "
        "the shop reckons otherwise is not placed",
    ),
    Capability(
        Noun.ORDER,
        "list",
        reason="of all the shop's channels, by the time they were placed; later changes are noticed by payments of the "
        "last 30 days, so a paid order that is cancelled without giving its money back is not",
    ),
    Capability(Noun.ORDER, "cancel", reason="until it is handed over"),
    Capability(Noun.ORDER, "refund", reason=WHOLE_REFUND_ONLY),
    Capability(Noun.ORDER, "partial_refund", present=False, reason=WHOLE_REFUND_ONLY),
    Capability(Noun.CUSTOMER, "list"),
    Capability(
        Noun.CUSTOMER,
        "changed_since",
        present=False,
        reason="always read in full: Sylius cannot tell which customers changed",
    ),
    Capability(Noun.CUSTOMER, "save", reason="names of one letter are refused by Sylius"),
    Capability(Noun.DISCOUNT, "check", reason="one code per sale; limits per shopper are judged when it is placed"),
    Capability(Noun.GIFT_CARD, "*", present=False, reason=NO_GIFT_CARDS),
)

_MAILS = (
    MailBehaviour(
        "order.create",
        MailSwitch.SWITCHED_OFF,
        "Sylius confirms each order by mail and no call can stop it, so till sales carry the till's own address and no "
        "shopper is mailed. A channel for the till whose mails the shop's developer switched off sends none at all.",
    ),
    MailBehaviour(
        "order.handover",
        MailSwitch.SHOP_SETTING,
        "Marking a sale as handed over mails a shipment notice to the address it carries; it is left out unless chosen",
    ),
    MailBehaviour("order.pay", MailSwitch.NEVER_SENT, "marking a sale as paid sends no mail"),
    MailBehaviour("order.cancel", MailSwitch.NEVER_SENT, "cancelling sends no mail"),
    MailBehaviour("refund.create", MailSwitch.NEVER_SENT, "a refund sends no mail"),
    MailBehaviour("customer.save", MailSwitch.NEVER_SENT, "customers are saved without an account, which sends none"),
)

_ERRORS = (
    ErrorRow("Invalid credentials.", "WrongCredentials", "the login is not accepted; it is not tried again"),
    ErrorRow("Expired JWT Token", "TokenRejected", "the token has ended and is renewed"),
    ErrorRow("Invalid JWT Token", "TokenRejected", "the token or its administrator is gone; logged in again"),
    ErrorRow("403", "MissingPermission", f"the administrator lacks {API_ROLE}"),
    ErrorRow("404", "NotFound", "no such record, or the shop's API is switched off"),
    ErrorRow("409", "Conflict", "somebody else changed it at the same moment"),
    ErrorRow("422", "PlatformRefused", "a value is refused; the field is named"),
    ErrorRow("400", "PlatformRefused", "a value has the wrong form"),
    ErrorRow("500", "OutcomeUnknown", "the shop failed; whether an order was placed is looked up"),
)

SPEC = PlatformSpec(
    slug="sylius",
    title="Sylius",
    api_version="2.2",
    api_version_ends=date(2027, 3, 31),
    editions="The open-source edition, 2.0 to 2.3, with its API switched on.",
    hosts=(
        HostRole("api", "{shop_url}", sends_credential=True),
        HostRole("login", "{shop_url}", sends_credential=True),
        HostRole("storefront", "{shop_url}", sends_credential=False),
    ),
    fields=FIELDS,
    tokens=(
        TokenRule(TokenType.ACCESS, TOKEN_LIFE, renewable=True, note="the shop may have set another life"),
        TokenRule(
            TokenType.REFRESH,
            REFRESH_LIFE,
            renewable=True,
            rotates=True,
            note="only with the refresh token add-on; else the login is used again",
        ),
    ),
    scopes=(API_ROLE,),
    preparation=PREPARATION,
    limits=Limits(budget=40, restore_per_second=8, concurrency=3, page_size=100),
    capabilities=_CAPABILITIES,
    mails=_MAILS,
    errors=_ERRORS,
    webhooks=None,
    look_up=LookUpPromise(
        LookUpKind.HANDLE,
        LOOK_UP_WAIT,
        "A sale is found by the token of its cart, kept before the order is placed. Should that token be lost with our "
        "own database, orders of the days since are read for our reference in their notes, which staff may edit.",
    ),
    totals=TotalsMode.DICTATED,
    gift_cards=None,
    not_yet=("Sylius 1.13 and 1.14", "Sylius Plus (several stocks, returns)"),
    documentation="https://docs.sylius.com/",
    extra={
        "channel": "The channel is chosen by the host name. A channel of the till's own keeps its prices, payment "
        "methods and mails apart from the web shop's.",
        "webhooks": NO_WEBHOOKS,
    },
)
