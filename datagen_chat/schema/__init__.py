"""Schemas: documents made of the language's words, read, checked, mended and compared."""
