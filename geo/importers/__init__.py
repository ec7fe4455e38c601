"""The import of the territory in three steps that are tested apart: read, build, write."""
