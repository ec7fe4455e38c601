"""Matching that comes to you: saved searches, what is published compared with them, e-mails, proposals, feed.

A saved search keeps the address that was asked, and beside it the same criteria as columns. When records
are published ``matching`` finds, in one statement, the searches that would list them; ``sending`` tells
their owners. What the list would not show, no alert tells.
"""
