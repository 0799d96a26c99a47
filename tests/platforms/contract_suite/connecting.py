"""The form, the live test, keys that are wrong, poor, old or taken away."""

from __future__ import annotations

import httpx
import pytest

from tests.platforms.contract_suite.ground import Bench, Ground
from tests.support.clock import VirtualClock
from tests.support.sessions import open_session
from tillbridge.domain.connections import StepState
from tillbridge.domain.errors import AuthError, MissingPermission, TillbridgeError, WrongCredentials
from tillbridge.domain.tokens import TokenType
from tillbridge.training.server import transport


class ConnectingCases(Ground):
    def test_the_form_accepts_what_the_shop_gave_and_names_what_cannot_be(self) -> None:
        values = type(self).simulator(VirtualClock()).credentials()
        for each in self.platform.spec.fields_for(self.setup):
            assert each.problem(values.get(each.name, "")) is None, each.name
            assert each.title
            assert each.where_to_find or each.help
            assert bool(each.problem("")) is each.required, each.name
        first = self.platform.spec.fields_for(self.setup)[0]
        assert first.problem("not a shop\naddress")

    async def test_a_connection_knows_its_shop_and_can_be_prepared(self, bench: Bench) -> None:
        service = self.platform.shop(bench.session)
        facts = await service.test()
        assert facts.currency == "EUR"
        assert facts.zone == "Europe/Dublin"
        assert facts.missing_scopes == ()
        assert await service.locations()
        for step in self.platform.spec.preparation:
            report = await service.check_step(step.name)
            assert report.state in (StepState.DONE, StepState.STATED), report
            assert report.words
        assert bench.mails == []

    async def test_a_wrong_key_names_the_field_and_where_to_find_it(self) -> None:
        clock = VirtualClock()
        shop = type(self).simulator(clock)
        values = {**shop.credentials(), self.wrong_field: self.wrong_value}
        async with open_session(
            self.platform, values, transport([shop]), clock, setup=self.setup, base_url=shop.base_url
        ) as session:
            with pytest.raises(WrongCredentials) as caught:
                await self.platform.shop(session).test()
        titles = {each.title for each in self.platform.spec.fields_for(self.setup)}
        assert any(title in caught.value.params["field"] for title in titles)
        assert caught.value.params["where"]
        assert self.wrong_value not in str(caught.value.card())

    async def test_a_missing_scope_is_named(self, bench: Bench) -> None:
        name = self.withhold(bench.shop)
        if not name:
            bench.wire.answer = httpx.Response(403, json={"message": "Forbidden"})
        try:
            missing = (await self.platform.shop(bench.session).test()).missing_scopes
        except MissingPermission as error:
            missing = (error.params["permission"],)
        assert any(name in each for each in missing), missing

    async def test_an_expired_token_is_renewed_by_itself(self, bench: Bench) -> None:
        products = self.platform.product(bench.session)
        bench.shop.faults.arm("expired_token", times=1)
        assert await products.find_by_code("TEE-M")
        life = self._life()
        assert (life is None) is (self.platform.renew is None), "what can be renewed declares its life"
        if life is not None:
            before = bench.renewals
            bench.clock.advance(life + 1)
            assert await products.find_by_code("TEE-M")
            assert bench.renewals == before + 1

    def _life(self) -> float | None:
        """Seconds an access token lives, when it ends and can be renewed."""
        rules = [each for each in self.platform.spec.tokens if each.type is TokenType.ACCESS and each.renewable]
        return rules[0].life.total_seconds() if rules and rules[0].life else None

    async def test_an_outage_while_renewing_is_not_taken_for_a_dead_grant(self, bench: Bench) -> None:
        bench.shop.expire_tokens()
        bench.shop.faults.arm("error_5xx", times=100)
        with pytest.raises(TillbridgeError) as caught:
            await self.platform.product(bench.session).find_by_code("TEE-M")
        assert not isinstance(caught.value, AuthError)

    async def test_a_grant_taken_away_asks_for_a_person(self, bench: Bench) -> None:
        bench.shop.revoke_tokens()
        with pytest.raises(AuthError) as caught:
            await self.platform.product(bench.session).find_by_code("TEE-M")
        assert caught.value.card().next_step
