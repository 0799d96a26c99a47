"""The tables, one module per noun: Tortoise reads each models source, so large modules are slow to load."""

from tillbridge.storage.schema.catalogue import ListingRow, ProductRow, VariantRow
from tillbridge.storage.schema.connections import ConnectionLocationRow, ConnectionRow
from tillbridge.storage.schema.customers import CustomerLinkRow, CustomerRow
from tillbridge.storage.schema.jobs import AttemptRow, JobCountRow, JobRow
from tillbridge.storage.schema.lanes import BudgetRow, LaneRow
from tillbridge.storage.schema.people import AuditRow, NotificationRow
from tillbridge.storage.schema.pulls import ConflictRow, CursorRow, QuarantineRow
from tillbridge.storage.schema.redemptions import RedemptionRow
from tillbridge.storage.schema.sales import DeliveryRow, HandleRow, SaleLineRow, SaleRow, SaleTaxRow, SaleTenderRow
from tillbridge.storage.schema.shop import ChangeRow, LocationRow, ShopRow, TillRow
from tillbridge.storage.schema.stock import LevelRow, MovementRow, SightingRow
from tillbridge.storage.schema.vault import RenewalRow, SecretRow, TokenRow

__models__ = [
    AttemptRow, AuditRow, BudgetRow, ChangeRow, ConflictRow, ConnectionLocationRow, ConnectionRow, CursorRow,
    CustomerLinkRow, CustomerRow, DeliveryRow, HandleRow, JobCountRow, JobRow, LaneRow, LevelRow, ListingRow,
    LocationRow, MovementRow, NotificationRow, ProductRow, QuarantineRow, RedemptionRow, RenewalRow, SaleLineRow,
    SaleRow, SaleTaxRow, SaleTenderRow, SecretRow, ShopRow, SightingRow, TillRow, TokenRow, VariantRow,
]  # fmt: skip

__all__ = [
    "AttemptRow",
    "AuditRow",
    "BudgetRow",
    "ChangeRow",
    "ConflictRow",
    "ConnectionLocationRow",
    "ConnectionRow",
    "CursorRow",
    "CustomerLinkRow",
    "CustomerRow",
    "DeliveryRow",
    "HandleRow",
    "JobCountRow",
    "JobRow",
    "LaneRow",
    "LevelRow",
    "ListingRow",
    "LocationRow",
    "MovementRow",
    "NotificationRow",
    "ProductRow",
    "QuarantineRow",
    "RedemptionRow",
    "RenewalRow",
    "SaleLineRow",
    "SaleRow",
    "SaleTaxRow",
    "SaleTenderRow",
    "SecretRow",
    "ShopRow",
    "SightingRow",
    "TillRow",
    "TokenRow",
    "VariantRow",
]
