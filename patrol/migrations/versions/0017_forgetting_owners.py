"""When to forget owners: how long a site keeps who they were, and which reports were forgotten already.

The index finds the few that are due among all that were ever reported, at every tick.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ("site_id", "forgotten_at", "reported_at")


def upgrade():
    op.add_column("site", sa.Column("owner_days", sa.Integer(), nullable=False, server_default="180"))
    op.add_column("owner_report", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("owner_report") as batch:
        batch.create_index(batch.f("ix_owner_report_" + "_".join(COLUMNS)), list(COLUMNS), unique=False)


def downgrade():
    with op.batch_alter_table("owner_report") as batch:
        batch.drop_index(batch.f("ix_owner_report_" + "_".join(COLUMNS)))
        batch.drop_column("forgotten_at")
    with op.batch_alter_table("site") as batch:
        batch.drop_column("owner_days")
