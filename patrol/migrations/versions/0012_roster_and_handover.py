"""Who is on which shift: the roster of a site."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "duty",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_duty_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_duty_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_duty")),
        sa.UniqueConstraint(
            "site_id", "day", "shift", "user_id", name=op.f("uq_duty_site_id_day_shift_user_id")
        ),
    )
    with op.batch_alter_table("duty") as batch:
        batch.create_index(batch.f("ix_duty_site_id_user_id_day"), ["site_id", "user_id", "day"], unique=False)


def downgrade():
    op.drop_table("duty")
