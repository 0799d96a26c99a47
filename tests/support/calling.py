"""One process of a shop that makes calls with a connection's token: tests start several at once and may kill them.

Run as ``python -m tests.support.calling DATABASE KEYRING FOLDER CONNECTION CALLS LEASE``; prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from tillbridge.domain.tokens import Token
from tillbridge.services import tokens
from tillbridge.settings import Settings
from tillbridge.wiring import open_house


async def _call(database: str, keyring: str, folder: str, name: str, times: int) -> Counter[str]:
    """How calls ended, all made at once: the token's generation, or the error; and the shop that answers."""
    settings = Settings(data_dir=Path(folder), database_url=database, keyring=Path(keyring))
    async with open_house(settings) as services:
        connection = await services.connections.find(name)

        async def used(token: Token) -> str:
            return str(token.generation)

        calls = [services.tokens.with_token_refresh(connection, used) for _ in range(times)]
        found = await asyncio.gather(*calls, return_exceptions=True)
        asked = (await services.connections.test(name)).name
    return Counter([asked, *(each if isinstance(each, str) else type(each).__name__ for each in found)])


def main() -> None:
    database, keyring, folder, name, times, lease = sys.argv[1:]
    # a dead holder is waited for as long as its lease lasts; in the suite that is short
    tokens._LEASE, tokens._LEASE_PULSE = float(lease), float(lease) / 3
    sys.stdout.write(json.dumps(asyncio.run(_call(database, keyring, folder, name, int(times)))))


if __name__ == "__main__":
    main()
