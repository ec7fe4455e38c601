"""Pages of the quality of records: for curators the findings, for an owner the confirmation of a record."""
