"""Measures of each hot path against raw SQL and against tipg: ``python3 manage.py bench``."""
