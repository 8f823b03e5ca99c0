"""The functions of expressions, by subject."""

from datagen_chat.expressions.functions import choices as _choices
from datagen_chat.expressions.functions import numbers as _numbers
from datagen_chat.expressions.functions import texts as _texts
from datagen_chat.expressions.functions import times as _times
from datagen_chat.expressions.functions.base import ALIASES, FUNCTIONS, Call, Function

__all__ = ["ALIASES", "FUNCTIONS", "Call", "Function", "_choices", "_numbers", "_texts", "_times"]
