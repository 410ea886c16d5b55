from tests.conftest import PASSWORD


def test_a_guard_signs_in_with_the_staff_number_and_lands_on_today(as_user, people):
    browser = as_user()

    reply = browser.post("/sign-in", data={"login": "0217", "password": PASSWORD, "keep": "1"})

    assert reply.status_code == 303
    assert browser.get("/").headers["Location"] == "/today"


def test_a_wrong_password_is_said_and_the_number_is_kept(as_user, people):
    reply = as_user().post("/sign-in", data={"login": "0217", "password": "not this one"})

    assert reply.status_code == 422
    assert 'value="0217"' in reply.text


def test_an_ended_device_is_out_on_its_next_request(as_user, people):
    browser = as_user(people.guard)
    assert browser.get("/").status_code == 303

    browser.post("/sign-out")

    assert browser.get("/").headers["Location"].startswith("/sign-in")
