"""What the spec declares and how it holds: the passport, and webhooks that prove themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tests.platforms.contract_suite.ground import Bench, Ground
from tillbridge.domain.specs import LookUpKind, Noun
from tillbridge.domain.tokens import Secret
from tillbridge.platforms.contract import WebhookDelivery

VERBS = {
    Noun.PRODUCT: {"list", "find", "changed_since"},
    Noun.INVENTORY: {"read", "set", "adjust", "compare_and_set", "changed_since"},
    Noun.ORDER: {"create", "list", "cancel", "refund", "partial_refund", "changed_since"},
    Noun.CUSTOMER: {"list", "find", "save", "changed_since"},
    Noun.DISCOUNT: {"check", "use_count"},
    Noun.GIFT_CARD: {"balance", "redeem", "*"},
}
"""The words in which capabilities are declared, so that every platform says the same thing alike."""


class DeclarationCases(Ground):
    def test_the_passport_hides_nothing(self) -> None:
        spec = self.platform.spec
        assert spec.look_up.residual_risk
        assert spec.look_up.kind is LookUpKind.HANDLE or spec.look_up.wait > timedelta(0)
        for each in spec.capabilities:
            assert each.present or each.reason, f"{each.noun} {each.verb} is absent without a reason"
            assert each.verb in VERBS[each.noun], f"{each.noun} {each.verb} is not one of the words"
        assert {each.noun for each in spec.capabilities} == set(Noun)
        for mail in spec.mails:
            assert mail.words, mail.operation
        assert {"order.create", "customer.save"} <= {each.operation for each in spec.mails}
        assert spec.documentation.startswith("https://")
        assert spec.limits.page_size > 0

    def test_a_forged_webhook_is_refused(self) -> None:
        verify, scheme = self.platform.verify_webhook, self.platform.spec.webhooks
        assert (verify is None) is (scheme is None)
        if verify is None or scheme is None:
            return
        for signature in ("", "bm90LW91cnM=", "ünlesbar", "a.b.c"):
            delivery = WebhookDelivery({scheme.signature_header: signature}, b'{"id":1}')
            assert not verify(delivery, Secret("whsec_harbour-lane-outfitters")), signature
        assert not verify(WebhookDelivery({}, b'{"id":1}'), Secret("whsec_harbour-lane-outfitters"))

    async def test_a_genuine_webhook_is_told_from_a_changed_one_and_from_its_double(self, bench: Bench) -> None:
        sent = await self.deliveries(bench)
        verify, scheme = self.platform.verify_webhook, self.platform.spec.webhooks
        if sent is None or verify is None or scheme is None:
            assert sent is None or scheme is not None
            return
        secret, deliveries = sent
        ids = [each.headers.get(scheme.delivery_id_header, "") for each in deliveries]
        assert all(verify(each, secret) for each in deliveries)
        assert (len(ids), len(set(ids))) == (4, 2), "a double carries the id of its first"
        for each in deliveries:
            assert not verify(replace(each, body=each.body + b" "), secret)
            assert not verify(each, Secret("another secret of somebody else"))
