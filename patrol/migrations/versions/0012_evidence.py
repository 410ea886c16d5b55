"""Evidence of visits and rounds, what people made of it, questions about places, learned ways, and the look of photos.

Evidence, voids, words and answers are facts like scans: the database itself refuses to change or remove them.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)
FACTS = ("evidence", "scan_void", "evidence_word", "presence_answer")


def upgrade():
    op.create_table(
        "evidence_day",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("valid_until", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_evidence_day_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_evidence_day")),
    )
    op.create_table(
        "evidence_site",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("walks_counted_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_evidence_site_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_evidence_site")),
    )
    op.create_table(
        "place_question",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("place_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("right", sa.Integer(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.Column("retired_by_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["site_id", "place_id"],
            ["place.site_id", "place.id"],
            name=op.f("fk_place_question_site_id_place_id_place"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_place_question_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_place_question")),
    )
    with op.batch_alter_table("place_question") as batch:
        batch.create_index(batch.f("ix_place_question_site_id_place_id"), ["site_id", "place_id"], unique=False)

    op.create_table(
        "walk_time",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_place_id", sa.Uuid(), nullable=False),
        sa.Column("p5_s", sa.Double(), nullable=False),
        sa.Column("walks", sa.Integer(), nullable=False),
        sa.Column("counted_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "id"], ["place.site_id", "place.id"], name=op.f("fk_walk_time_site_id_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "to_place_id"],
            ["place.site_id", "place.id"],
            name=op.f("fk_walk_time_site_id_to_place_id_place"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_walk_time_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", "to_place_id", name=op.f("pk_walk_time")),
    )
    op.create_table(
        "evidence",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=True),
        sa.Column("round_id", sa.Uuid(), nullable=True),
        sa.Column("place_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("business_day", sa.Date(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.Column("measured", JSON, nullable=False),
        sa.Column("from_place_id", sa.Uuid(), nullable=True),
        sa.Column("walked_s", sa.Double(), nullable=True),
        sa.CheckConstraint("grade IN ('A','B','C')", name=op.f("ck_evidence_grade")),
        sa.CheckConstraint("kind IN ('visit','extra','round','addition')", name=op.f("ck_evidence_kind")),
        sa.ForeignKeyConstraint(
            ["site_id", "place_id"], ["place.site_id", "place.id"], name=op.f("fk_evidence_site_id_place_id_place")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "round_id"], ["round.site_id", "round.id"], name=op.f("fk_evidence_site_id_round_id_round")
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "scan_id"], ["scan.site_id", "scan.id"], name=op.f("fk_evidence_site_id_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_evidence_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_evidence_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_evidence")),
    )
    with op.batch_alter_table("evidence") as batch:
        batch.create_index(batch.f("ix_evidence_site_id_business_day"), ["site_id", "business_day"], unique=False)
        batch.create_index(
            batch.f("ix_evidence_site_id_grade_business_day_at_id"),
            ["site_id", "grade", "business_day", "at", "id"],
            unique=False,
        )
        batch.create_index(batch.f("ix_evidence_site_id_scan_id"), ["site_id", "scan_id"], unique=False)

    op.create_table(
        "presence_answer",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("question_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.CheckConstraint("choice >= 0", name=op.f("ck_presence_answer_choice")),
        sa.ForeignKeyConstraint(
            ["site_id", "question_id"],
            ["place_question.site_id", "place_question.id"],
            name=op.f("fk_presence_answer_site_id_question_id_place_question"),
        ),
        sa.ForeignKeyConstraint(
            ["site_id", "scan_id"], ["scan.site_id", "scan.id"], name=op.f("fk_presence_answer_site_id_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_presence_answer_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_presence_answer_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_presence_answer")),
        sa.UniqueConstraint(
            "site_id", "scan_id", "question_id", name=op.f("uq_presence_answer_site_id_scan_id_question_id")
        ),
    )
    op.create_table(
        "scan_void",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scan_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "scan_id"], ["scan.site_id", "scan.id"], name=op.f("fk_scan_void_site_id_scan_id_scan")
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_scan_void_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_scan_void_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_scan_void")),
        sa.UniqueConstraint("site_id", "scan_id", name=op.f("uq_scan_void_site_id_scan_id")),
    )
    op.create_table(
        "evidence_word",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint("act IN ('explained','confirmed','voided')", name=op.f("ck_evidence_word_act")),
        sa.ForeignKeyConstraint(
            ["site_id", "evidence_id"],
            ["evidence.site_id", "evidence.id"],
            name=op.f("fk_evidence_word_site_id_evidence_id_evidence"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_evidence_word_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_evidence_word_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_evidence_word")),
    )
    with op.batch_alter_table("evidence_word") as batch:
        batch.create_index(batch.f("ix_evidence_word_site_id_evidence_id"), ["site_id", "evidence_id"], unique=False)

    op.add_column("label", sa.Column("leaked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("photo", sa.Column("exif_at", MOMENT, nullable=True))
    op.add_column("photo", sa.Column("original_sha256", sa.String(), nullable=True))
    op.create_index(op.f("ix_photo_site_id_original_sha256"), "photo", ["site_id", "original_sha256"])
    for band in "abcd":
        op.add_column("photo_file", sa.Column(f"look_{band}", sa.Integer(), nullable=True))
        op.create_index(op.f(f"ix_photo_file_site_id_look_{band}"), "photo_file", ["site_id", f"look_{band}"])
    for table in FACTS:
        keep(table)


def downgrade():
    for band in "abcd":
        op.drop_index(op.f(f"ix_photo_file_site_id_look_{band}"), "photo_file")
        op.drop_column("photo_file", f"look_{band}")
    op.drop_index(op.f("ix_photo_site_id_original_sha256"), "photo")
    op.drop_column("photo", "original_sha256")
    op.drop_column("photo", "exif_at")
    op.drop_column("label", "leaked")
    for table in ("evidence_word", "scan_void", "presence_answer", "place_question", "evidence"):
        op.drop_table(table)
    for table in ("walk_time", "evidence_site", "evidence_day"):
        op.drop_table(table)


def keep(table):
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                "BEGIN SELECT RAISE(ABORT, 'facts are added, never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
