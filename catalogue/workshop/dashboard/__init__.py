"""The figures of the curators: what is published, waits, is covered, verified and imported."""
