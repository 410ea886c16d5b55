"""Shifts that were given up, so that a past day owes what it owed then; how many units of a group failed, and which."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=Text()), "postgresql")


def upgrade():
    op.add_column("finding", sa.Column("failed_units", sa.Integer(), nullable=True))
    op.add_column("finding", sa.Column("failed_which", sa.String(), nullable=True))
    op.add_column("site", sa.Column("past_shifts", JSON, nullable=True))


def downgrade():
    op.drop_column("site", "past_shifts")
    op.drop_column("finding", "failed_which")
    op.drop_column("finding", "failed_units")
