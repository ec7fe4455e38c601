"""Imports in three steps that can be tested apart: read a file, compare with the database, write at once.

``read`` turns a file into rows with their line number; ``columns`` maps columns to fields and ``rows`` turns
rows into candidates; ``places`` finds territories and doubts points; ``compare`` compares without writing;
``write`` writes in one transaction. ``run`` chains them for the commands and for the jobs of the ``wizard``.
"""
