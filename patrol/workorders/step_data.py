"""What a step of an order says, whatever kind the order is; each kind adds its own fields."""

from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator

from patrol.accounts.roles import TEAMS


class OrderStepData(BaseModel):
    """version: of the order as it was looked at. team, assignee: to whom it goes; both are checked by the step."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    order: UUID
    version: int | None = None
    note: str = Field("", max_length=1000)
    team: str | None = Field(None, max_length=40)
    assignee: UUID | None = None
    photos: list[UUID] = Field(default_factory=list, max_length=6)
    photo_facts: dict[str, Any] = Field(default_factory=dict)

    @field_validator("team")
    @classmethod
    def _known_team(cls, team: str | None) -> str | None:
        if team is not None and team not in TEAMS:
            raise ValueError("unknown team")
        return team
