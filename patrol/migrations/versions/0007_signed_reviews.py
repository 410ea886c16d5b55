"""Signed reviews: editions freeze what was signed, names stand under them; both are facts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
TABLES = ("review_edition", "review_signature")


def upgrade():
    op.create_table(
        "review_edition",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("snapshot", JSON, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("journal_head", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("kind IN ('day','week','month')", name=op.f("ck_review_edition_kind")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_review_edition_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_review_edition")),
        sa.UniqueConstraint("site_id", "kind", "first", "number", name=op.f("uq_review_edition_site_id_kind_first_number")),
    )
    op.create_table(
        "review_signature",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("act IN ('sign','countersign')", name=op.f("ck_review_signature_act")),
        sa.ForeignKeyConstraint(
            ["site_id", "edition_id"], ["review_edition.site_id", "review_edition.id"],
            name=op.f("fk_review_signature_site_id_edition_id_review_edition"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_review_signature_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_review_signature_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_review_signature")),
        sa.UniqueConstraint("site_id", "edition_id", "user_id", name=op.f("uq_review_signature_site_id_edition_id_user_id")),
    )
    with op.batch_alter_table("review_signature") as batch:
        batch.create_index(batch.f("ix_review_signature_site_id_edition_id"), ["site_id", "edition_id"], unique=False)
    for table in TABLES:
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
    for table in reversed(TABLES):
        op.drop_table(table)
