"""Two states of a record compared in words and on a map, its versions told, and one of them restored."""
