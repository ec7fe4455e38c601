"""The curators' pages of capitalisation: the sheet of a record, the types of indicators."""
