"""What a person is told of a sale first: work that waits for somebody, then work under way, then how it ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tillbridge.domain.ids import new_id
from tillbridge.domain.money import Money
from tillbridge.domain.orders import OrderStatus, Origin, PaymentStatus
from tillbridge.domain.sales import SaleRow, SaleState, state_of


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


ROW = SaleRow(
    id=new_id(), sold_at=datetime(2026, 11, 24, tzinfo=UTC), receipt="1", reference="TB", origin=Origin.POS, till="T",
    connection="", platform="", total=_eur("24.90"), given_back=_eur("0"), payment=PaymentStatus.PAID,
    statuses=(OrderStatus.SYNCED,), parked=0, open=0,
)  # fmt: skip


@pytest.mark.parametrize("status", list(OrderStatus))
def test_without_more_it_is_the_status(status: OrderStatus) -> None:
    assert state_of(ROW, status) == status.value


@pytest.mark.parametrize("status", [each for each in OrderStatus if each is not OrderStatus.UNKNOWN])
def test_a_job_that_waits_for_a_person_goes_first(status: OrderStatus) -> None:
    assert state_of(replace(ROW, parked=1, open=1, payment=PaymentStatus.CANCELLED), status) is SaleState.NEEDS_YOU


def test_an_unknown_outcome_is_called_unknown() -> None:
    assert state_of(replace(ROW, parked=1), OrderStatus.UNKNOWN) is SaleState.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "open_", "done"),
    [
        ({"payment": PaymentStatus.CANCELLED}, SaleState.SYNCING, SaleState.CANCELLED),
        ({"given_back": _eur("24.90")}, SaleState.SYNCING, SaleState.GIVEN_BACK),
        ({"payment": PaymentStatus.REFUNDED}, SaleState.SYNCING, SaleState.GIVEN_BACK),
        ({"given_back": _eur("4.90")}, SaleState.SYNCING, SaleState.PARTLY_BACK),
        ({"payment": PaymentStatus.PARTLY_REFUNDED}, SaleState.SYNCING, SaleState.PARTLY_BACK),
    ],
)
def test_it_has_ended_only_when_no_work_is_left(changes: dict[str, object], open_: SaleState, done: SaleState) -> None:
    row = replace(ROW, **changes)  # type: ignore[arg-type]
    assert state_of(replace(row, open=1), OrderStatus.SYNCED) is open_
    assert state_of(row, OrderStatus.SYNCED) is done
    assert state_of(row, OrderStatus.LOCAL) is done
    assert state_of(row, OrderStatus.FAILED) is SaleState.FAILED


def test_one_that_waits_for_its_first_send_is_local() -> None:
    assert state_of(replace(ROW, open=1), OrderStatus.LOCAL) is SaleState.LOCAL
