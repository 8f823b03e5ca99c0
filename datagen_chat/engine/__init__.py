"""The engine: a dataset is compiled once, then any rows of any table can be made, in any order."""
