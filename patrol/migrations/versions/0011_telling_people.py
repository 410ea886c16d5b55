"""Telling people in time: jobs, notices and whom they are for, what was sent, targets, choices, browsers; signatures.

What somebody took note of, what was sent and what was signed are facts: added once, never changed.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), "postgresql")
MOMENT = sa.DateTime(timezone=True)
FACTS = ("notice_ack", "notice_sent")


def upgrade():
    op.create_table(
        "outbox",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("run_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", MOMENT, nullable=True),
        sa.Column("lease", sa.Uuid(), nullable=True),
        sa.Column("done_at", MOMENT, nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_outbox_site_id_key")),
    )
    with op.batch_alter_table("outbox") as batch:
        batch.create_index(batch.f("ix_outbox_done_at_run_at"), ["done_at", "run_at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("acknowledged_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint("site_id", "key", name=op.f("uq_notice_site_id_key")),
    )
    with op.batch_alter_table("notice") as batch:
        batch.create_index(
            batch.f("ix_notice_site_id_ended_at_acknowledged_at"),
            ["site_id", "ended_at", "acknowledged_at"],
            unique=False,
        )
        batch.create_index(batch.f("ix_notice_site_id_made_at_id"), ["site_id", "made_at", "id"], unique=False)

    op.create_table(
        "notice_choice",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("muted", JSON, nullable=False),
        sa.Column("push", sa.Boolean(), nullable=False),
        sa.Column("mail", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_choice_user_id_user")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "notice_sent",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("target_id", sa.Uuid(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_sent_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_sent_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_notice_sent")),
    )
    with op.batch_alter_table("notice_sent") as batch:
        batch.create_index(batch.f("ix_notice_sent_site_id_at_id"), ["site_id", "at", "id"], unique=False)

    op.create_table(
        "notice_site",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("again_min", sa.Integer(), nullable=False),
        sa.Column("escalate_min", sa.Integer(), nullable=False),
        sa.Column("unsent_min", sa.Integer(), nullable=False),
        sa.Column("escalate_to_id", sa.Uuid(), nullable=True),
        sa.Column("looked_at", MOMENT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["escalate_to_id"], ["user.id"], name=op.f("fk_notice_site_escalate_to_id_user")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_site_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", name=op.f("pk_notice_site")),
    )
    op.create_table(
        "notice_target",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("secret", JSON, nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.CheckConstraint("channel IN ('wecom','dingtalk','feishu','mail')", name=op.f("ck_notice_target_channel")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_target_site_id_site")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_notice_target")),
    )
    op.create_table(
        "notice_ack",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "notice_id"],
            ["notice.site_id", "notice.id"],
            name=op.f("fk_notice_ack_site_id_notice_id_notice"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_ack_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_ack_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_notice_ack")),
        sa.UniqueConstraint("site_id", "notice_id", "user_id", name=op.f("uq_notice_ack_site_id_notice_id_user_id")),
    )
    op.create_table(
        "notice_for",
        sa.Column("site_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id", "notice_id"],
            ["notice.site_id", "notice.id"],
            name=op.f("fk_notice_for_site_id_notice_id_notice"),
        ),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_notice_for_site_id_site")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_for_user_id_user")),
        sa.PrimaryKeyConstraint("site_id", "id", name=op.f("pk_notice_for")),
        sa.UniqueConstraint("site_id", "notice_id", "user_id", name=op.f("uq_notice_for_site_id_notice_id_user_id")),
    )
    with op.batch_alter_table("notice_for") as batch:
        batch.create_index(batch.f("ix_notice_for_site_id_user_id_at"), ["site_id", "user_id", "at"], unique=False)

    op.create_table(
        "push_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("endpoint_hash", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_push_subscription_device_id_device")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_push_subscription_user_id_user")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_push_subscription")),
        sa.UniqueConstraint("endpoint_hash", name=op.f("uq_push_subscription_endpoint_hash")),
    )
    with op.batch_alter_table("push_subscription") as batch:
        batch.create_index(batch.f("ix_push_subscription_user_id"), ["user_id"], unique=False)

    op.add_column("device", sa.Column("waiting", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("device", sa.Column("waiting_since", MOMENT, nullable=True))
    op.add_column("membership", sa.Column("bell", sa.Integer(), nullable=False, server_default="0"))
    for table in FACTS:
        keep(table)


def downgrade():
    op.drop_column("membership", "bell")
    op.drop_column("device", "waiting_since")
    op.drop_column("device", "waiting")
    for table in (
        *("push_subscription", "notice_for", "notice_ack", "notice_target", "notice_site"),
        *("notice_sent", "notice_choice", "notice", "outbox"),
    ):
        op.drop_table(table)


def keep(table):
    """The database itself refuses to change or remove a fact."""
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
