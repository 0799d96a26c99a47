"""Discount codes and gift cards asked of a store: verdicts, balances, and redemptions kept in a journal.

The till and the command line call it; platform calls made here go before background work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid5

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import Handling, InvalidInput, OutcomeUnknown, TillbridgeError, UnknownConnection
from tillbridge.domain.jobs import JobKind
from tillbridge.domain.money import Money
from tillbridge.domain.offers import DiscountVerdict, GiftCardBalance, Offer, OfferLine, Redemption, RedemptionState
from tillbridge.domain.references import PREFIX
from tillbridge.domain.tokens import Secret
from tillbridge.messages import text
from tillbridge.net.gate import interactive
from tillbridge.platforms.registry import PlatformServiceRegistry
from tillbridge.storage import JournalEntry, Storage
from tillbridge.sync.enqueue import new_job

_PAYING_AT_MOST = timedelta(minutes=15)
_ARRIVES_WITHIN = timedelta(minutes=1)


class OffersService:
    def __init__(self, storage: Storage, registry: PlatformServiceRegistry, clock: Clock) -> None:
        self._storage, self._registry, self._clock = storage, registry, clock

    async def check_discount(self, name: str, code: str, lines: Sequence[tuple[str, Decimal]]) -> DiscountVerdict:
        """What a code is worth for (SKU, quantity) pairs at the catalogue's prices.

        Raises InvalidInput for a SKU nobody knows; an unknown or refused code is a verdict.
        """
        connection = await self._find(name)
        rows = [await self._line(connection, sku, quantity) for sku, quantity in lines]
        return await self.judge(connection, code, Offer(connection.currency, tuple(rows)))

    async def _line(self, connection: Connection, sku: str, quantity: Decimal) -> OfferLine:
        variant = await self._storage.catalogue.by_code(sku)
        listing = (await self._storage.catalogue.listings_for([sku], connection.id)).get(sku)
        if variant is None or variant.price is None or listing is None:
            raise InvalidInput(field="line", reason=text("till.not_listed", sku=sku, connection=connection.name))
        total = variant.price * quantity
        on_sale = variant.compare_at_price is not None
        return OfferLine(listing.external_product_id, listing.external_variant_id, sku, quantity, total, on_sale)

    async def judge(self, connection: Connection, code: str, offer: Offer) -> DiscountVerdict:
        """The store's verdict on a code for this basket."""
        service = await self._registry.get_discount_service(connection)
        with interactive():
            return await service.check_code(code.strip(), offer)

    async def balance(self, name: str, code: Secret) -> GiftCardBalance:
        """Raises NotFound for an unknown card, CapabilityAbsent with the reason where there are none."""
        service = await self._registry.get_gift_card_service(await self._find(name))
        with interactive():
            return await service.check_balance(code)

    async def redeem(self, name: str, code: Secret, amount: Money, reference: str, actor: Actor) -> Redemption:
        """Take money once per card and reference, whatever happens to the answer.

        Raises PlatformRefused when the card holds less, OutcomeUnknown when even a look-up could not tell: the journal
        keeps it, and asking again with the same reference looks it up before anything is taken; so it does after
        anything but a refusal.
        """
        connection = await self._find(name)
        service = await self._registry.get_gift_card_service(connection)
        with interactive():
            card = await service.check_balance(code)
            earlier = await self._entry(connection, card.external_id, reference)
            if earlier is not None:
                _check_same(earlier, amount)
            entry = await self._storage.redemptions.reserve(
                connection.id, card.external_id, card.masked, amount, reference
            )
            # a fresh entry was never sent, so only an earlier one is looked up
            taken = await service.look_up_redemption(card.external_id, amount, reference) if earlier else None
            if taken is None:
                taken = await self._debit(connection, entry, code)
        async with self._storage.transaction():
            await self._storage.redemptions.move(entry.id, RedemptionState.DEBITED, taken.external_id)
            params = {"connection": connection.name, "amount": str(amount), "card": card.masked}
            now = self._clock.now()
            await self._storage.audit.add(AuditEntry(now, actor, "till.audit.redeemed", params, reference))
        return taken

    async def _entry(self, connection: Connection, card_id: str, reference: str) -> JournalEntry | None:
        found = await self._storage.redemptions.of_reference(reference)
        return next((each for each in found if (each.connection_id, each.card_id) == (connection.id, card_id)), None)

    async def _debit(self, connection: Connection, entry: JournalEntry, code: Secret) -> Redemption:
        """Debit; a lost answer is looked up before anything else, never sent again."""
        service = await self._registry.get_gift_card_service(connection)
        try:
            return await service.redeem_gift_card(code, entry.amount, entry.reference)
        except OutcomeUnknown as lost:
            await self._storage.redemptions.move(entry.id, RedemptionState.UNKNOWN)
            try:
                found = await service.look_up_redemption(entry.card_id, entry.amount, entry.reference)
            except TillbridgeError as error:
                raise lost from error
            if found is None:
                raise lost
            return found
        except TillbridgeError as error:
            # a refusal is final; after anything else the same reference may be asked again and is looked up first
            if error.handling is Handling.PARK:
                await self._storage.redemptions.move(entry.id, RedemptionState.GIVEN_BACK)
            raise

    async def confirm(self, reference: str) -> None:
        """The sale is recorded: its redemptions are final."""
        for entry in await self._storage.redemptions.of_reference(reference):
            if entry.state is RedemptionState.DEBITED:
                await self._storage.redemptions.move(entry.id, RedemptionState.CONFIRMED)

    async def give_back_all(self, reference: str) -> None:
        """The basket was abandoned: whatever was or may have been taken goes back, by the worker."""
        for entry in await self._storage.redemptions.of_reference(reference):
            if entry.state in (RedemptionState.RESERVED, RedemptionState.DEBITED, RedemptionState.UNKNOWN):
                await self.give_back_later(entry)

    async def give_back_later(self, entry: JournalEntry) -> None:
        """A durable job that credits the card once; asked for again it is the same job."""
        payload = {
            "card_id": entry.card_id, "reference": entry.reference, "amount": str(entry.amount.amount),
            "currency": entry.amount.currency,
        }  # fmt: skip
        # a debit without answer may still arrive, and only what arrived can be given back
        pause = timedelta(0) if entry.state is RedemptionState.DEBITED else _ARRIVES_WITHIN
        now = self._clock.now()
        job = new_job(JobKind.GIVE_BACK_GIFT_CARD, entry.connection_id, now, payload=payload)
        job = replace(job, id=uuid5(entry.id, "give back"), run_at=now + pause)
        async with self._storage.transaction():
            if await self._storage.jobs.get(job.id) is None:
                await self._storage.jobs.add([job])

    async def settle_left_behind(self) -> int:
        """At start: what a till took for a sale that was never recorded goes back; how many.

        Younger entries may belong to a till that is paying right now, in this process or another.
        """
        count, before = 0, self._clock.now() - _PAYING_AT_MOST
        for entry in await self._storage.redemptions.unsettled():
            if await self._storage.sales.by_reference(entry.reference) is not None:
                await self._storage.redemptions.move(entry.id, RedemptionState.CONFIRMED)
            elif entry.at < before and entry.reference.startswith(PREFIX):
                await self.give_back_later(entry)
                count += 1
        return count

    async def _find(self, name: str) -> Connection:
        found = await self._storage.connections.by_name(name)
        if found is None:
            raise UnknownConnection(name=name)
        return found


def _check_same(earlier: JournalEntry, amount: Money) -> None:
    """A reference stands for one debit; what went back is over."""
    if earlier.state is RedemptionState.GIVEN_BACK:
        raise InvalidInput(field="reference", reason=text("till.given_back", reference=earlier.reference))
    if earlier.amount != amount:
        told = text("till.other_amount", reference=earlier.reference, amount=earlier.amount)
        raise InvalidInput(field="reference", reason=told)
