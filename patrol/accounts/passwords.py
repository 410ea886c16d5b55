"""Passwords: Argon2id at OWASP's parameters, two at a time, so that a flood of sign-ins cannot eat the memory."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from patrol.core.problems import N_, Problem

MIN_LENGTH = 8
MAX_LENGTH = 128

_COMMON = frozenset(
    """12345678 123456789 1234567890 11111111 00000000 88888888 66666666 password password1 qwertyui qwerty123
    a1234567 aa123456 abc12345 asdfghjk 1qaz2wsx 1q2w3e4r iloveyou woaini1314 5201314a 12341234 11223344
    87654321 123123123 112233445566 password123 admin123 administrator patrol123 zxcvbnm1 147258369""".split()
)
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_two_at_a_time = threading.BoundedSemaphore(2)
_DECOY: list[str] = []


def hash_password(password: str) -> str:
    """About 40 ms: never inside a transaction. Raises Problem for less than 8 characters, over 128 or a common one."""
    if len(password) < MIN_LENGTH:
        raise Problem("password.short", N_("Use at least %(count)s characters."), field="password", count=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise Problem("password.long", N_("Use at most %(count)s characters."), field="password", count=MAX_LENGTH)
    if password.lower() in _COMMON:
        raise Problem("password.common", N_("Everybody guesses this password first. Choose another."), field="password")
    with _two_at_a_time:
        return _hasher.hash(password)


def password_fits(password_hash: str | None, password: str) -> bool:
    """Whether the password is right; takes as long for nobody as for somebody."""
    with _two_at_a_time:
        if not _DECOY:
            _DECOY.append(_hasher.hash("nobody has this password"))
        try:
            return _hasher.verify(password_hash or _DECOY[0], password[:MAX_LENGTH]) and bool(password_hash)
        except (VerificationError, InvalidHashError):
            return False
