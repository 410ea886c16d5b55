"""What is odd about how a list was filled, the photo asked for therefore; and from when a list's new rule is owed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
BY_PERSON = ("site_id", "user_id", "checklist_code", "completed_at")
COLUMNS = {
    "inspection": (("flags", JSON), ("asked_item", sa.String())),
    "checklist": (("owed_from", sa.Date()), ("owed_before", JSON)),
}


def upgrade():
    for table, columns in COLUMNS.items():
        for name, kind in columns:
            op.add_column(table, sa.Column(name, kind, nullable=True))
    op.create_index(op.f(f"ix_inspection_{'_'.join(BY_PERSON)}"), "inspection", list(BY_PERSON), unique=False)


def downgrade():
    op.drop_index(op.f(f"ix_inspection_{'_'.join(BY_PERSON)}"), "inspection")
    for table, columns in COLUMNS.items():
        for name, _kind in columns:
            op.drop_column(table, name)  # no copy of the table: the triggers that keep its facts would be lost
