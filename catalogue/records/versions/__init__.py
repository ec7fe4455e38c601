"""Versions of records: ``save_before`` and ``save_after`` around every write, ``read_current`` to read.

Both are a few statements whatever the number of records; the caller's transaction holds all three.
"""

from catalogue.models.versions import RecordVersion
from catalogue.records.versions.reading import read_current
from catalogue.records.versions.storage import save_after, save_before

Origin = RecordVersion.Origin

__all__ = ["Origin", "read_current", "save_after", "save_before"]
