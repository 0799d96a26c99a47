"""The console's own till: a basket that is priced as it changes, codes judged live, gift cards, and a paid sale."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, replace
from decimal import Decimal

from tillbridge.domain.audit import Actor
from tillbridge.domain.basket import BasketLine, Discount, Payment, PricedBasket, SaleFacts, TaxRate, price, to_order
from tillbridge.domain.catalog import SellableVariant
from tillbridge.domain.clock import Clock, business_date
from tillbridge.domain.connections import Connection, ConnectionState
from tillbridge.domain.errors import CapabilityAbsent, InvalidInput, NotFound, TillbridgeError
from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, GiftCardBalance, Offer, OfferLine
from tillbridge.domain.orders import AppliedDiscount, LineKind, Order, TenderKind
from tillbridge.domain.references import order_reference
from tillbridge.domain.shop import Shop
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text
from tillbridge.services.offers import OffersService
from tillbridge.services.orders import OrdersService
from tillbridge.storage import Storage

STANDARD_RATE = "standard_tax_rate"
"""The fact a store's test may leave: the rate of its taxed goods, as a fraction."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class TillFacts:
    """Who sells here: the till's name, its place, and the tax its goods carry; None: what a connected store charges."""

    till: str
    location: str
    tax: TaxRate | None
    tax_name: str = "VAT"


@dataclass(frozen=True, slots=True)
class CardOnBasket:
    """A gift card that will pay a part; its code is kept until the debit and no longer."""

    connection: str
    code: Secret
    balance: GiftCardBalance
    amount: Money


def new_receipt() -> str:
    """A receipt number that no other till and no later sale draws."""
    return "C" + "".join(secrets.choice(_CROCKFORD) for _ in range(9))


class TillService:
    def __init__(
        self, storage: Storage, orders: OrdersService, offers: OffersService, clock: Clock, facts: TillFacts
    ) -> None:
        self._storage, self._orders, self._offers, self._clock = storage, orders, offers, clock
        self.facts = facts

    async def search(self, words: str, limit: int = 20) -> tuple[SellableVariant, ...]:
        """A scanned code finds its variant alone; other words search titles, options and SKUs."""
        scanned = await self._storage.catalogue.by_code(words)
        return (scanned,) if scanned else await self._storage.catalogue.search(words, limit)

    async def new_basket(self) -> TillBasket:
        """An empty basket with a receipt number of its own."""
        facts = self.facts if self.facts.tax else replace(self.facts, tax=await self._tax_of_stores())
        return TillBasket(self._storage, self._orders, self._offers, self._clock, facts, await self._storage.shop.get())

    async def _tax_of_stores(self) -> TaxRate | None:
        """The standard rate of the first store that tells one."""
        for each in await self._storage.connections.all():
            if rate := each.facts.get(STANDARD_RATE):
                return TaxRate(self.facts.tax_name, Decimal(rate))
        return None


