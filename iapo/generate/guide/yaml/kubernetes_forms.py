"""The forms that texts of Kubernetes have: names, quantities, addresses, schedules, base64.

From the limits that `iapo/verify/kubernetes` checks (`field_rules.py`, `addresses.py`, `cron.py`). A length that is too
great is left to it, as is a range that ends before it begins.
"""

from __future__ import annotations

from collections.abc import Mapping

from iapo.generate.guide.yaml.addresses import ADDRESS, BLOCK
from iapo.generate.guide.yaml.patterns import Pattern
from iapo.verify.kubernetes.field_rules import RULES

_NAME_63 = r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
LABEL_VALUE = Pattern(rf"({_NAME_63})?", "x")
DNS_LABEL = Pattern(str(RULES["dns-label"].schema["pattern"]), "x")
SUBDOMAIN = Pattern(str(RULES["dns-subdomain"].schema["pattern"]), "x")
PORT_NAME = Pattern(r"([0-9]+-?)*[a-z](-?[a-z0-9])*", "x")
BASE64 = Pattern(
    "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?", "eA=="
)


def _of_rule(name: str, *examples: str) -> Pattern:
    return Pattern(str(RULES[name].schema["pattern"]), *examples)


RULE_FORMS: Mapping[str, Pattern] = {
    "dns-label": DNS_LABEL,
    "dns-subdomain": SUBDOMAIN,
    "port-name": PORT_NAME,
    "port-or-name": PORT_NAME,
    "quantity": _of_rule("quantity", "1", "500m", "1Gi"),
    "count-or-percent": _of_rule("count-or-percent", "25%"),
    "host": _of_rule("host", "example.com"),
}
"""Named limits of texts to the form that they are."""


def _any_case(word: str) -> str:
    return "".join(f"[{c}{c.upper()}]" for c in word)


def _schedule(*fields: tuple[str, str]) -> str:
    """Lists of values and ranges, with steps. `fields`: the numbers of each, and its words."""
    out = []
    for numbers, words in fields:
        value = "|".join([f"0*({numbers})", *(_any_case(word) for word in words.split())])
        part = rf"(\*|\?|({value})(-({value}))?)(/0*[1-9][0-9]*)?"
        out.append(f"{part}(,{part})*")
    return " *" + " +".join(out) + " *"


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_DAYS = "sun mon tue wed thu fri sat"
_CRON = _schedule(
    ("[0-9]|[1-5][0-9]", ""), ("[0-9]|1[0-9]|2[0-3]", ""), ("[1-9]|[12][0-9]|3[01]", ""),
    ("[1-9]|1[0-2]", _MONTHS), ("[0-6]", _DAYS),
)  # fmt: skip
_MACROS = (
    r"@(yearly|annually|monthly|weekly|daily|midnight|hourly|every ([0-9.]+(ns|us|ms|s|m|h))+)"
)
SCHEDULE = Pattern(f"{_CRON}|{_MACROS}", "0 0 * * *", "@daily", "*/5 * * * *")
_IP, _CIDR = Pattern(f"({ADDRESS})?", "10.0.0.1"), Pattern(f"({BLOCK})?", "10.0.0.0/8")
_PATH = Pattern("(/.*)?", "/")
_BY_KEY = r"metadata\.(labels|annotations)\[['\"]?[^'\"\]]+['\"]?\]"
_IN_FILES = r"metadata\.(name|namespace|uid|labels|annotations)"
_IN_ENV = (
    r"metadata\.(name|namespace|uid)|spec\.(nodeName|serviceAccountName)|status\.(host|pod)IPs?"
)

FIELD_FORMS: Mapping[tuple[str, str, str], Pattern] = {
    ("CronJobSpec", "", "schedule"): SCHEDULE,
    ("HTTPIngressPath", "", "path"): _PATH,
    ("IPBlock", "", "cidr"): _CIDR,
    ("IPBlock", "", "except"): _CIDR,
    ("ServiceSpec", "", "clusterIP"): Pattern(f"(None|{ADDRESS})?", "None"),
    ("ServiceSpec", "", "externalIPs"): _IP,
    ("ServiceSpec", "", "loadBalancerSourceRanges"): _CIDR,
    ("HostAlias", "", "ip"): _IP,
    ("PodDNSConfig", "", "nameservers"): _IP,
    ("ObjectFieldSelector", "", "fieldPath"): Pattern(f"{_IN_FILES}|{_BY_KEY}", "metadata.name"),
    ("ObjectFieldSelector", "env", "fieldPath"): Pattern(f"{_IN_ENV}|{_BY_KEY}", "metadata.name"),
    ("ResourceFieldSelector", "", "resource"): Pattern(
        r"(limits|requests)\.(cpu|memory|ephemeral-storage|hugepages-.+)", "limits.cpu"
    ),
}
"""Definition, variant and field of texts, or of lists of texts, to their form."""

LABELLED: frozenset[tuple[str, str]] = frozenset(
    {
        ("ObjectMeta", "labels"),
        ("LabelSelector", "matchLabels"),
        ("PodSpec", "nodeSelector"),
        ("ServiceSpec", "selector"),
    }
)
"""Mappings whose values are labels'."""

__all__ = [
    "BASE64", "DNS_LABEL", "FIELD_FORMS", "LABELLED", "LABEL_VALUE", "PORT_NAME", "RULE_FORMS", "SUBDOMAIN",
]  # fmt: skip
