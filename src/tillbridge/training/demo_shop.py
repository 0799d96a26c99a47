"""The goods, people, codes and cards of "Harbour Lane Outfitters", the made-up shop all simulators sell from.

Plain data in no platform's form; a simulator translates it into rows of its own. Amounts are text in EUR with tax.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NAME = "Harbour Lane Outfitters"
CURRENCY = "EUR"
ZONE = "Europe/Dublin"
OWNER = "owner@harbourlane.example"
TAX_NAME, TAX_RATE = "VAT", "0.23"
ZERO_TAX_NAME, ZERO_TAX_RATE = "Zero rate", "0"


@dataclass(frozen=True, slots=True)
class DemoVariant:
    """A sellable unit; ``value`` is its option's value, empty for goods without options."""

    sku: str
    value: str = ""
    barcode: str | None = None
    stock: int = 25


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """Goods with one price. ``option`` names what the variants differ in. ``before`` is the crossed-out price."""

    title: str
    price: str
    variants: tuple[DemoVariant, ...]
    option: str = ""
    before: str | None = None
    zero_rated: bool = False

    @property
    def handle(self) -> str:
        """The title as part of an address."""
        return self.title.lower().replace(" ", "-")


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A customer of the shop."""

    first_name: str
    last_name: str
    city: str

    @property
    def email(self) -> str:
        """First and last name without accents, at example.com."""
        plain = f"{self.first_name}.{self.last_name}".lower().translate(str.maketrans("áéíóú", "aeiou"))
        return f"{plain}@example.com"


@dataclass(frozen=True, slots=True)
class DemoCode:
    """A discount code: ``percent`` or ``amount`` off, or free shipping when both are empty."""

    code: str
    percent: str = ""
    amount: str = ""
    minimum: str = ""
    ended_days_ago: int = 0
    limit: int | None = None
    used: int = 0
    skus: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class DemoGiftCard:
    """A gift card as it is printed; platforms may drop the dashes."""

    code: str
    balance: str
    usable: bool = True


def _simple(title: str, price: str, sku: str, barcode: str | None = None, stock: int = 25) -> DemoProduct:
    return DemoProduct(title, price, (DemoVariant(sku, barcode=barcode, stock=stock),))


PRODUCTS = (
    DemoProduct(
        "Organic Tee",
        "24.90",
        (
            DemoVariant("TEE-S", "S", "4006381333931"),
            DemoVariant("TEE-M", "M", "4006381333948"),
            DemoVariant("TEE-L", "L", "4006381333955"),
        ),
        "Size",
    ),
    DemoProduct(
        "Enamel Mug",
        "12.50",
        (DemoVariant("MUG-BLU", "Blue", "5012345678900"), DemoVariant("MUG-RED", "Red", "5012345678917")),
        "Colour",
    ),
    _simple("Sea Salt Soap", "6.40", "SOAP-1", "5012345678924"),
    DemoProduct("Canvas Tote", "18.00", (DemoVariant("TOTE-1"),), before="22.00"),
    _simple("Beeswax Candle", "15.75", "CANDLE-1"),
    _simple("Tide Notebook", "9.95", "NOTE-1"),
    _simple("Last One Lamp", "89.00", "LAST-1", stock=1),
    DemoProduct("Harbour Atlas", "30.00", (DemoVariant("BOOK-1"),), zero_rated=True),
)
PEOPLE = (
    DemoPerson("Aoife", "Byrne", "Galway"),
    DemoPerson("Tomás", "Lind", "Sligo"),
    DemoPerson("Maeve", "Costigan", "Cork"),
    DemoPerson("Piotr", "Zawada", "Dublin"),
    DemoPerson("Ines", "Albrecht", "Ennis"),
    DemoPerson("Daniel", "Okoro", "Limerick"),
    DemoPerson("Saoirse", "Kehoe", "Wexford"),
)
CODES = (
    DemoCode("HARBOUR10", percent="10"),
    DemoCode("FIVEOFF", amount="5.00"),
    DemoCode("FREESHIP"),
    DemoCode("EXPIRED5", amount="5.00", ended_days_ago=30),
    DemoCode("SPEND100", percent="10", minimum="100.00"),
    DemoCode("ONCEONLY", amount="5.00", limit=1, used=1),
    DemoCode("SOAPDEAL", percent="20", skus=("SOAP-1",)),
)
GIFT_CARDS = (
    DemoGiftCard("GIFT-AAAA-1111-2222", "50.00"),
    DemoGiftCard("GIFT-BBBB-3333-4444", "10.00"),
    DemoGiftCard("GIFT-CCCC-5555-6666", "25.00", usable=False),
)
