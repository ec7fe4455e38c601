"""Imports in three steps that can be tested apart: read a file, compare with the base, write in one go.

``read`` turns any CSV or XLSX into rows with their line number; ``mapping`` and ``fields`` turn rows
into candidates; ``resolve`` finds territories and ``suspicion`` doubts places; ``diff`` compares,
without touching anything; ``write`` writes in one transaction. ``run`` chains them for the commands
and for the workshop.
"""
