"""What ``manage.py`` does before anything is installed: the standard library only, Python 3.11 or later.

``commands`` is the entry point; each other module looks after one thing that a machine may lack.
"""
