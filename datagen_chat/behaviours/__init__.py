"""Behaviours: what a parent's category or age does to the rows below it, one file each."""
