"""The form in which a till hands over a paid sale: one JSON object per line. Parsed here, published by ``schema``.

Called by services.orders; ``services.reckoning`` makes the order of it.
"""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NoReturn

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.offers import DiscountType
from tillbridge.domain.orders import LineKind, TenderKind

MAX_LINE = 1_000_000
"""Characters a record may have; more is not a sale."""


def _exact(value: object) -> object:
    if isinstance(value, float):
        raise ValueError('write the number as text, such as "24.90"')
    return value


Amount = Annotated[Decimal, BeforeValidator(_exact), Field(max_digits=18, allow_inf_nan=False, examples=["24.90"])]
"""A decimal number in the sale's currency, best written as text."""
Text = Annotated[str, Field(max_length=500)]
Key = Annotated[str, Field(min_length=1, max_length=80)]


class Record(BaseModel):
    """Base of all parts: unknown keys are refused, so that a misspelt one cannot be lost."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TaxRecord(Record):
    name: Annotated[str, Field(min_length=1, max_length=60, examples=["VAT"])]
    rate: Annotated[
        Decimal,
        BeforeValidator(_exact),
        Field(ge=0, lt=1, max_digits=12, decimal_places=8, description="A fraction: 0.23 for 23 %.", examples=["0.23"]),
    ]


class DiscountRecord(Record):
    """Money off that the till has given. ``value`` is percent (10 = 10 %) or an amount in the prices' tax mode."""

    title: Text = ""
    type: DiscountType
    value: Annotated[Amount, Field(ge=0, examples=["10"])] = Decimal(0)
    code: Annotated[str, Field(max_length=100, description="The shopper's code; empty: given by hand.")] = ""
    lines: Annotated[
        tuple[str, ...], Field(description="On the whole sale only: ids of the lines it is limited to; empty: all.")
    ] = ()


class LineRecord(Record):
    """One line. Goods given back have a negative quantity and name the receipt or reference they came from."""

    id: Annotated[str, Field(max_length=60, description="Unique in the sale; empty: its place, from 1.")] = ""
    kind: LineKind = LineKind.PRODUCT
    sku: Annotated[str, Field(max_length=120)] = ""
    title: Text = ""
    quantity: Annotated[
        Decimal, BeforeValidator(_exact), Field(max_digits=12, decimal_places=6, allow_inf_nan=False)
    ] = Decimal(1)
    unit: Annotated[str, Field(max_length=16, description='"piece", or a measure such as "kg" for weighed goods.')] = (
        "piece"
    )
    unit_price: Annotated[Amount, Field(ge=0, description="In the tax mode of the sale, before discounts.")]
    taxes: tuple[TaxRecord, ...] = ()
    discounts: tuple[DiscountRecord, ...] = ()
    return_of: Annotated[str, Field(max_length=100, description="Receipt or reference of the sale given back.")] = ""
    connection: Annotated[str, Field(max_length=100, description="Records this line on this connection only.")] = ""


class TenderRecord(Record):
    """Money handed over, change not yet taken off; negative: paid out to the shopper."""

    kind: TenderKind
    amount: Amount
    title: Annotated[str, Field(max_length=120)] = ""
    change: Annotated[Amount | None, Field(description="Checked against the reckoned change when given.")] = None
    card_id: Annotated[str, Field(max_length=120, description="The platform's id of a gift card, never its code.")] = ""
    masked: Annotated[str, Field(max_length=30, description="Such as the last four characters of a card.")] = ""


class TotalsRecord(Record):
    """What the till printed. ``total`` includes tax; ``rounding`` is cash rounding on top of it."""

    total: Amount
    subtotal: Amount | None = None
    discount: Amount | None = None
    tax: Amount | None = None
    rounding: Amount | None = None


class AddressRecord(Record):
    first_name: Text = ""
    last_name: Text = ""
    company: Text = ""
    line1: Text = ""
    line2: Text = ""
    city: Text = ""
    region: Text = ""
    postcode: Text = ""
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$", description="ISO 3166 alpha-2.")] = ""
    phone: Text = ""


class CustomerRecord(Record):
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
    first_name: Text = ""
    last_name: Text = ""
    phone: Text = ""


class SaleRecord(Record):
    """A paid sale. Known again by till and receipt, so the same line may be sent any number of times."""

    till: Key
    receipt: Key
    sold_at: Annotated[AwareDatetime, Field(description="With offset: 2026-11-24T10:15:00+00:00.")]
    location: Annotated[str, Field(min_length=1, max_length=80)] = "Main"
    operator: Annotated[str, Field(max_length=100)] = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
    prices_include_tax: bool = True
    lines: Annotated[tuple[LineRecord, ...], Field(min_length=1, max_length=2000)]
    discounts: Annotated[tuple[DiscountRecord, ...], Field(max_length=50)] = ()
    tenders: Annotated[tuple[TenderRecord, ...], Field(max_length=50)] = ()
    cash_step: Annotated[Amount | None, Field(gt=0, description="Smallest coin, if cash is rounded: 0.05.")] = None
    totals: TotalsRecord
    customer: CustomerRecord | None = None
    billing: AddressRecord | None = None
    shipping: AddressRecord | None = None
    note: Annotated[str, Field(max_length=5000)] = ""
    schema_version: Literal[1] = 1

    @field_validator("sold_at")
    @classmethod
    def _plausible(cls, value: datetime) -> datetime:
        if value.year < 2000:
            raise ValueError("a sale before the year 2000 is a clock that was not set")
        return value


def parse_sale(text: str) -> SaleRecord:
    """A line of JSON as a sale. Raises InvalidInput naming the first field that cannot be right."""
    if len(text) > MAX_LINE:
        raise InvalidInput(field="line", reason=f"longer than {MAX_LINE} characters")
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_no_duplicates)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidInput(field="line", reason=f"not JSON: {getattr(error, 'msg', 'nested too deep')}") from error
    if not isinstance(value, dict):
        raise InvalidInput(field="line", reason="not a JSON object")
    try:
        return SaleRecord.model_validate(value)
    except ValidationError as error:
        raise _first_problem(error) from error


def schema() -> dict[str, Any]:
    """The JSON Schema of a line, with descriptions."""
    return SaleRecord.model_json_schema()


def _no_number(name: str) -> NoReturn:
    raise InvalidInput(field="line", reason=f"{name} is not a number")


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for at, (key, _) in enumerate(pairs) if key in {one for one, _ in pairs[:at]})
        raise InvalidInput(field=twice, reason="is given twice")
    return found


def _first_problem(error: ValidationError) -> InvalidInput:
    """Values are not repeated: they may be a shopper's."""
    first = error.errors(include_url=False, include_input=False)[0]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    reason = first["msg"].removeprefix("Value error, ")
    return InvalidInput(field=path or "line", reason=reason[:1].lower() + reason[1:])
