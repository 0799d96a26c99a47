"""What mapping must know of a shop. Pure; built from a connection's facts by ``shop_facts``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shelf:
    """The channel prices are of, its language, the zone of dates, and where barcodes are kept."""

    currency: str
    channel: str = ""
    locale: str = ""
    zone: str = "UTC"
    barcode_field: str = ""
