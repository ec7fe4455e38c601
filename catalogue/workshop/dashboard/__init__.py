"""The figures of the curators: what is published, awaited, covered, true since when, and imported."""
