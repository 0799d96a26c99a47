"""Gift certificates have a balance and no ledger: bookings once, and what other writers can and cannot do to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.platforms.bigcommerce.adapter import Bench, Tap, Tapped, bench, eur
from tillbridge.domain.errors import InvalidInput, NotFound, OutcomeUnknown, PlatformRefused
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.bigcommerce import PLATFORM
from tillbridge.platforms.bigcommerce.simulator import BigCommerceSimulator

CODE = Secret("GIFT-AAAA-1111-2222")
Row = dict[str, Any]
Hit = Callable[[Row], None]


def card(shop: BigCommerceSimulator) -> Row:
    return next(row for row in shop.store.certificates.values() if row["code"] == CODE.reveal())


def meddling(method: str, hit: Hit, *, before: bool) -> Tap:
    """Somebody else writes the card around our call of this method, once."""
    done: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        def meddle(request: httpx.Request) -> None:
            if request.method == method and "/gift_certificates/" in request.url.path and not done:
                done.append(request.method)
                hit(card(shop))

        return Tapped(inner, before=meddle) if before else Tapped(inner, after=meddle)

    return tap


async def redeem(at: Bench, amount: str = "15.00", reference: str = "TBREF1") -> Any:
    return await PLATFORM.gift_card(at.session).redeem_gift_card(CODE, eur(amount), reference)


async def test_a_booking_and_its_mark_go_out_in_one_write_and_the_card_keeps_all_else() -> None:
    async with bench() as at:
        taken = await redeem(at)
        row = card(at.shop)
        assert (row["balance"], row["amount"], taken.balance_after) == (
            Decimal("35.0000"),
            Decimal("50.0000"),
            eur("35"),
        )
        assert (row["message"], row["to_name"], row["status"]) == ("[-TBREF1] Enjoy!", "Ines Albrecht", "active")
        again = await redeem(at)
        assert (again.amount, card(at.shop)["balance"]) == (eur("15.00"), Decimal("35.0000"))


async def test_the_balance_is_read_anew_right_before_it_is_written() -> None:
    """The web shop took 20.00 after the card was found by its code, and before its second, fresh read."""

    def spent(row: Row) -> None:
        row["balance"] -= Decimal(20)

    async with bench(tap=meddling("GET", spent, before=True)) as at:
        taken = await redeem(at)
        assert (card(at.shop)["balance"], taken.balance_after) == (Decimal("15.0000"), eur("15.00"))


async def test_a_debit_of_the_web_shop_right_after_ours_leaves_ours_standing() -> None:
    def spent(row: Row) -> None:
        row["balance"] -= Decimal(5)

    async with bench(tap=meddling("PUT", spent, before=False)) as at:
        taken = await redeem(at)
        assert taken.balance_after == eur("30.00")


async def test_another_tills_write_over_ours_is_noticed_and_nothing_is_taken_twice() -> None:
    def overwritten(row: Row) -> None:
        row |= {"balance": Decimal("40.00"), "message": "Enjoy! [-OTHER]"}

    async with bench(tap=meddling("PUT", overwritten, before=False)) as at:
        with pytest.raises(OutcomeUnknown, match="wrote over"):
            await redeem(at)
        cards = PLATFORM.gift_card(at.session)
        assert await cards.look_up_redemption(str(card(at.shop)["id"]), eur("15.00"), "TBREF1") is None
        await redeem(at)
        assert card(at.shop)["balance"] == Decimal("25.0000")


async def test_a_balance_raised_again_by_a_late_writer_is_noticed() -> None:
    def restored(row: Row) -> None:
        row["balance"] = Decimal("50.00")

    async with bench(tap=meddling("PUT", restored, before=False)) as at:
        with pytest.raises(OutcomeUnknown, match="more than"):
            await redeem(at)


async def test_the_one_race_nobody_can_notice_is_stated_in_the_passport() -> None:
    """Between our fresh read and our write: the other's debit is lost. The operator was told before."""

    def spent(row: Row) -> None:
        row["balance"] -= Decimal(5)

    async with bench(tap=meddling("PUT", spent, before=True)) as at:
        await redeem(at)
        assert card(at.shop)["balance"] == Decimal("35.0000")
    said = [each.reason for each in PLATFORM.spec.capabilities if each.verb == "redeem"]
    assert "overwritten unseen" in said[0]


