"""What is doubtful in the records: checks, dead links, and owners asked whether a record is still true.

``checks`` declares what is looked for, ``statements`` how, ``refresh`` stores the findings, ``findings``
reads them for a page. ``links`` requests the URLs, ``confirmation`` writes to the owners.
"""
