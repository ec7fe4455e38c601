"""What is doubtful in the records: checks, dead links, and owners asked whether a record is still true.

``checks`` says what is looked for, ``statements`` how, ``refresh`` keeps the findings, ``findings`` reads
them for a page. ``links`` asks the addresses, ``confirming`` the owners.
"""
