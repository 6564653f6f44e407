"""The comparisons of the language, by their signs."""

import operator
from collections.abc import Callable
from typing import Any, Final

COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq,
    ":": operator.eq,  # in filters
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
