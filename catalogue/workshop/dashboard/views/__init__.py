"""The dashboard of the curators and the lists behind its figures."""
