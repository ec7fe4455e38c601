"""Versions of records: ``keep_before`` and ``keep`` around every write, ``present`` to read.

A write that changes a record calls ``keep_before(pks)`` under its transaction, writes, then calls
``keep(pks, actor, origin, reason)``. Both are a few statements whatever the number of records.
"""

from catalogue.models.versions import RecordVersion
from catalogue.records.versions.reading import present
from catalogue.records.versions.storage import keep, keep_before

Origin = RecordVersion.Origin

__all__ = ["Origin", "keep", "keep_before", "present"]
