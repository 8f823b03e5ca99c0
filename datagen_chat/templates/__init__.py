"""Texts put together from columns: templates read, values written in their formats, and joined for whole columns."""