@pytest.mark.parametrize("fault", ["timeout_after_commit", "reset", "error_5xx", "truncated", "html"])
async def test_a_lost_answer_is_looked_up_before_anything_is_taken_again(fault: str) -> None:
    async with bench() as at:
        at.shop.faults.arm(fault, match="PUT /stores/g5cd38/v2/gift_certificates", phase="after")
        with pytest.raises(OutcomeUnknown):
            await redeem(at)
        cards = PLATFORM.gift_card(at.session)
        found = await cards.look_up_redemption(str(card(at.shop)["id"]), eur("15.00"), "TBREF1")
        assert found is not None
        await redeem(at)
        assert card(at.shop)["balance"] == Decimal("35.0000")


async def test_a_booking_that_cannot_be_read_back_is_unknown_and_found_later() -> None:
    done: list[str] = []

    def tap(inner: httpx.AsyncBaseTransport, shop: BigCommerceSimulator) -> httpx.AsyncBaseTransport:
        def fail_reads(request: httpx.Request) -> None:
            if request.method == "PUT" and "/gift_certificates/" in request.url.path and not done:
                done.append(request.url.path)
                shop.faults.arm("error_5xx", times=50, match="GET /stores/g5cd38/v2/gift_certificates/")

        return Tapped(inner, after=fail_reads)

    async with bench(tap=tap) as at:
        cards, card_id = PLATFORM.gift_card(at.session), str(card(at.shop)["id"])
        with pytest.raises(OutcomeUnknown, match="not read back"):
            await cards.give_back(card_id, eur("1.00"), "TBREF0")
        at.shop.faults.clear()
        await cards.give_back(card_id, eur("1.00"), "TBREF0")
        assert card(at.shop)["balance"] == Decimal("51.0000")


async def test_give_back_is_booked_once_and_one_reference_is_not_part_of_another() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        taken = await redeem(at, reference="TBREF10")
        assert await cards.look_up_redemption(taken.card_id, eur("15.00"), "TBREF1") is None
        for _ in range(2):
            await cards.give_back(taken.card_id, eur("15.00"), "TBREF10")
        assert card(at.shop)["balance"] == Decimal("50.0000")
        assert card(at.shop)["message"] == "[+TBREF10] [-TBREF10] Enjoy!"


async def test_a_card_that_cannot_be_used_says_why() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        off = await cards.check_balance(Secret("GIFT-CCCC-5555-6666"))
        assert (off.usable, off.reason) == (False, "the card is switched off")
        row = card(at.shop)
        for changed, reason in (
            ({"status": "pending"}, "not active yet"),
            ({"status": "active", "expiry_date": at.clock.now() - timedelta(days=1)}, "expired"),
            ({"expiry_date": None, "currency_code": "USD"}, "the sale in EUR"),
            ({"currency_code": "EUR", "balance": Decimal(0)}, "empty"),
        ):
            row |= changed
            assert reason in (await cards.check_balance(CODE)).reason
            with pytest.raises(PlatformRefused):
                await redeem(at)
        assert (row["balance"], row["message"]) == (Decimal(0), "Enjoy!")


async def test_codes_are_found_whatever_their_case_and_never_shown_whole() -> None:
    async with bench() as at:
        cards = PLATFORM.gift_card(at.session)
        balance = await cards.check_balance(Secret(" gift-aaaa-1111-2222 "))
        assert (balance.masked, balance.balance, balance.expires_on) == ("•••• 2222", eur("50.00"), None)
        for unknown in ("", "GIFT-AAAA-1111"):
            with pytest.raises(NotFound):
                await cards.check_balance(Secret(unknown))
        with pytest.raises(NotFound):
            await cards.look_up_redemption("gid://card/1", eur("1.00"), "TBREF1")
        with pytest.raises(InvalidInput):
            await redeem(at, "0.00")
