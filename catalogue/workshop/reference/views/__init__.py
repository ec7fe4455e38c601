"""The reference lists of the curators."""
