"""What the ledger keeps of each type besides: an extinguisher's agent, a lift's registration, a pump's head."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade():
    op.add_column("equipment", sa.Column("attributes", JSON, nullable=False, server_default="{}"))


def downgrade():
    with op.batch_alter_table("equipment") as batch:
        batch.drop_column("attributes")
