"""Keys of the vault: which there are, and closing everything with a new one."""

from __future__ import annotations

from tillbridge.domain.audit import Actor, AuditEntry
from tillbridge.domain.clock import Clock
from tillbridge.storage import Storage


class KeysService:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage, self._clock = storage, clock

    def ids(self) -> tuple[str, ...]:
        """The one in use first."""
        return self._storage.vault.keys()

    async def rotate(self, actor: Actor) -> str:
        """Close every credential with a new key; its id. May be stopped at any step and run again."""
        key_id = await self._storage.vault.rotate()
        entry = AuditEntry(self._clock.now(), actor, "health.audit.rotated", {"key": key_id}, "vault")
        await self._storage.audit.add(entry)
        return key_id

    async def begun_anew(self, actor: Actor) -> tuple[str, ...]:
        """After a lost keyring was replaced: the connections whose credentials went with it, by name."""
        await self._storage.audit.add(AuditEntry(self._clock.now(), actor, "health.audit.new_keyring", {}, "vault"))
        closed = set(await self._storage.vault.unreadable())
        return tuple(each.name for each in await self._storage.connections.all() if each.id in closed)
