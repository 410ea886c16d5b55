"""A file of the instance that is made once and kept: keys. Readable by its owner only, whole or not there."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def kept_file(path: Path, make: Callable[[], bytes]) -> Path:
    """The file, made at the first call. Two processes at once end up with the same one."""
    if path.exists():
        return path
    draft = write_secret(path, make())
    try:
        os.link(draft, path)  # fails when another process was first, which is fine
    except OSError:
        if not path.exists():
            os.replace(draft, path)
    draft.unlink(missing_ok=True)
    return path


def write_secret(path: Path, body: bytes) -> Path:
    """A draft beside ``path`` that only its owner can read, and that is on the disk when this returns."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    return draft
