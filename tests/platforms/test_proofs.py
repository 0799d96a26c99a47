"""What a passport calls proved was proved by a test that is there and stands for that very operation."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.support.proving import PROVES, REPLAYED, ProofWriter, supported
from tillbridge.domain.specs import PlatformSpec
from tillbridge.platforms.proofs import proofs_of
from tillbridge.platforms.registry import PlatformServiceRegistry

SPECS = PlatformServiceRegistry().specs()
RECORDED = {"magento", "prestashop", "sylius", "woocommerce"}
TODAY = datetime.now(UTC).date()


def found(test: str) -> Any:
    """The test function a name leads to."""
    path, *names = test.split("::")
    at: Any = import_module(path.removesuffix(".py").replace("/", "."))
    for name in names:
        at = getattr(at, name)
    return at


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_every_operation_that_is_there_has_a_proof_and_no_other(spec: PlatformSpec) -> None:
    assert set(proofs_of(spec.slug).operations) == supported(spec), "pytest tests/platforms -m proves --write-proofs"


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_a_proof_names_a_test_that_stands_for_the_operation(spec: PlatformSpec) -> None:
    for operation, proof in proofs_of(spec.slug).operations.items():
        marks = [each for each in found(proof.test).pytestmark if each.name == "proves"]
        assert operation in [name for each in marks for name in each.args], proof
        owner = found(proof.test.rpartition("::")[0])
        assert owner.platform.spec is spec
        assert (proof.against, proof.on <= TODAY) == ("simulator", True)


@pytest.mark.parametrize("spec", SPECS, ids=[each.slug for each in SPECS])
def test_a_replay_is_told_where_a_real_shop_was_recorded(spec: PlatformSpec) -> None:
    replay = proofs_of(spec.slug).recordings
    assert (replay is not None) is (spec.slug in RECORDED)
    if replay is not None:
        assert callable(found(replay.test))
        assert 0.95 <= replay.alike / replay.exchanges <= 1
        assert replay.on <= TODAY


def _report(test: str, outcome: str, *properties: tuple[str, str]) -> Callable[[ProofWriter], None]:
    report = pytest.TestReport(
        test, ("x.py", 1, "x"), {}, outcome, None, "call", user_properties=list(properties)  # type: ignore[arg-type]
    )  # fmt: skip
    return lambda writer: writer.pytest_runtest_logreport(report)


def test_only_what_passed_in_every_case_is_written_and_the_rest_stays(tmp_path: Path) -> None:
    file = tmp_path / "proofs.json"
    old = {"on": "2026-01-01", "against": "simulator", "test": "t.py::old"}
    file.write_text(json.dumps({"market": {"operations": {"order.list": old, "order.create": old}}}))
    writer = ProofWriter(file)
    _report("t.py::good[a]", "passed", (PROVES, "market order.create"))(writer)
    _report("t.py::good[b]", "passed", (PROVES, "market order.create"))(writer)
    _report("t.py::weak[a]", "passed", (PROVES, "market order.list"))(writer)
    _report("t.py::weak[b]", "failed", (PROVES, "market order.list"))(writer)
    _report("t.py::replay", "passed", (REPLAYED, "market 200 199"))(writer)
    writer.pytest_sessionfinish()
    market = json.loads(file.read_text())["market"]
    assert market["operations"]["order.list"] == old
    assert market["operations"]["order.create"] == {"on": f"{TODAY}", "against": "simulator", "test": "t.py::good"}
    assert market["recordings"] == {"on": f"{TODAY}", "exchanges": 200, "alike": 199, "test": "t.py::replay"}
