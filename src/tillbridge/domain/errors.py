"""Every failure Tillbridge knows, as one tree. Each class says who must act and how the queue treats it.

TillbridgeError
├── InvalidInput · UnknownPlatform · AmbiguousConnection · UnknownConnection · CapabilityAbsent · NotFound · Conflict
├── PlatformError                     something a platform said or did not say
│   ├── RateLimited                   wait, costs no attempt
│   ├── PlatformUnavailable · NetworkFailure        transient, nothing was done
│   ├── OutcomeUnknown                sent, no trustworthy answer: look up before anything else
│   ├── PlatformRefused · TotalsDisagree            permanent, a person decides
│   ├── AnswerUnreadable              NotTheApi · AnswerTruncated · AnswerTooLarge · WarningsBeforeJson
│   │                                 · ForeignRedirect
│   ├── Drift                         the platform changed its data
│   └── AuthError                     WrongCredentials · TokenRejected · MissingPermission
│                                     · ReauthenticationNeeded · ShopClosed
├── VaultError                        KeyMissing · WrongPassphrase · SecretUnreadable
└── StorageError                      NewerDatabase · DatabaseBusy · DatabaseUnreachable · DiskFull
                                      · DataReadOnly · LeaseLost
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from tillbridge.messages import text


class Who(StrEnum):
    """Who must act so that it goes on."""

    NOBODY = "nobody"
    OPERATOR = "operator"
    MERCHANT = "merchant"
    HOST = "host"
    SUPPORT = "support"


class Handling(StrEnum):
    """What the queue does with a job that ended in this failure."""

    WAIT = "wait"
    RETRY = "retry"
    LOOK_UP = "look_up"
    REAUTHENTICATE = "reauthenticate"
    PARK = "park"


@dataclass(frozen=True, slots=True)
class ErrorCard:
    """An error in shop language, ready to be shown."""

    title: str
    explanation: str
    who: Who
    next_step: str


class TillbridgeError(Exception):
    """Base of all typed failures. ``params`` fill the texts of ``message_id`` and never hold a secret."""

    message_id: ClassVar[str] = "error.unexpected"
    who: ClassVar[Who] = Who.SUPPORT
    handling: ClassVar[Handling] = Handling.PARK

    def __init__(self, **params: object) -> None:
        self.params = {name: str(value) for name, value in params.items()}
        super().__init__(self.message_id, self.params)

    def card(self) -> ErrorCard:
        """Title, explanation and next step from the catalogue."""
        part = {
            name: text(f"{self.message_id}.{name}", **self.params) for name in ("title", "explanation", "next_step")
        }
        return ErrorCard(part["title"], part["explanation"], self.who, part["next_step"])

    def __str__(self) -> str:
        return text(f"{self.message_id}.explanation", **self.params)


class InvalidInput(TillbridgeError):
    """A value from a person or a file that cannot be right: ``field``, ``reason``."""

    message_id = "error.invalid_input"
    who = Who.OPERATOR


class UnknownPlatform(TillbridgeError):
    """No such platform: ``platform``, ``known``."""

    message_id = "error.unknown_platform"
    who = Who.OPERATOR


class UnknownConnection(TillbridgeError):
    """No connection by that name: ``name``."""

    message_id = "error.unknown_connection"
    who = Who.OPERATOR


class AmbiguousConnection(TillbridgeError):
    """The shop has several connections on a platform: ``platform``, ``names``."""

    message_id = "error.ambiguous_connection"
    who = Who.OPERATOR


class CapabilityAbsent(TillbridgeError):
    """The platform cannot do this: ``capability``, ``reason``."""

    message_id = "error.capability_absent"
    who = Who.NOBODY


class NotFound(TillbridgeError):
    """Asked for by id or code and not there: ``what``, ``name``."""

    message_id = "error.not_found"
    who = Who.OPERATOR


class Conflict(TillbridgeError):
    """Somebody changed it meanwhile: ``what``, ``expected``, ``found``."""

    message_id = "error.conflict"
    who = Who.OPERATOR


class PlatformError(TillbridgeError):
    """Anything a platform said. ``request_id`` is the platform's own, for its support."""

    message_id = "error.platform"
    who = Who.HOST

    def __init__(self, **params: object) -> None:
        request_id = params.pop("request_id", None)
        super().__init__(**params)
        self.request_id: str | None = str(request_id) if request_id else None


class RateLimited(PlatformError):
    """Asked to slow down. ``retry_after`` in seconds when the platform named one."""

    message_id = "error.rate_limited"
    who = Who.NOBODY
    handling = Handling.WAIT

    def __init__(self, *, retry_after: float | None = None, **params: object) -> None:
        super().__init__(**params)
        self.retry_after = retry_after


class PlatformUnavailable(PlatformError):
    """5xx or maintenance, and nothing was done: ``status``."""

    message_id = "error.platform_unavailable"
    handling = Handling.RETRY

    def __init__(self, *, retry_after: float | None = None, **params: object) -> None:
        super().__init__(**params)
        self.retry_after = retry_after


