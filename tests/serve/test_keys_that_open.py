"""Which keys get in, and the key of the server itself."""

import os
from pathlib import Path

import asyncssh
import pytest

from gomem_core.cli.output import BadInput
from gomem_tui.serve.hostkey import host_key
from gomem_tui.serve.keyring import Keyring, keys_of_file, keys_of_user

KEY, OTHER = (asyncssh.generate_private_key("ssh-ed25519", comment=name) for name in ("ada", "eve"))
LINE = KEY.export_public_key("openssh").decode().strip()
HERE = "127.0.0.1"


@pytest.mark.parametrize(
    ("options", "admitted"),
    [
        ("", True),
        ("no-port-forwarding,no-agent-forwarding,no-X11-forwarding ", True),
        ('from="127.0.0.1" ', True),
        ('from="10.0.0.0/8,127.*" ', True),
        ("restrict,pty ", True),
        ('from="10.0.0.1" ', False),
        ('from="!127.0.0.1,*" ', False),
        ('command="backup" ', False),  # that key is for one thing, and not for this
        ("no-pty ", False),
        ("restrict ", False),
        ('expiry-time="20010101" ', False),  # asyncssh leaves it unread
        ('expiry-time="29990101" ', False),
        ('principals="x" ', False),
        ("cert-authority ", False),
        ("verify-required ", False),
        ("something-new ", False),
    ],
)
def test_options_of_a_line(options: str, admitted: bool) -> None:
    ring = Keyring([f"# a comment\n\nssh-ed25519 broken\n{options}{LINE}\n"])
    assert ring.admits(KEY.convert_to_public(), HERE) == admitted
    assert not ring.admits(OTHER.convert_to_public(), HERE)


def test_the_users_own_keys(tmp_path: Path) -> None:
    assert len(keys_of_user(tmp_path)) == 0
    folder = tmp_path / ".ssh"
    folder.mkdir()
    (folder / "authorized_keys").write_text(LINE + "\n")
    (folder / "id.pub").write_bytes(OTHER.export_public_key("openssh"))
    (folder / "known_hosts").write_text("x " + LINE)
    os.mkfifo(folder / "trap.pub")
    ring = keys_of_user(tmp_path)
    assert ring.admits(KEY.convert_to_public(), HERE)
    assert ring.admits(OTHER.convert_to_public(), HERE)


def test_a_file_without_keys_is_told(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    with pytest.raises(BadInput, match="cannot be read: "):
        keys_of_file(path, "--authorized-keys")
    path.write_text("hello\n")
    with pytest.raises(BadInput, match="no public key is in it"):
        keys_of_file(path, "--authorized-keys")
    path.write_bytes(KEY.export_private_key())
    with pytest.raises(BadInput, match="no public key is in it"):
        keys_of_file(path, "--presenter")


def test_the_host_key_is_made_once_and_is_the_users_alone() -> None:
    first = host_key()
    (path,) = Path(os.environ["XDG_STATE_HOME"], "gomem").iterdir()
    assert path.stat().st_mode & 0o7777 == 0o600
    assert first.get_algorithm() == "ssh-ed25519"
    assert host_key().get_fingerprint() == first.get_fingerprint()
    path.chmod(0o640)
    with pytest.raises(BadInput, match="chmod 600"):
        host_key()
    path.chmod(0o600)
    path.write_text("junk")
    with pytest.raises(BadInput, match="no private key"):
        host_key()
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(BadInput, match="no host key can be kept"):
        host_key()
