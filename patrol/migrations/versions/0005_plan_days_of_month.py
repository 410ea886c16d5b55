"""Plans by calendar: the days of the month a plan is walked on; an empty list, as before, means any."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")


def upgrade():
    op.add_column("plan", sa.Column("days_of_month", JSON, nullable=False, server_default="[]"))


def downgrade():
    op.drop_column("plan", "days_of_month")
