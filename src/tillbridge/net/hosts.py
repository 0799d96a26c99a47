"""Where calls may go: the origins of a connection by role, and the rule that a credential goes nowhere else."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from tillbridge.domain.connections import Connection
from tillbridge.domain.errors import ForeignRedirect, InvalidInput
from tillbridge.domain.specs import HostRole, PlatformSpec


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host, port and base path of a role; ``sends_credential`` as the spec says."""

    url: httpx.URL
    sends_credential: bool

    def locate(self, path: str) -> httpx.URL:
        """The URL of a path below the origin, or of an absolute URL on it. Raises ForeignRedirect for another host."""
        if "://" not in path:
            return self.url.copy_with(raw_path=self.url.raw_path.rstrip(b"/") + path.encode("ascii", "strict"))
        url = httpx.URL(path)
        if not self.covers(url):
            raise ForeignRedirect(location=f"{url.scheme}://{url.host}")
        return url

    def covers(self, url: httpx.URL) -> bool:
        """Same host and port, and never from https down to http."""
        same = (url.host, url.port) == (self.url.host, self.url.port) or (
            url.host == self.url.host
            and {self.url.scheme, url.scheme} == {"http", "https"}
            and not (url.port or self.url.port)
        )
        return same and not (self.url.scheme == "https" and url.scheme == "http")


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def origins(connection: Connection, spec: PlatformSpec) -> Mapping[str, Origin]:
    """The origin of each role; ``base_url`` of the connection replaces them all.

    Raises InvalidInput for an address that may not receive the credential.
    """
    return {role.role: _origin(role, connection) for role in spec.hosts}


def _origin(role: HostRole, connection: Connection) -> Origin:
    address = connection.base_url or role.template.format_map(dict(connection.settings))
    url = httpx.URL(address if "://" in address else f"https://{address}")
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or url.query or url.fragment:
        raise InvalidInput(field="address", reason=f"{url.scheme}://{url.host} is not a shop address")
    if url.scheme == "http" and not (is_loopback(url.host) or connection.insecure_http):
        raise InvalidInput(field="address", reason="plain http would send the credential in clear; use https")
    if role.host_pattern and not is_loopback(url.host) and not re.fullmatch(role.host_pattern, url.host):
        raise InvalidInput(field="address", reason=f"{url.host} is not an address of this platform")
    return Origin(url, role.sends_credential)
