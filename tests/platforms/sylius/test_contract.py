"""Sylius keeps the contract of every platform, over HTTP against its simulator."""

from __future__ import annotations

from tests.platforms.contract_suite import PlatformContract
from tillbridge.domain.specs import Noun
from tillbridge.platforms.sylius import PLATFORM
from tillbridge.platforms.sylius.simulator import sylius_simulator


class TestSylius(PlatformContract):
    platform = PLATFORM
    simulator = staticmethod(sylius_simulator)
    wrong_field = "password"
    wrong_value = "not-the-password-at-all"
    create_match = '"notes"'

    def absent(self, noun: Noun, verb: str) -> str | None:
        """Refunds are there, of the whole payment; the suite asks for a part."""
        return super().absent(noun, "partial_refund" if verb == "refund" else verb)
