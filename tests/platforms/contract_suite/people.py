"""Customers: found, saved once, listed in pages and by change."""

from __future__ import annotations

from datetime import timedelta

from tests.platforms.contract_suite.ground import Bench, Ground, items, walk
from tests.support.proving import proves
from tillbridge.domain.customers import Customer
from tillbridge.domain.specs import Noun

FRESH = Customer(email="soren.aebler@example.com", first_name="Søren", last_name="Æbler-O’Neill")


class PeopleCases(Ground):
    @proves("customer.find", "customer.save")
    async def test_a_customer_is_found_saved_and_not_doubled(self, bench: Bench) -> None:
        customers = self.platform.customer(bench.session)
        known = await customers.find_by_email("AOIFE.byrne@example.com")
        assert known is not None
        assert known.last_name == "Byrne"
        assert await customers.find_by_email("nobody@example.com") is None
        saved = await customers.save(FRESH)
        again = await customers.save(FRESH)
        assert saved.external_id == again.external_id
        assert (saved.first_name, saved.last_name) == (FRESH.first_name, FRESH.last_name)
        found = await customers.find_by_email(FRESH.email)
        assert found is not None
        assert (found.first_name, found.last_name) == (FRESH.first_name, FRESH.last_name)

    @proves("customer.list")
    async def test_three_pages_of_people_come_once_each(self, bench: Bench) -> None:
        whole = items(await walk(self.platform.customer(bench.session).list_customers()))
        assert {"aoife.byrne@example.com", "saoirse.kehoe@example.com"} <= {each.email for each in whole}
        with self.small_pages():
            customers = self.platform.customer(bench.session)
            pages = await walk(customers.list_customers())
            assert len(pages) >= 3, "pages do not follow limits.page_size: name their constants in page_constants"
            rest = items(await walk(customers.list_customers(cursor=pages[0].cursor)))
        assert sorted(each.external_id for each in items(pages)) == sorted(each.external_id for each in whole)
        assert [each.external_id for each in rest] == [each.external_id for each in items(pages[1:])]

    @proves("customer.changed_since")
    async def test_a_changed_customer_is_read_again_and_the_others_are_not(self, bench: Bench) -> None:
        customers = self.platform.customer(bench.session)
        bench.clock.advance(3600)
        saved = await customers.save(FRESH)
        since = bench.clock.now() - timedelta(minutes=2)
        bench.clock.advance(600)
        for _ in range(2):
            found = items(await walk(customers.list_customers(changed_since=since)))
            assert saved.external_id in [each.external_id for each in found]
            if self.absent(Noun.CUSTOMER, "changed_since") is None:
                assert len(found) == 1
