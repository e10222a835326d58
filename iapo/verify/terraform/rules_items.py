"""DynamoDB items written as JSON (`aws_dynamodb_table_item`): attribute name to a typed value.

The form is the one of the API reference, AttributeValue: `{"id": {"S": "x"}, "tags": {"SS": ["a"]}}`.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from .rules_values import json_fault

_SCALARS = {"S": str, "N": str, "B": str, "BOOL": bool, "NULL": bool}
_SETS = ("SS", "NS", "BS")


def item_fault(text: str) -> str | None:
    """The first thing the provider would find wrong with an item; None where it is well formed.

    Go reads an object's names in no order: of several faults the provider names any.
    """
    fault = json_fault(text) if text.strip(" \t\r\n") else None
    if fault and not fault[0].endswith("after top-level value"):  # Go reads the first value only
        return "unexpected EOF" if fault[0].startswith("unexpected end") else fault[0]
    try:
        item, _ = json.JSONDecoder().raw_decode(text.lstrip(" \t\r\n") or "null")
    except (ValueError, RecursionError):  # numbers and depths that Python refuses
        return None
    if item is None:
        return None
    if not isinstance(item, dict):
        kind = {"[]interface {}": "array", "float64": "number"}.get(_go_type(item), _go_type(item))
        return f"json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}"
    return _faults(item.values())


def _faults(values: Any) -> str | None:
    try:
        return next(filter(None, map(_attribute, values)), None)
    except RecursionError:
        return None


def _attribute(raw: Any) -> str | None:
    if not isinstance(raw, dict):
        return f"unexpected raw attribute type: {_go_type(raw)}"
    if len(raw) != 1:
        return f"invalid raw attribute map len: {len(raw)}"
    ((kind, value),) = raw.items()
    unexpected = (
        f"unexpected raw attribute type ({_go_type(value)}) for data type descriptor: {kind}"
    )
    if kind in _SCALARS:
        if type(value) is not _SCALARS[kind]:
            return unexpected
        return _base64(value) if kind == "B" and isinstance(value, str) else None
    if kind in _SETS:
        if not isinstance(value, list):
            return unexpected
        for element in value:
            if not isinstance(element, str):
                return (
                    f"unexpected raw attribute element type ({_go_type(element)}) "
                    f"for data type descriptor: {kind}"
                )
        return next(filter(None, map(_base64, value)), None) if kind == "BS" else None
    if kind == "M" and isinstance(value, dict):
        return _faults(value.values())
    if kind == "L" and isinstance(value, list):
        return _faults(value)
    return unexpected


def _base64(text: str) -> str | None:
    """Only what is wrong from the first byte on: Go counts where Python does not."""
    try:
        base64.b64decode(text.encode(), validate=True)
    except (binascii.Error, ValueError):
        return "illegal base64 data at input byte 0"
    return None


def _go_type(value: Any) -> str:
    if value is None:
        return "<nil>"
    names = {str: "string", bool: "bool", list: "[]interface {}", dict: "map[string]interface {}"}
    return names.get(type(value), "float64")
