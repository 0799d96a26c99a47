"""Where vendors' documents, recordings of real shops and fact sheets lie: beside the checkout, or nowhere."""

from __future__ import annotations

from pathlib import Path

SHARED = Path(__file__).parents[4] / "shared"
CONTRACTS = SHARED / "contracts"
RECORDINGS = SHARED / "recordings"
SHEETS = SHARED / "platforms"
ABSENT = "needs ../shared/contracts"
