"""Which keys get in: those of files as OpenSSH's authorized_keys, or those of the user."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import asyncssh

from gomem_core.cli.output import BadInput
from gomem_core.foreign import brief, named, unread

_LARGEST: Final = 1 << 22  # bytes
# Options of a line that do not bear on what this server does, for it does none of it.  asyncssh leaves `expiry-time` and others
# unread: a line with any other option lets nobody in.
_HARMLESS: Final = frozenset(
    {
        *("from", "restrict", "pty", "agent-forwarding", "no-agent-forwarding", "port-forwarding", "no-port-forwarding"),
        *("x11-forwarding", "no-x11-forwarding", "user-rc", "no-user-rc", "permitopen", "permitlisten", "environment", "tunnel"),
    }
)


class Keyring:
    """The keys in some files; an address can be asked for by `from=`."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._rings: list[asyncssh.SSHAuthorizedKeys] = []
        for text in texts:
            for line in text.splitlines():
                try:  # one by one: a line that cannot be read takes no other with it
                    self._rings.append(asyncssh.import_authorized_keys(line))
                except (ValueError, asyncssh.KeyImportError):
                    continue

    def __len__(self) -> int:
        return len(self._rings)

    def admits(self, key: asyncssh.SSHKey, address: str) -> bool:
        """Whether somebody with this key gets in from this address."""
        for ring in self._rings:
            options = ring.validate(key, address, address)
            if options is not None and self._allows(options):
                return True
        return False

    @staticmethod
    def _allows(options: object) -> bool:
        told = {name.lower() for name in options} if isinstance(options, dict) else set()
        return told <= _HARMLESS and not ("restrict" in told and "pty" not in told)


def keys_of_file(path: Path, what: str) -> Keyring:
    """The keys of a file that the command line names as `what`.  Raises BadInput where there are none."""
    try:
        text = _text(path)
    except OSError as e:
        raise BadInput(f"{brief(path)}: {unread(e)}") from e
    ring = Keyring([text])
    if not len(ring):
        raise BadInput(f"{named(path)}: no public key is in it; {what} takes lines as in ~/.ssh/authorized_keys, or a .pub file")
    return ring


def keys_of_user(home: Path) -> Keyring:
    """The user's own: what gets in by SSH otherwise, and the public halves of what lies in ~/.ssh."""
    folder = home / ".ssh"
    texts: list[str] = []
    paths = [folder / "authorized_keys", *sorted(folder.glob("*.pub"))]
    for path in paths:
        try:
            texts.append(_text(path))
        except OSError:  # not there, or not to be read
            continue
    return Keyring(texts)


def _text(path: Path) -> str:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    with os.fdopen(fd, "rb") as file:
        return file.read(_LARGEST).decode(errors="replace")