class NetworkFailure(PlatformError):
    """The request never reached the platform, or reading it may be repeated: ``reason``."""

    message_id = "error.network"
    handling = Handling.RETRY


class OutcomeUnknown(PlatformError):
    """A change was sent and no trustworthy answer came back: ``evidence``."""

    message_id = "error.outcome_unknown"
    who = Who.NOBODY
    handling = Handling.LOOK_UP


class PlatformRefused(PlatformError):
    """The platform judged the request and said no: ``field``, ``code``, ``reason``."""

    message_id = "error.platform_refused"
    who = Who.OPERATOR


class TotalsDisagree(PlatformError):
    """The platform's price rules give another total than the till's, so nothing was placed: ``ours``, ``theirs``."""

    message_id = "error.total_not_placed"
    who = Who.OPERATOR


class AnswerUnreadable(PlatformError):
    """The answer cannot be used: ``first_line``."""

    message_id = "error.answer_unreadable"
    handling = Handling.RETRY


class NotTheApi(AnswerUnreadable):
    """The shop's server or a plugin answered, not the API: ``status``, ``first_line``."""

    message_id = "error.not_the_api"


class AnswerTruncated(AnswerUnreadable):
    """The answer ended early: ``first_line``."""

    message_id = "error.answer_truncated"


class AnswerTooLarge(AnswerUnreadable):
    """The answer passed the bound on its size: ``limit``."""

    message_id = "error.answer_too_large"
    handling = Handling.PARK


class WarningsBeforeJson(AnswerUnreadable):
    """The shop prints warnings into its API: ``first_line``."""

    message_id = "error.warnings_before_json"
    who = Who.MERCHANT
    handling = Handling.PARK


class ForeignRedirect(AnswerUnreadable):
    """The shop sent us to another host, where the credential must not go: ``location``."""

    message_id = "error.foreign_redirect"
    who = Who.OPERATOR
    handling = Handling.PARK


class Drift(PlatformError):
    """A payload does not fit what we know of the platform: ``path``, ``expected``, ``found``."""

    message_id = "error.drift"
    who = Who.SUPPORT


class AuthError(PlatformError):
    """The platform does not accept who we are."""

    message_id = "error.auth"
    who = Who.OPERATOR
    handling = Handling.REAUTHENTICATE


class WrongCredentials(AuthError):
    """What the operator typed is not accepted: ``field`` names the likely one, ``where`` tells where to find it."""

    message_id = "error.wrong_credentials"


class TokenRejected(AuthError):
    """401 for a token. ``certain`` is False when the platform answers a missing permission alike."""

    message_id = "error.token_rejected"

    def __init__(self, *, certain: bool = True, **params: object) -> None:
        super().__init__(**params)
        self.certain = certain


class MissingPermission(AuthError):
    """Accepted, but not allowed to: ``permission``."""

    message_id = "error.missing_permission"
    who = Who.MERCHANT


class ReauthenticationNeeded(AuthError):
    """The grant is dead; a person must connect again: ``connection``."""

    message_id = "error.reauthentication_needed"


class ShopClosed(AuthError):
    """The shop is frozen, locked or gone: ``status``."""

    message_id = "error.shop_closed"
    who = Who.MERCHANT


class VaultError(TillbridgeError):
    """Secrets cannot be read or written."""

    message_id = "error.vault"
    who = Who.OPERATOR
    handling = Handling.REAUTHENTICATE


class KeyMissing(VaultError):
    """The keyring does not hold the key a secret was closed with: ``key_id``."""

    message_id = "error.key_missing"


class WrongPassphrase(VaultError):
    """The passphrase does not open the keyring."""

    message_id = "error.wrong_passphrase"


class SecretUnreadable(VaultError):
    """A secret does not open in its row: damaged, or moved from another: ``connection``."""

    message_id = "error.secret_unreadable"


class StorageError(TillbridgeError):
    """The database cannot do what was asked; nothing was half written."""

    message_id = "error.storage"
    who = Who.OPERATOR
    handling = Handling.RETRY


class NewerDatabase(StorageError):
    """Written by a newer Tillbridge: ``steps``."""

    message_id = "error.newer_database"


class DatabaseBusy(StorageError):
    """Another process held the database longer than we wait."""

    message_id = "error.database_busy"


class DatabaseUnreachable(StorageError):
    """The database server does not answer: ``reason``."""

    message_id = "error.database_unreachable"


class DiskFull(StorageError):
    """No room left where the data lives: ``path``."""

    message_id = "error.disk_full"


class DataReadOnly(StorageError):
    """The data directory cannot be written: ``path``."""

    message_id = "error.data_read_only"


class LeaseLost(StorageError):
    """Another worker has taken over; write nothing more: ``what``."""

    message_id = "error.lease_lost"
