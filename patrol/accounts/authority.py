"""Who may change whom: a supervisor the own team and nobody above, the site manager everybody (DOMAIN §2)."""

from patrol.accounts.roles import ROLES, may, team_of

_RANK = {
    "shift_leader": 2,
    "security_supervisor": 3,
    "engineering_supervisor": 3,
    "service_supervisor": 3,
    "site_manager": 4,
}

# What a person is on a site, as one choice of a form: contractors are the one role with two teams.
POSTS: dict[str, tuple[str, str]] = {
    **{role: (role, team_of(role)) for role in ROLES if role != "contractor"},
    "contractor": ("contractor", "lift_contractor"),
    "fire_contractor": ("contractor", "fire_contractor"),
}


def rank(role: str | None) -> int:
    return _RANK.get(role or "", 1)


def may_change(role: str | None, team: str | None, their_role: str, their_team: str) -> bool:
    """Whether somebody with this role and team may change the place of a person with that role and team.

    Also holds for giving: a role may be given exactly when a person who already had it could be changed.
    """
    if not may(role, "people.edit"):
        return False
    if role == "site_manager":
        return True
    return team == their_team and rank(their_role) <= rank(role)


def may_act_for(role: str | None, team: str | None, their_role: str, their_team: str) -> bool:
    """Whether somebody may hand out what signs the other in (a code, a new password), lock, or end sign-ins.

    Narrower than ``may_change``: among supervisors nobody gets into an equal's account.
    """
    equal = role != "site_manager" and rank(their_role) >= rank(role)
    return may_change(role, team, their_role, their_team) and not equal


def posts_to_give(role: str | None, team: str | None) -> list[str]:
    return [post for post, (new_role, new_team) in POSTS.items() if may_change(role, team, new_role, new_team)]


def post_of(role: str, team: str) -> str:
    return next((post for post, pair in POSTS.items() if pair == (role, team)), role)
