"""Where a webhook may go: never into our own network, and in mock mode nowhere but this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], list[str]]

_TUNNELS = tuple(
    ipaddress.ip_network(net)
    for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")
)
"""IPv6 ranges that carry an IPv4 address inside, which may be anything."""


class AddressRefused(Exception):
    """The webhook must not be sent there. The message says why, for the job's owner."""


@dataclass(frozen=True, slots=True)
class Target:
    """A webhook's address, checked. Connect to ``address``, not to the name: it may change."""

    url: str
    scheme: str
    host: str
    port: int
    address: str


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class AddressGuard:
    """Decides on addresses.

    Args:
        allow_public: False in mock mode: then names are not even looked up.
        allow_loopback: this machine may be called, for development and tests.
    """

    def __init__(
        self, *, allow_public: bool, allow_loopback: bool, resolve: Resolve = _resolve
    ) -> None:
        self._allow_public = allow_public
        self._allow_loopback = allow_loopback
        self._resolve = resolve

    def check(self, url: str) -> Target:
        """The target to connect to; AddressRefused if there must be no connection."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise AddressRefused("The webhook address is not a valid URL.") from error
        if parts.scheme not in ("http", "https") or not host:
            raise AddressRefused("The webhook address must start with https:// or http://.")
        if parts.username or parts.password:
            raise AddressRefused("The webhook address must not contain a user or password.")
        port = port or (443 if parts.scheme == "https" else 80)
        addresses = self._addresses(host, port)
        for address in addresses:
            self._check(address)
        return Target(url, parts.scheme, host, port, str(addresses[0]))

    def _addresses(self, host: str, port: int) -> list[Address]:
        try:
            return [ipaddress.ip_address(host)]
        except ValueError:
            pass  # a name
        if host == "localhost":
            return [ipaddress.ip_address("127.0.0.1")]
        if not self._allow_public:
            raise AddressRefused("In mock mode webhooks are only sent to this machine.")
        try:
            found = self._resolve(host, port)
        except OSError as error:
            raise AddressRefused("The webhook's host name could not be resolved.") from error
        if not found:
            raise AddressRefused("The webhook's host name has no address.")
        return [ipaddress.ip_address(address.partition("%")[0]) for address in found]

    def _check(self, address: Address) -> None:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            address = address.ipv4_mapped
        if address.is_loopback:
            if not self._allow_loopback:
                raise AddressRefused("The webhook address is this server itself.")
            return
        if not self._allow_public:
            raise AddressRefused("In mock mode webhooks are only sent to this machine.")
        tunnelled = any(address.version == net.version and address in net for net in _TUNNELS)
        if not address.is_global or address.is_multicast or tunnelled:
            raise AddressRefused("The webhook address is not on the public internet.")
