"""Proposing a record: its steps, its drafts, what is missing, the changes of what is published."""
