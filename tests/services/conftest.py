"""What tests of services share: any real platform to stand for "a platform"."""

from __future__ import annotations

import pytest

from tillbridge.platforms import shopify
from tillbridge.platforms.contract import Platform


@pytest.fixture
def platform() -> Platform:
    return shopify.PLATFORM
