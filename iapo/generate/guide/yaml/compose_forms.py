"""The forms that texts of a Compose file have: durations, sizes, addresses, ports.

As `iapo/verify/compose` reads them (`values.py`, `services.py`). A variable may stand for any of them or for
their end. From https://docs.docker.com/reference/compose-file/extension/ and /services/.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iapo.generate.guide.yaml.addresses import ADDRESS, V4, V6
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.generate.guide.yaml.shapes import Shape, of_texts

_NUMBER = r"([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_MICRO = "\u00b5s|\u03bcs".encode().decode("latin-1")  # patterns are matched byte by byte


def _form(expression: str, begin: str, *examples: str) -> Pattern:
    """A text of a form, or one in which a variable comes behind characters such as `begin`."""
    return Pattern(rf"{expression}|{begin}*\$.*", *examples)


_DURATION = _form(
    rf"[-+]?({_NUMBER}(ns|us|{_MICRO}|ms|s|m|h|d|w))+|[-+]?0", "[0-9.]", "30s", "1m30s"
)
_SIZE = _form(r"-?[0-9]+(\.[0-9]+)? ?[kKmMgGtTpP]?[iI]?[bB]?", "[0-9]", "512m", "1gb")
_CPUS = _form(rf"[-+]?{_NUMBER}([eE][-+]?[0-9]+)?", "[0-9.]", "0.5")
_ADDRESS = _form(f"({ADDRESS})?", "[0-9.]", "127.0.0.1")
_PROTOCOL = "(/([tT][cC][pP]|[uU][dD][pP]|[sS][cC][tT][pP]))?"
_RANGE = "[0-9]{1,5}(-[0-9]{1,5})?"
_EXPOSED = _form(_RANGE + _PROTOCOL, "[0-9-]", "8080", "8000-8010/udp")
_HOST = rf"({V4}|{V6}|\[({V6})\]|:)?"
_PORT = _form(rf"(({_HOST}:)?({_RANGE})?:)?{_RANGE}{_PROTOCOL}", "[0-9.:-]", "80", "8080:80")
_NAMED_HOST = _form("[^$:=]+[:=].*", "[^$:=]", "a:127.0.0.1")


_PLACES: tuple[tuple[Pattern, str], ...] = (
    (_DURATION, "service.stop_grace_period healthcheck.interval healthcheck.timeout"),
    (_DURATION, "healthcheck.start_period healthcheck.start_interval"),
    (_DURATION, "deployment.delay deployment.monitor deployment.window"),
    (_SIZE, "service.mem_limit service.mem_reservation service.memswap_limit service.shm_size"),
    (_SIZE, "deployment.memory"),
    (_CPUS, "deployment.cpus"),
    (_ADDRESS, "service.host_ip"),
    (_EXPOSED, "service.expose"),
    (_PORT, "service.ports"),
    (_NAMED_HOST, "service.extra_hosts"),
)
FORMS: Mapping[str, Callable[[Shape], Shape]] = {
    place: partial(of_texts, pattern=form) for form, places in _PLACES for place in places.split()
}
"""What texts look like, by the places of properties (see `JsonSchema`)."""

__all__ = ["FORMS"]
