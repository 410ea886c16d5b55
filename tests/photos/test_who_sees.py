"""Which photos a person may look at: the site's hazards and places, one's own, and what one's work needs."""

from types import SimpleNamespace

import pytest

from patrol.photos.photo import may_see_photo


@pytest.mark.parametrize(
    ("subject", "kind", "who", "seen"),
    [
        ("hazard", "before", "guard2", True),
        ("place", "way", "guard2", True),
        ("inspection", "inspection", "guard", True),  # one's own
        ("inspection", "signature", "guard", True),
        ("inspection", "inspection", "guard2", False),
        ("inspection", "inspection", "engineer", True),  # what was found before him
        ("inspection", "signature", "engineer", False),
        ("inspection", "signature", "supervisor", True),
        ("scan", "visit", "engineer", False),
        ("scan", "visit", "leader", True),
        ("storm", "visit", "guard2", True),  # what it looked like before
    ],
)
def test_who_sees_whose_photo(people, reader_of, subject, kind, who, seen):
    photo = SimpleNamespace(subject_kind=subject, kind=kind, user_id=people.guard.id)

    assert may_see_photo(photo, reader_of(getattr(people, who))) is seen
