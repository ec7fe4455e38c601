"""The curators' desk: what waits, who handles it, their comments among themselves, actions on many records.

``listing`` reads the queue, ``assignment`` gives a record to somebody, ``notes`` holds the thread that
contributors never see, ``decisions`` takes one decision; ``bulk`` previews an action on many records, then
carries it out.
"""
