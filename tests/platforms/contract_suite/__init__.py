"""What every platform must do, proved over HTTP against its simulator. A platform inherits it in a few lines.

A case whose capability the spec declares absent asserts that the service says so with the declared reason.
"""

from __future__ import annotations

from tests.platforms.contract_suite.aftersales import AftersalesCases
from tests.platforms.contract_suite.answers import AnswerCases
from tests.platforms.contract_suite.connecting import ConnectingCases
from tests.platforms.contract_suite.crashes import CrashCases
from tests.platforms.contract_suite.declarations import DeclarationCases
from tests.platforms.contract_suite.documents import DocumentCases
from tests.platforms.contract_suite.goods import GoodsCases
from tests.platforms.contract_suite.ground import CODE, Bench, eur
from tests.platforms.contract_suite.offers import OfferCases
from tests.platforms.contract_suite.orders import OrderCases
from tests.platforms.contract_suite.people import PeopleCases

__all__ = ["CODE", "Bench", "PlatformContract", "eur"]


class PlatformContract(
    ConnectingCases,
    AnswerCases,
    GoodsCases,
    PeopleCases,
    OrderCases,
    CrashCases,
    AftersalesCases,
    OfferCases,
    DeclarationCases,
    DocumentCases,
):
    """Inherit, and name the platform, its simulator and what to type wrongly in the form."""
