"""Design a relational dataset in conversation with a language model, then generate it at any size."""

__version__ = "0.1.0"
