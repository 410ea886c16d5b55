"""What was checked on each day, beside its figures; indices that keep a review's cost to its own days.

A measure is told to be done by whoever has it, then confirmed or sent back.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade():
    op.add_column("day_tally", sa.Column("checked", JSON, nullable=True))
    op.create_index(
        op.f("ix_work_order_step_site_id_order_id_business_day"), "work_order_step",
        ["site_id", "order_id", "business_day"],
    )
    op.create_index(
        op.f("ix_equipment_event_site_id_kind_equipment_id"), "equipment_event", ["site_id", "kind", "equipment_id"]
    )


def downgrade():
    op.drop_index(op.f("ix_equipment_event_site_id_kind_equipment_id"), table_name="equipment_event")
    op.drop_index(op.f("ix_work_order_step_site_id_order_id_business_day"), table_name="work_order_step")
    op.drop_column("day_tally", "checked")
