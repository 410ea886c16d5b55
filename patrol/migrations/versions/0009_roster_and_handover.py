"""Who is on which shift, and what one shift hands to the next: roster, cards and signatures of the handover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)


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


    op.create_table(
        "handover_card",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("body", JSON, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_handover_card_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_handover_card")),
        sa.UniqueConstraint(
            "site_id", "day", "shift", "team", "hash", name=op.f("uq_handover_card_site_id_day_shift_team_hash")
        ),
    )
    op.create_table(
        "handover_sign",
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("on_roster", sa.Boolean(), nullable=True),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("side IN ('out','in')", name=op.f("ck_handover_sign_side")),
        sa.ForeignKeyConstraint(
            ["site_id", "card_id"],
            ["handover_card.site_id", "handover_card.id"],
            name=op.f("fk_handover_sign_site_id_card_id_handover_card"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_handover_sign_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_handover_sign_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_handover_sign")),
        sa.UniqueConstraint(
            "site_id", "day", "shift", "team", "side", name=op.f("uq_handover_sign_site_id_day_shift_team_side")
        ),
    )
    for table in ("handover_card", "handover_sign"):
        stays(table)


def stays(table):
    """Facts are added, never changed: a card that was signed must stay what was signed."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
    else:
        op.execute(
            f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade():
    op.drop_table("handover_sign")
    op.drop_table("handover_card")
    op.drop_table("duty")
