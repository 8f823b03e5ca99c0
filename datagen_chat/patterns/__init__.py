"""Texts that match a pattern: a finite part of regular expressions, read, counted, and written for whole columns."""
