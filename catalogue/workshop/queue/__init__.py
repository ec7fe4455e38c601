"""The curators' desk: what waits, who handles it, what they say of it among themselves, actions on many.

``waiting`` reads the queue, ``handling`` gives a record to somebody, ``notes`` keeps the thread that
contributors never see, ``decisions`` takes one decision; ``bulk`` says what an action would do to many
records, then does it.
"""
