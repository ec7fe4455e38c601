"""The reference lists of the curators: what may be changed in each, merged, and restored."""
