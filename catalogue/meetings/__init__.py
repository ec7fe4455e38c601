"""How people meet through the catalogue: applications to sites, answers to needs, relayed messages.

``rights`` says who may do what; ``applications``, ``answers`` and ``contacts`` carry it out; ``results``
asks for what an accepted application has taught, once its time is over.
"""
