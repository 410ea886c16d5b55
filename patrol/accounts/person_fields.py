"""What is typed about a person, checked: the same for the form, the pasted table and the command."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from patrol.accounts.authority import POSTS
from patrol.core.problems import N_, Problem
from patrol.core.wording import tidy, tidy_number

STAFF_NO = re.compile(r"[0-9A-Z._/]{1,20}", re.ASCII)
PHONE = re.compile(r"\+?[0-9]{5,15}", re.ASCII)
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class PersonFields:
    """``post`` is a key of ``POSTS``; None of ``language`` follows the phone."""

    name: str
    staff_no: str
    phone: str | None
    post: str
    language: str | None

    @property
    def role(self) -> str:
        return POSTS[self.post][0]

    @property
    def team(self) -> str:
        return POSTS[self.post][1]


def read_person(typed: Mapping[str, str]) -> tuple[PersonFields, list[Problem]]:
    """The fields as far as they can be read, and everything that is wrong with them, each naming its field."""
    phone = tidy_number(typed.get("phone"), 20)
    if phone.startswith("+86"):
        phone = phone.removeprefix("+86")
    fields = PersonFields(
        name=tidy(typed.get("name"), 40),
        staff_no=tidy_number(typed.get("staff_no"), 30),
        phone=phone or None,
        post=tidy(typed.get("post"), 40),
        language=language if (language := tidy(typed.get("language"), 5)) in LANGUAGES else None,
    )
    return fields, list(_problems(fields))


def check_person(typed: Mapping[str, str]) -> PersonFields:
    """The fields, or the first Problem."""
    fields, problems = read_person(typed)
    if problems:
        raise problems[0]
    return fields


def _problems(fields: PersonFields) -> Iterator[Problem]:
    if not fields.name:
        yield Problem("person.name", N_("Enter the name."), field="name")
    if not STAFF_NO.fullmatch(fields.staff_no):
        yield Problem("person.staff_no", N_("A staff number has 1 to 20 letters and digits."), field="staff_no")
    if fields.phone and not PHONE.fullmatch(fields.phone):
        yield Problem("person.phone", N_("A phone number has 5 to 15 digits."), field="phone")
    if fields.post not in POSTS:
        yield Problem("person.role", N_("Choose the role."), field="post")
