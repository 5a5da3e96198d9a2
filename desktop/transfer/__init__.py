"""Other formats to and from domain objects: one file for each."""
