"""Stylesheets and other data are found from a wheel, an editable install and a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHEETS = sorted(each.name for each in (ROOT / "styles").glob("*.tcss"))
ASK = "from tillbridge.console import stylesheets; print(stylesheets.folder())"


def _folder(cwd: Path, path: Path | None) -> Path:
    """Where a fresh interpreter, started elsewhere, finds the stylesheets."""
    surroundings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path is not None:
        surroundings["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=cwd, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


def test_a_wheel_carries_its_stylesheets(wheel: Path, tmp_path: Path) -> None:
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    found = _folder(elsewhere, unpacked)
    assert found == unpacked / "tillbridge" / "styles"
    assert sorted(each.name for each in found.glob("*.tcss")) == SHEETS


def test_an_editable_install_finds_the_stylesheets_of_its_checkout(tmp_path: Path) -> None:
    direct = metadata.distribution("tillbridge").read_text("direct_url.json") or ""
    if '"editable": true' not in direct.replace('":true', '": true'):
        pytest.skip("Tillbridge is not installed editable here")
    assert _folder(tmp_path, None) == ROOT / "styles"


def test_a_checkout_finds_its_stylesheets_uninstalled(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("src", "styles"):
        (checkout / name).symlink_to(ROOT / name, target_is_directory=True)
    assert _folder(tmp_path, checkout / "src") == checkout / "styles"
    assert sorted(each.name for each in (checkout / "styles").glob("*.tcss")) == SHEETS


def test_a_wheel_carries_every_data_file_of_the_package(wheel: Path) -> None:
    source = ROOT / "src"
    data = {
        str(each.relative_to(source))
        for pattern in ("*.graphql", "messages/en/*.toml")
        for each in (source / "tillbridge").rglob(pattern)
    }
    assert any(each.endswith("simulator/schema.graphql") for each in data)
    assert any("messages/en/" in each for each in data)
    with zipfile.ZipFile(wheel) as archive:
        assert data - set(archive.namelist()) == set()
