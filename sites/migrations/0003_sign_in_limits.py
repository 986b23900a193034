"""The table in which failed sign-ins are counted: Django's cache table, made here because no model stands for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("study_sites", "0002_seals_and_reads")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TABLE quell_limits (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX quell_limits_expires ON quell_limits (expires);
            """,
            "DROP TABLE quell_limits",
        )
    ]
