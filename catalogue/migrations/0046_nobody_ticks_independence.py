"""Independence is no longer declared: the column of the former tick goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0045_results_as_they_were")]
    operations = [migrations.RemoveField(model_name="indicator", name="is_independent")]
