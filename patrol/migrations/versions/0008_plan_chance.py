"""The key that a plan draws its random starts by; plans from before have no random starts and need none."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("plan", sa.Column("random_key", sa.String(), nullable=False, server_default=""))


def downgrade():
    op.drop_column("plan", "random_key")
