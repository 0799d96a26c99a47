"""What Corner Stall declares about itself."""

from __future__ import annotations

from datetime import date, timedelta

from tillbridge.domain.specs import (
    Capability,
    CredentialField,
    HostRole,
    Limits,
    LookUpKind,
    LookUpPromise,
    MailBehaviour,
    MailSwitch,
    Noun,
    PlatformSpec,
    TokenRule,
    TotalsMode,
)
from tillbridge.domain.tokens import TokenType

SLUG = "corner_stall"
NOTHING = "a stall has no such thing"

SPEC = PlatformSpec(
    slug=SLUG,
    title="Corner Stall",
    api_version="1",
    api_version_ends=date(2030, 1, 1),
    editions="all",
    hosts=(HostRole("api", "https://{stall}", sends_credential=True),),
    fields=(
        CredentialField(
            name="stall",
            title="Stall address",
            help="Where the stall stands.",
            example="stall.example",
            pattern=r"[a-z0-9.-]+",
            where_to_find="on the awning",
        ),
        CredentialField(
            name="key",
            title="Stall key",
            help="Opens the stall.",
            example="stall-key-1234",
            pattern=r"stall-key-\d{4}",
            secret=True,
            where_to_find="under the mat",
            token_type=TokenType.API_KEY,
        ),
    ),
    tokens=(TokenRule(TokenType.API_KEY, None, renewable=False),),
    preparation=(),
    limits=Limits(budget=40, restore_per_second=10, concurrency=2, page_size=50),
    capabilities=(
        Capability(Noun.PRODUCT, "list"),
        Capability(Noun.PRODUCT, "find"),
        Capability(Noun.INVENTORY, "*", present=False, reason=NOTHING),
        Capability(Noun.ORDER, "create"),
        Capability(Noun.ORDER, "cancel", present=False, reason=NOTHING),
        Capability(Noun.ORDER, "refund", present=False, reason=NOTHING),
        Capability(Noun.CUSTOMER, "*", present=False, reason=NOTHING),
        Capability(Noun.DISCOUNT, "*", present=False, reason=NOTHING),
        Capability(Noun.GIFT_CARD, "*", present=False, reason=NOTHING),
    ),
    mails=(MailBehaviour("order.create", MailSwitch.NEVER_SENT, "a stall sends no mail"),),
    look_up=LookUpPromise(LookUpKind.EXACT, timedelta(seconds=5), "none known"),
    totals=TotalsMode.EXACT,
    documentation="https://stall.example/api",
)
