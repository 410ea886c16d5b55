"""Why a round was ended early: a fact beside the missed points, added once and never changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "round_end",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "round_id"], ["round.site_id", "round.id"], name=op.f("fk_round_end_site_id_round_id_round")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_round_end_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_round_end_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_round_end")),
    )
    with op.batch_alter_table("round_end") as batch:
        batch.create_index(batch.f("ix_round_end_site_id_round_id"), ["site_id", "round_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER round_end_no_{act.lower()} BEFORE {act} ON round_end "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
    else:
        op.execute(
            "CREATE TRIGGER round_end_stays BEFORE UPDATE OR DELETE ON round_end "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade():
    op.drop_table("round_end")
