import re

import pytest


def opened(page: str) -> dict[str, bool]:
    """The groups of the side bar and which of them are open."""
    return {key: bool(is_open) for key, is_open in re.findall(r'<details data-group="(\w+)"( open)?>', page)}


def test_the_days_work_is_in_sight_and_one_group_is_open(as_user, people):
    page = as_user(people.supervisor).get("/board").text

    assert opened(page) == {"reviews": True, "owners": False, "things": False, "setup": False}
    assert page.index('href="/shelf"') < page.index('data-group="reviews"')


@pytest.mark.parametrize(
    ("kept", "address", "open_ones"),
    [
        (None, "/places", {"setup"}),
        ("owners", "/board", {"owners"}),
        ("owners", "/places", {"owners", "setup"}),
        ("", "/board", set()),
        ("reviews.things", "/board", {"reviews", "things"}),
        ("nobody.<b>", "/board", set()),
    ],
)
def test_what_was_left_open_stays_open_and_so_is_the_group_of_the_page(as_user, people, kept, address, open_ones):
    client = as_user(people.supervisor)
    if kept is not None:
        client.set_cookie("menu", kept)
    page = client.get(address).text

    assert {key for key, is_open in opened(page).items() if is_open} == open_ones
    assert "<b>" not in re.search(r'data-open="([^"]*)"', page)[1]


def test_a_short_menu_does_not_fold(as_user, people):
    page = as_user(people.guard).get("/today").text

    assert opened(page) == {}
    assert 'data-behaviour="menu-groups"' not in page
    assert 'href="/checklists"' in page
