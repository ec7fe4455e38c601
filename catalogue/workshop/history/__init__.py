"""Two states of a record compared in words and on a map, the list of its versions, and the revert to one."""
