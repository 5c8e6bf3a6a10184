"""What this computer's environment says of the way out: which proxy leads there and whose certificates are believed."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from localassist.domain.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a proxy listens: `address` is a URL without a name or password, `login` those two where it wants them."""

    address: str
    login: tuple[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class WayOut:
    """The usual variables, by the names in curl's manual ("ENVIRONMENT"), in small or capital letters.

    `proxies` are by scheme; `direct` the hosts that need none: names with all below them, addresses, networks or "*".
    `certificates` and `certificate_folder` take the place of what the system believes.
    """

    proxies: Mapping[str, str]
    direct: tuple[str, ...] = ()
    certificates: str = ""
    certificate_folder: str = ""

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> WayOut:
        """What the environment says; for http only `http_proxy` in small letters counts, as with curl."""
        everything = _either(environment, "all_proxy")
        proxies = {
            "http": environment.get("http_proxy") or everything,
            "https": _either(environment, "https_proxy") or everything,
        }
        direct = tuple(part.strip().lower() for part in _either(environment, "no_proxy").split(",") if part.strip())
        return cls(
            {scheme: address for scheme, address in proxies.items() if address},
            direct,
            environment.get("SSL_CERT_FILE", ""),
            environment.get("SSL_CERT_DIR", ""),
        )

    def proxy(self, scheme: str, host: str) -> Proxy | None:
        """The proxy on the way to a host, None where there is none; what runs on this computer never needs one.

        Raises `NetworkError` for a proxy of a kind that is not spoken here (SOCKS).
        """
        address = self.proxies.get(scheme, "")
        if not address or self._is_direct(host):
            return None
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:  # no port, or no address
            parts, port = urlsplit(""), 0
        if parts.scheme not in _SCHEMES or not parts.hostname:
            raise NetworkError(
                f"The proxy that {scheme.upper()}_PROXY or ALL_PROXY names can't be used: only http and https can.",
                "Name an HTTP proxy there, or unset the variable.",
            )
        name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        where = f"{parts.scheme}://{name}:{port}"
        login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        return Proxy(where, login)

    def ssl_context(self) -> ssl.SSLContext:
        """Believes the certificates that the variables name, else those that the system believes."""
        if not (self.certificates or self.certificate_folder):
            import truststore

            return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            return ssl.create_default_context(cafile=self.certificates or None, capath=self.certificate_folder or None)
        except (OSError, ssl.SSLError) as error:
            raise NetworkError(
                f"The certificates in {self.certificates or self.certificate_folder} can't be read.",
                "Mend or unset SSL_CERT_FILE and SSL_CERT_DIR.",
            ) from error

    def _is_direct(self, host: str) -> bool:
        host = host.strip("[]").rstrip(".").lower()
        address = _address(host)
        if host == "localhost" or (address is not None and address.is_loopback):
            return True
        return any(_covers(entry, host, address) for entry in self.direct)


def _covers(entry: str, host: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if entry == "*":
        return True
    if address is not None:
        try:
            return address in ipaddress.ip_network(entry.strip("[]"), strict=False)
        except ValueError:
            return False
    name = entry.partition(":")[0].removeprefix("*").lstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _either(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name) or environment.get(name.upper(), "")
