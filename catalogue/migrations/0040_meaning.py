"""What records mean is kept as a vector, forgotten by the database when the title or the summary changes."""

import django.db.models.deletion
from django.db import migrations, models

import catalogue.models.fields

CASCADE = """
ALTER TABLE catalogue_recordmeaning ADD CONSTRAINT recordmeaning_record
    FOREIGN KEY (record_id) REFERENCES catalogue_record (id) ON DELETE CASCADE;
"""
FORGET = """
CREATE FUNCTION catalogue_forget_meaning() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM catalogue_recordmeaning WHERE record_id IN (
        SELECT n.id FROM new_rows n JOIN old_rows o USING (id)
        WHERE ROW(n.title, n.summary) IS DISTINCT FROM ROW(o.title, o.summary)
    );
    RETURN NULL;
END $$;
CREATE TRIGGER meaning_update AFTER UPDATE ON catalogue_record
    REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_forget_meaning();
"""
# What words find changes with a meaning and with the thesaurus, and so does the version of the catalogue.
NOTE_CHANGES = """
CREATE TRIGGER meaning_insert AFTER INSERT ON catalogue_recordmeaning
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_change_on_ground();
CREATE TRIGGER conceptname_change AFTER INSERT OR DELETE ON catalogue_conceptname
    FOR EACH STATEMENT EXECUTE FUNCTION catalogue_change_on_ground();
"""
DROP_NOTES = """
DROP TRIGGER meaning_insert ON catalogue_recordmeaning;
DROP TRIGGER conceptname_change ON catalogue_conceptname;
"""
DROP = """
DROP TRIGGER meaning_update ON catalogue_record;
DROP FUNCTION catalogue_forget_meaning();
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0039_word_families")]

    operations = [
        migrations.CreateModel(
            name="RecordMeaning",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="meaning",
                        serialize=False,
                        to="catalogue.record",
                        verbose_name="fiche",
                    ),
                ),
                ("signs", catalogue.models.fields.BitsField(length=512, verbose_name="signes")),
                ("numbers", models.BinaryField(verbose_name="nombres")),
            ],
            options={"verbose_name": "sens d’une fiche", "verbose_name_plural": "sens des fiches"},
        ),
        migrations.RunSQL(CASCADE, migrations.RunSQL.noop),
        migrations.RunSQL(FORGET, DROP),
        migrations.RunSQL(NOTE_CHANGES, DROP_NOTES),
    ]
