"""The pages of complaints: the list, the page of one, its forms."""

import pytest

from patrol.complaints.flow import FLOW
from patrol.core.clock import now
from tests.complaints.conftest import WAY


@pytest.mark.parametrize("state", WAY)
@pytest.mark.parametrize("part", ["desk", "engineer", "engineering", "manager"])
def test_the_page_of_every_state(state, part, in_state, as_user, people):
    complaint = in_state(state)
    client = as_user(getattr(people, part))

    assert client.get(f"/complaints/{complaint.id}").status_code == 200
    for name in FLOW:
        assert client.get(f"/complaints/{complaint.id}?step={name}").status_code == 200


def test_lists_of_open_and_closed(in_state, as_user, people):
    opened, closed = in_state("answered").number, in_state("closed").number
    desk = as_user(people.desk)

    page = desk.get("/complaints").get_data(as_text=True)
    assert "kanban" in page
    page = desk.get("/complaints?view=list&state=answered").get_data(as_text=True)
    assert opened in page
    assert closed not in page
    assert closed in desk.get("/complaints?view=list&state=closed").get_data(as_text=True)
    assert opened in as_user(people.engineer).get("/work-orders").get_data(as_text=True)


def test_a_repeated_one_says_so_and_leads_to_the_first(heard, as_user, people):
    first, again = heard(now()), heard(now())

    page = as_user(people.desk).get(f"/complaints/{again.id}").get_data(as_text=True)

    assert first.number in page
    assert "由项目经理处理" in page


def test_the_steps_by_plain_forms(heard, as_user, people):
    complaint = heard(now())
    url = f"/complaints/{complaint.id}/steps"
    desk, manager = as_user(people.desk), as_user(people.manager)

    assert desk.post(url, data={"step": "apologise", "note": ""}).status_code == 422
    assert desk.post(url, data={"step": "apologise", "note": "已致歉"}).status_code == 303
    form = {"step": "investigate", "note": "查过", "promised_at": "2099-01-01T18:00"}
    assert manager.post(url, data=form).status_code == 303
    assert manager.post(url, data={"step": "solve", "note": "已停工"}).status_code == 303
    assert manager.post(url, data={"step": "callback", "satisfaction": "5"}).status_code == 403
    assert desk.post(url, data={"step": "callback", "satisfaction": "5"}).status_code == 303
    assert "满分 5" in desk.get(f"/complaints/{complaint.id}").get_data(as_text=True)
