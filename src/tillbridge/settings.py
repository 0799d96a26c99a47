"""Settings of this machine: a file, then the environment, then flags. Each field says what it does."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from tillbridge.domain.clock import Clock, ScaledClock, SystemClock
from tillbridge.domain.errors import InvalidInput
from tillbridge.domain.tokens import Secret
from tillbridge.places import DATABASE, PREFIX, SETTINGS, default_data_dir


class Settings(BaseSettings):
    """Read with ``load``; frozen afterwards."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, use_attribute_docstrings=True)
    _file: ClassVar[Path | None] = None

    data_dir: Path = Field(default_factory=default_data_dir)
    """Where the shop's data lives. Chosen by flag or environment; not read from the file, which lies inside."""

    database_url: str = ""
    """``postgresql://…`` when several terminals share one shop's data; empty: a SQLite file in the data directory."""

    keyring: Path | None = None
    """The file with the vault's keys, empty: ``keyring.json`` in the data directory. Back it up apart from the data."""

    keyring_passphrase: str = Field(default="", repr=False)
    """Opens a keyring that is locked with a passphrase. Better typed when asked than kept here."""

    till: str = Field(default="Till 1", min_length=1, max_length=60)
    """The name of this terminal's till; it stands on receipts and decides routes."""

    location: str = Field(default="Main", min_length=1, max_length=60)
    """Where this till stands."""

    operator: str = ""
    """Who works here, as the audit shall name them; empty: the login name."""

    tax_name: str = "VAT"
    """What the tax is called on sales made in the console."""

    tax_rate: str = Field(default="", pattern=r"^(0(\.\d{1,6})?)?$")
    """The rate of taxed goods sold in the console, as a fraction (0.23); empty: what the connected shop charges."""

    theme: str = ""
    """The console's theme until one is chosen in its Settings; empty: the one that fits the terminal."""

    answer_within_seconds: float = Field(default=30.0, gt=0, le=600)
    """After how many seconds of silence a platform's answer counts as lost."""

    lease_seconds: float = Field(default=30.0, gt=0, le=600)
    """How long a worker holds a connection without a sign of life before another may take over."""

    clock: str = ""
    """For training and tests only: how many times as fast time passes and since when, ``20@2026-11-24T09:00+00:00``."""

    log_level: str = Field(default="info", pattern=r"^(debug|info|warning|error)$")
    """How much goes into ``tillbridge.log`` in the data directory."""

    @field_validator("clock")
    @classmethod
    def _tells_time(cls, value: str) -> str:
        if value:
            ScaledClock.parse(value)
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags win over the environment, the environment over the file."""
        sources: list[PydanticBaseSettingsSource] = [init_settings, env_settings]
        if cls._file is not None:
            sources.append(TomlConfigSettingsSource(settings_cls, cls._file))
        return tuple(sources)

    @property
    def database(self) -> str:
        """Where the data lives, as storage wants it."""
        return self.database_url or str(self.data_dir / DATABASE)

    @property
    def keyring_path(self) -> Path:
        return self.keyring or self.data_dir / "keyring.json"

    @property
    def passphrase(self) -> Secret | None:
        return Secret(self.keyring_passphrase) if self.keyring_passphrase else None

    @property
    def ticking(self) -> Clock:
        """The clock everything goes by."""
        return ScaledClock.parse(self.clock) if self.clock else SystemClock()

    @property
    def log_file(self) -> Path:
        return self.data_dir / "tillbridge.log"


def load(flags: Mapping[str, Any] | None = None) -> Settings:
    """Read all sources. Raises InvalidInput naming the file or variable and the key that cannot be right."""
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    place = Path(given.get("data_dir") or default_data_dir())
    file = place / SETTINGS
    reader: type[Settings] = type(
        "Settings", (Settings,), {"_file": file if file.is_file() else None, "__module__": __name__}
    )
    try:
        return reader(**{"data_dir": place, **given})
    except ValidationError as error:
        raise _first_problem(error, file) from None
    except ValueError as error:
        raise InvalidInput(field=str(file), reason=f"not a TOML file: {error}") from error


def _first_problem(error: ValidationError, file: Path) -> InvalidInput:
    """The values are not repeated: one of them may be a password."""
    first = error.errors(include_url=False, include_input=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    variable = f"{PREFIX}{key.upper()}"
    source = variable if variable in os.environ else f"{file}: {key}"
    return InvalidInput(field=source, reason=_plain(first["msg"]))


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]
