"""How our facts travel: an order's reference in a field of its own, what became of stock in the name of its channel."""

from __future__ import annotations

CHANNEL, CHANNEL_STOCK_LEFT = "Till (Tillbridge)", "Till (stock not moved)"
"""What the shop's panel shows as where an order came from; 30 characters at most."""
BY_NAME = "by_name/"
"""Begins the inventory id of a variant that an imported order cannot name: of a service or a gift card."""
