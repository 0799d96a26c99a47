"""How our facts travel on an order: the reference in a field of its own, what became of stock in the channel's name."""

from __future__ import annotations

CHANNEL, CHANNEL_STOCK_LEFT = "Till (Tillbridge)", "Till (stock not moved)"
"""What the shop's panel shows as where an order came from; 30 characters at most."""
EXTERNAL = "external"
"""The platform's own word for orders that were imported."""
