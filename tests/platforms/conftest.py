"""Every request an adapter sends in these tests is held to its vendor's documents, where they lie beside us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest

from tests.conftest import TOLD
from tests.support.contracts import findings
from tests.support.proving import PROVES, REPLAYED, supported
from tests.support.recorder import EVERYTHING, begin

pytest.register_assert_rewrite("tests.platforms.contract_suite")


@pytest.fixture(autouse=True)
def hold_to_documents() -> Iterator[None]:
    """Each test answers for what it sent itself, so that tests may run in any process and order."""
    begin()
    yield
    problems = [str(each) for each in findings(EVERYTHING) if each.deviation is None]
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.fixture(autouse=True)
def stand_for(request: pytest.FixtureRequest) -> None:
    """A case of the contract tells which of the platform's operations it proves."""
    mark, platform = request.node.get_closest_marker("proves"), getattr(request.cls, "platform", None)
    if mark is None or platform is None:
        return
    for operation in sorted(set(mark.args) & supported(platform.spec)):
        request.node.user_properties.append((PROVES, f"{platform.spec.slug} {operation}"))


Replayed = Callable[[str, Sequence[tuple[str, Sequence[str]]], Mapping[str, str]], None]


@pytest.fixture
def replayed(record_property: Callable[[str, object], None]) -> Replayed:
    """Judges a replay: by name what differs from the recording, and why an exchange is left out of the judgement."""

    def judge(platform: str, results: Sequence[tuple[str, Sequence[str]]], left_out: Mapping[str, str]) -> None:
        unlike = {name: faults for name, faults in results if faults}
        alike = len(results) - len(unlike)
        reasons = [f"  left out {name}: {why}" for name, why in left_out.items()]
        share = f"{alike} of {len(results)} recorded exchanges alike ({100 * alike / len(results):.1f} %)"
        record_property(TOLD, "\n".join([share, *reasons]))
        record_property(REPLAYED, f"{platform} {len(results)} {alike}")
        unnamed = [f"{name}: {'; '.join(faults[:6])}" for name, faults in unlike.items() if name not in left_out]
        assert not unnamed, "\n".join(unnamed)
        assert set(left_out) <= set(unlike), "what is alike again need not be left out"
        assert alike >= 0.95 * len(results)

    return judge
