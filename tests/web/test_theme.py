from datetime import time

import pytest

from patrol.web.theme import theme_now


@pytest.mark.parametrize(
    ("choice", "role", "clock", "shown"),
    [
        ("auto", "guard", time(18, 59), "auto"),
        ("auto", "guard", time(19), "dark"),
        ("auto", "guard", time(5, 59), "dark"),
        ("auto", "guard", time(6), "auto"),
        ("auto", "site_manager", time(23), "auto"),
        ("light", "guard", time(23), "light"),
        ("dark", "guard", time(12), "dark"),
    ],
)
def test_who_walks_at_night_sees_dark_pages_unless_he_chose(choice, role, clock, shown):
    assert theme_now(choice, role, clock) == shown
