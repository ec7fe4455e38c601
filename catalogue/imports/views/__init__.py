"""The import wizard of the curators: from a file to records, and back."""
