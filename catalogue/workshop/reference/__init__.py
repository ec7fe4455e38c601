"""The reference lists that curators keep: what may be changed in each, merged, and restored."""
