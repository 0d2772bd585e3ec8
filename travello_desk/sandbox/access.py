"""Who may call the API: secret, publishable and restricted keys, Bearer or Basic."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field

from travello_desk.sandbox import errors


@dataclass(slots=True)
class Access:
    """Who may call. ``restricted``: key -> permissions it lacks (PAYMENTS D19, C30)."""

    secret_key: str
    publishable_key: str
    restricted: dict[str, frozenset[str]] = field(default_factory=dict)

    def check(self, key: str | None, permission: str) -> None:
        """Refuse what Stripe refuses: no key, a publishable one, a wrong one, one without the right."""
        if not key:
            raise errors.no_key()
        if key == self.publishable_key:
            raise errors.publishable_key()
        if key != self.secret_key and key not in self.restricted:
            raise errors.bad_key(key)
        if permission in self.restricted.get(key, frozenset()):
            raise errors.lacks_permission(key, permission)


def api_key(header: str) -> str | None:
    """The key of a Bearer or Basic header (Stripe takes it as the user name, with no password)."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return None
