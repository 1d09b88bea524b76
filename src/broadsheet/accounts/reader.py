"""What a reader is: a frozen value, its role, and what a role may do.

Where readers are kept is `readers`' matter.
A role holds at the moment it is asked for: nobody keeps a `Reader` from one request to the next.
"""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, get_args

from broadsheet.accounts.names import require_own
from broadsheet.errors import Forbidden, Invalid
from broadsheet.mail.letter import line

Role = Literal["reader", "editor", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Reader:
    """One account; `address` is empty for the one reader of a single-user instance."""

    id: int
    address: str = field(repr=False)
    name: str
    role: Role
    created_at: datetime
    signed_in_at: datetime | None

    @property
    def shown(self) -> str:
        """What others see of the reader: the chosen name, else the number."""
        return shown(self.id, self.name)

    @property
    def masked(self) -> str:
        """The address, fit to be shown where somebody may look over a shoulder."""
        return masked(self.address)

    def may(self, role: Role) -> bool:
        """Tell whether this reader may do what `role` may: each role may all that those before it may."""
        return reader_may(self.role, role)

    def require(self, role: Role) -> None:
        """Raise `Forbidden` unless this reader may do what `role` may."""
        if not self.may(role):
            an = "an" if role[0] in "ae" else "a"
            raise Forbidden(f"Only {an} {role} may do that. Ask whoever runs this instance for the role.", value=role)


def reader_may(has: Role, wanted: Role) -> bool:
    """Tell whether a reader of one role may do what another may."""
    return ROLES.index(has) >= ROLES.index(wanted)


def shown(reader_id: int, name: str) -> str:
    """Return what others see of a reader: the chosen name, else the number."""
    return name or f"Reader {reader_id}"


def role_of(text: str) -> Role:
    """Return the role named `text`; raises `Invalid` (field `role`)."""
    if text not in ROLES:
        raise Invalid(f"{text[:40]!r} is no role; choose {', '.join(ROLES[:-1])} or {ROLES[-1]}.", field="role")
    return text


def name_of(text: str) -> str:
    """Return a name fit to be shown, empty for none; raises `Invalid` (field `name`)."""
    name = line(unicodedata.normalize("NFKC", text), longest=10 * LONGEST_NAME)
    if len(name) > LONGEST_NAME:
        raise Invalid(f"A name may have {LONGEST_NAME} characters at most; this has {len(name)}.", field="name")
    if "@" in name:
        raise Invalid("A name is shown to everybody, so it may not be a mail address.", field="name")
    if name:
        require_own(name)
    return name


def masked(address: str) -> str:
    """Return an address with all of its local part but the first letter left out."""
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}" if host else ""
