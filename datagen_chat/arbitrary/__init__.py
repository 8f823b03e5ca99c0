"""Arbitrary schemas: of all words of the language, made by chance, and valid."""
