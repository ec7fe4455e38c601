"""Matching that comes to you: saved searches, what is published compared with them, e-mails, proposals, feed.

A saved search has the query string that was asked, and beside it the same criteria as columns. When records
are published ``matching`` finds, in one statement, the searches that would list them; ``sending`` writes to
their owners. No alert names what the list would not show.
"""
