"""The key by which visitors know this server again: made once, and readable by its user alone."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

import asyncssh

from gomem_core.cli.output import BadInput
from gomem_core.files.places import state_directory
from gomem_core.foreign import named

_LARGEST: Final = 1 << 14  # bytes


def host_key() -> asyncssh.SSHKey:
    """The key in the state directory; made where there is none.  Raises BadInput."""
    try:
        path = state_directory() / "serve_host_key"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            return _read(path)
        _make(path)
        return _read(path)
    except OSError as e:
        raise BadInput(f"no host key can be kept: {e.strerror or e}: {named(e.filename or '')}") from e


def _read(path: Path) -> asyncssh.SSHKey:
    """Read the key.  Raises BadInput, FileNotFoundError and other OSErrors."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
            raise BadInput(f"the host key must be a file that only you can read: chmod 600 {named(path)}")
        data = file.read(_LARGEST)
    try:
        key = asyncssh.import_private_key(data)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as e:
        raise BadInput(f"{named(path)}: this is no private key ({e}); without that file a new one is made") from e
    return key


def _make(path: Path) -> None:
    """Write a new one, as a whole or not at all; of two servers that begin at once, both use the one that was first."""
    key = asyncssh.generate_private_key("ssh-ed25519", comment="gomem serve")
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fd = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
            file.write(key.export_private_key())
        with suppress(FileExistsError):
            os.link(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
