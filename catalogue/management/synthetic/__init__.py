"""A synthetic catalogue on the real ground, to try and to measure the site at any size.

Called by ``manage.py generate_catalogue`` and by ``bench``. Everything it writes bears ``is_synthetic``
or a code that begins with ``synthese``, announces it in its title, and is deleted by ``remove()``.
"""

from catalogue.management.synthetic.generate import AlreadyThere, NoGround, generate, remove

__all__ = ["AlreadyThere", "NoGround", "generate", "remove"]
