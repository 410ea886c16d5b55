"""What owners photographed is for the desk and supervisors; the photo log of others leaves it out."""

from datetime import timedelta

from patrol.core.clock import now
from patrol.core.db import db, write
from patrol.core.keys import uuid7
from patrol.photos.photo import Photo


def test_a_shift_leaders_log_leaves_out_what_owners_sent(as_user, people, sites, places):
    at = now()
    with write():
        for kind, subject in (("visit", "scan"), ("before", "repair")):
            db.session.add(
                Photo(
                    id=uuid7(), site_id=sites.lake.id, kind=kind, subject_kind=subject, subject_id=uuid7(),
                    place_id=places.lobby.id, user_id=people.guard.id, business_day=(at - timedelta(hours=8)).date(),
                    taken_at=at, received_at=at,
                )
            )  # fmt: skip

    def shown(person) -> int:
        return as_user(person).get("/photos?within=all").text.count('<article class="photo-card')

    assert (shown(people.supervisor), shown(people.leader)) == (2, 1)