class TillBasket:
    """One sale on its way. Every change prices it anew; nothing leaves this machine before ``pay``."""

    def __init__(
        self,
        storage: Storage,
        orders: OrdersService,
        offers: OffersService,
        clock: Clock,
        facts: TillFacts,
        shop: Shop,
    ) -> None:
        self._storage, self._orders, self._offers, self._clock = storage, orders, offers, clock
        self._facts, self._shop = facts, shop
        self.receipt = new_receipt()
        self.sold: Order | None = None
        self._paying = asyncio.Lock()
        self.lines: tuple[BasketLine, ...] = ()
        self.discounts: tuple[Discount, ...] = ()
        self.verdicts: tuple[DiscountVerdict, ...] = ()
        self.cards: tuple[CardOnBasket, ...] = ()
        self.payments: tuple[Payment, ...] = ()
        self._on_sale: set[str] = set()

    @property
    def priced(self) -> PricedBasket:
        """The basket with every cent in its place."""
        cards = tuple(
            Payment(
                TenderKind.GIFT_CARD, each.balance.masked, each.amount, each.balance.external_id, each.balance.masked
            )
            for each in self.cards
        )
        return price(
            self.lines,
            currency=self._shop.currency,
            prices_include_tax=self._shop.prices_include_tax,
            discounts=self.discounts,
            payments=(*cards, *self.payments),
            cash_step=self._shop.cash_rounding,
        )

    def add(self, variant: SellableVariant, quantity: Decimal = Decimal(1)) -> BasketLine:
        """Add goods; more of the same go onto their line. Raises InvalidInput for goods without a price."""
        if variant.price is None:
            raise InvalidInput(field=variant.title, reason=text("till.no_price"))
        known = next((each for each in self.lines if each.sku == variant.sku), None)
        if known is not None:
            return self.set_quantity(known.id, known.quantity + quantity)
        gift = variant.is_gift_card
        line = BasketLine(
            id=str(1 + max((int(each.id) for each in self.lines), default=0)),
            kind=LineKind.GIFT_CARD if gift else LineKind.PRODUCT,
            title=variant.title,
            quantity=quantity,
            unit_price=variant.price,
            sku=variant.sku,
            taxes=(self._facts.tax,) if variant.taxable and not gift and self._facts.tax else (),
        )
        if variant.compare_at_price is not None:
            self._on_sale.add(variant.sku)
        self._take((*self.lines, line))
        return line

    def set_quantity(self, line_id: str, quantity: Decimal) -> BasketLine:
        """Change a line; zero takes it out. Raises InvalidInput for a line that is not there."""
        line = self._line(line_id)
        if not quantity:
            self.remove(line_id)
            return line
        changed = replace(line, quantity=quantity)
        self._take(tuple(changed if each.id == line_id else each for each in self.lines))
        return changed

    def remove(self, line_id: str) -> None:
        gone = self._line(line_id)
        self._take(tuple(each for each in self.lines if each is not gone))

    def _line(self, line_id: str) -> BasketLine:
        found = next((each for each in self.lines if each.id == line_id), None)
        if found is None:
            raise InvalidInput(field="line", reason=text("till.no_line"))
        return found

    def _take(self, lines: tuple[BasketLine, ...]) -> None:
        """Payments given so far belong to the old total."""
        self.lines, self.payments = lines, ()
        self.cards = self._within(self.cards)

    def _within(self, cards: tuple[CardOnBasket, ...]) -> tuple[CardOnBasket, ...]:
        """Cards pay no more than the basket costs."""
        self.cards = ()
        left, kept = (self.priced.total if self.lines else Money.zero(self._shop.currency)), []
        for each in cards:
            amount = min(each.amount, left)
            if amount:
                kept.append(replace(each, amount=amount))
                left -= amount
        return tuple(kept)

    async def apply_discount(self, code: str) -> DiscountVerdict:
        """Ask the stores that will record the sale; a good code changes the total at once.

        Several stores must agree. Raises InvalidInput when no store can be asked.
        """
        code = code.strip()
        verdict = await self._judge(code)
        if verdict.valid and verdict.type is not None:
            self._apply(code, verdict)
            self._take(self.lines)
        return verdict

    def _apply(self, code: str, verdict: DiscountVerdict) -> None:
        if verdict.type is None:
            return
        self._without(verdict.code or code)
        lines = tuple(self.lines[at].id for at in verdict.lines)
        rule = Discount(code, verdict.type, verdict.value, code=verdict.code or code, lines=lines)
        self.discounts, self.verdicts = (*self.discounts, rule), (*self.verdicts, verdict)

    def _without(self, code: str) -> None:
        folded = code.strip().casefold()
        self.discounts = tuple(each for each in self.discounts if each.code.casefold() != folded)
        self.verdicts = tuple(each for each in self.verdicts if each.code.casefold() != folded)

    async def _judge(self, code: str) -> DiscountVerdict:
        if not self.lines:
            raise InvalidInput(field="code", reason=text("till.empty"))
        stores = await self.recorded_by()
        if not stores:
            raise InvalidInput(field="code", reason=text("till.no_store"))
        verdicts = [await self._offers.judge(each, code, await self._offer(each, code)) for each in stores]
        refused = next((each for each in verdicts if not each.valid), None)
        if refused is not None:
            return refused
        if len({(each.type, each.amount) for each in verdicts}) > 1:
            return replace(verdicts[0], valid=False, reason=text("till.stores_differ"))
        return verdicts[0]

    async def _offer(self, store: Connection, code: str) -> Offer:
        listings = await self._storage.catalogue.listings_for([each.sku for each in self.lines], store.id)
        rows = []
        for each in self.lines:
            listing = listings.get(each.sku)
            product, variant = (listing.external_product_id, listing.external_variant_id) if listing else ("", "")
            rows.append(
                OfferLine(
                    product,
                    variant,
                    each.sku,
                    each.quantity,
                    each.unit_price * each.quantity,
                    each.sku in self._on_sale,
                )
            )
        others = tuple(each.code for each in self.discounts if each.code.casefold() != code.casefold())
        return Offer(self._shop.currency, tuple(rows), "", others)

    async def recorded_by(self) -> tuple[Connection, ...]:
        """The stores whose route takes this till's sales."""
        return tuple(
            each
            for each in await self._storage.connections.all()
            if each.state is ConnectionState.READY
            and each.currency == self._shop.currency
            and each.route.matches(self._facts.till, self._facts.location)
        )

    async def add_gift_card(self, code: str, amount: Money | None = None) -> GiftCardBalance:
        """Let a card pay as much as it can, or ``amount``. Nothing is taken before the sale is paid.

        Raises InvalidInput for a card that cannot be used, NotFound, or CapabilityAbsent with the reason.
        """
        if amount is not None and amount <= Money.zero(self._shop.currency):
            raise InvalidInput(field="amount", reason=text("till.above_zero"))
        secret = Secret(code.strip())
        store, balance = await self._card(secret)
        if not balance.usable:
            raise InvalidInput(field="gift card", reason=balance.reason)
        others = tuple(each for each in self.cards if each.balance.external_id != balance.external_id)
        self.cards, self.payments = others, ()
        wanted = min(balance.balance, self.priced.due, *([amount] if amount else []))
        if wanted > Money.zero(self._shop.currency):
            self.cards = (*others, CardOnBasket(store, secret, balance, wanted))
        return balance

    async def _card(self, code: Secret) -> tuple[str, GiftCardBalance]:
        """The card and the store that issued it: the first of those recording the sale that knows it."""
        unknown: TillbridgeError = InvalidInput(field="gift card", reason=text("till.no_store"))
        for store in await self.recorded_by():
            try:
                return store.name, await self._offers.balance(store.name, code)
            except (NotFound, CapabilityAbsent) as error:
                # a store that knows no such card says more than one that has no cards at all
                unknown = unknown if isinstance(unknown, NotFound) else error
        raise unknown

    def tender(self, kind: TenderKind, amount: Money | None = None) -> PricedBasket:
        """Pay a part, or all that is due. Raises InvalidInput for a card charged beyond it."""
        before = self.priced
        due = before.due_in_cash if kind is TenderKind.CASH else before.due
        payment = Payment(kind, text(f"till.tender.{kind.value}"), amount or due)
        kept, self.payments = self.payments, (*self.payments, payment)
        try:
            return self.priced
        except TillbridgeError:
            self.payments = kept
            raise

    async def pay(self, actor: Actor) -> Order:
        """Debit the cards, record the sale, send it on its way. A basket is sold once: asked again it is the same sale.

        Raises InvalidInput while anything is due or a code no longer holds. When a card cannot be debited nothing was
        recorded and whatever was taken goes back.
        """
        async with self._paying:
            if self.sold is None:
                self.sold = await self._sell(actor)
            return self.sold

    async def _sell(self, actor: Actor) -> Order:
        if self.priced.due:
            raise InvalidInput(field="payment", reason=text("till.due", amount=self.priced.due))
        await self._check_codes()
        order = self._order()
        try:
            for card in self.cards:
                await self._offers.redeem(card.connection, card.code, card.amount, order.reference, actor)
            await self._orders.record(order, actor)
        except BaseException:
            # a cancelled screen counts too: money taken without a sale goes back, and the next try is another sale
            self.receipt = new_receipt()
            await self._offers.give_back_all(order.reference)
            raise
        await self._offers.confirm(order.reference)
        return order

    async def _check_codes(self) -> None:
        """Goods may have changed since a code was judged, and the store may have changed the code."""
        before = self.priced.total
        for known in self.verdicts:
            verdict = await self._judge(known.code)
            if not verdict.valid:
                raise InvalidInput(field=known.code, reason=verdict.reason)
            self._apply(known.code, verdict)
        if self.priced.total != before:
            self._take(self.lines)
            raise InvalidInput(field="code", reason=text("till.code_changed", total=self.priced.total))

    def _order(self) -> Order:
        now, basket = self._clock.now(), self.priced
        facts = SaleFacts(
            id=new_id(),
            reference=order_reference(
                self._storage.vault.shop_secret, self._facts.till, self.receipt, now, basket.total
            ),
            receipt=self.receipt,
            sold_at=now,
            business_date=business_date(now, self._shop.zone, self._shop.day_cut),
            till=self._facts.till,
            location=self._facts.location,
        )
        order = to_order(basket, facts)
        return replace(order, discounts=tuple(self._judged(each) for each in order.discounts))

    def _judged(self, discount: AppliedDiscount) -> AppliedDiscount:
        """With what its verdict said, for whoever asks later why it was given."""
        known = next((each for each in self.verdicts if each.code == discount.code), None)
        if known is None:
            return discount
        return replace(
            discount,
            judged_by_platform=known.judged_by_platform,
            judged_by_us=known.judged_by_us,
            unjudged=known.unjudged,
        )

    async def abandon(self) -> None:
        """Leave the basket. Nothing was taken before it was paid; the cards' codes are forgotten."""
        self.cards, self.payments, self.lines = (), (), ()
