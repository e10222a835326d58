"""Values that appear in Dockerfiles and have a grammar of their own.

Image references (distribution/reference), platforms (containerd/platforms), ports, durations
(Go's time.ParseDuration), signals and file modes. Each function answers with what is wrong, in
words that say what to write, or with None.
"""

# ruff: noqa: SIM905 - a list of words reads best as one string
from __future__ import annotations

import re

_PATH_COMPONENT = r"[a-z0-9]+(?:(?:\.|__?|-+)[a-z0-9]+)*"
_DOMAIN = re.compile(
    r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
    r"(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?\Z"
    r"|\[[a-fA-F0-9:]+\](?::[0-9]+)?\Z"
)
_PATH = re.compile(rf"{_PATH_COMPONENT}(?:/{_PATH_COMPONENT})*\Z")
_TAG = re.compile(r"[\w][\w.-]{0,127}\Z", re.ASCII)
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,}\Z")
_IDENTIFIER = re.compile(r"[a-f0-9]{64}\Z")
_DURATION = re.compile(r"[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+\Z|[-+]?0\Z")
_DURATION_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)")
_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
_PLATFORM_PART = re.compile(r"[A-Za-z0-9_.-]+\Z")
_SYSTEM_PART = re.compile(r"[A-Za-z0-9_.-]+(?:\([A-Za-z0-9_.+-]*\))?\Z")
_SYMBOLIC_MODE = re.compile(
    r"(?:[ugoa]*(?:[-+=][rwxXstugo]*)+)(?:,[ugoa]*(?:[-+=][rwxXstugo]*)+)*\Z"
)
SYSTEMS = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux macos nacl netbsd openbsd "
    "plan9 solaris wasip1 windows zos".split()
)
ARCHITECTURES = frozenset(
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 "
    "mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm "
    "x86_64 x86-64 aarch64 armhf armel i386".split()
)
SIGNALS = (
    frozenset(
        "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT "
        "STOP SYS TERM TRAP TSTP TTIN TTOU UNUSED URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX "
        "SIGPWR".split()
    )
    | {f"RTMIN+{n}" for n in range(1, 16)}
    | {f"RTMAX-{n}" for n in range(1, 15)}
)

# Images that Docker publishes under one plain word; `COPY --from=nginx` means one of these.
OFFICIAL_IMAGES = frozenset(
    "adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall archlinux "
    "backdrop bash bonita buildpack-deps busybox caddy cassandra chronograf cirros clearlinux "
    "clefos clickhouse clojure composer convertigo couchbase couchdb crate dart debian docker "
    "drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora "
    "flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell "
    "haxe hello-world hitch httpd hylang ibm-semeru-runtimes ibmjava influxdb irssi jetty joomla "
    "jruby julia kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb "
    "matomo maven mediawiki memcached mongo mongo-express monica mysql nats nats-streaming "
    "neo4j neurodebian nextcloud nginx node notary odoo open-liberty openjdk opensuse oraclelinux "
    "orientdb percona perl php photon phpmyadmin plone postfixadmin postgres pypy python "
    "r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby "
    "rust sapmachine satosa scratch silverpeas solr sonarqube spark spiped storm swift swipl "
    "teamspeak telegraf tomcat tomee traefik ubuntu unit valkey varnish vault websphere-liberty "
    "wordpress xwiki yourls znc zookeeper".split()
)


def reference_fault(reference: str) -> str | None:
    """What keeps a text from being an image reference such as `registry:5000/team/app:1.2`."""
    name, at, digest = reference.partition("@")
    if at and not _DIGEST.match(digest):
        return f"`{digest}` is not a digest such as `sha256:<64 hex digits>`"
    last = name.rpartition("/")[2]
    tag = None
    if ":" in last:
        name, _, tag = name.rpartition(":")
    if not name:
        return "the image has no name"
    if tag is not None and not _TAG.match(tag):
        return (
            f"`{tag}` is not a tag; use letters, digits, `_`, `.` and `-`"
            if tag
            else ("the tag after `:` is empty")
        )
    if _IDENTIFIER.match(name):
        return "64 hex digits are an image ID; name a repository instead"
    domain, slash, rest = name.partition("/")
    if slash and (
        "." in domain or ":" in domain or domain == "localhost" or domain.lower() != domain
    ):
        if not _DOMAIN.match(domain):
            return f"`{domain}` is not a registry host"
        path = rest
    else:
        path = name
    if path.lower() != path:
        return f"the repository name `{path}` must be lower case"
    if not _PATH.match(path):
        return f"`{path}` is not a repository name; use a-z, 0-9 and single . _ - / between them"
    if len(name) > 255:
        return "the repository name is longer than 255 characters"
    return None


def platform_fault(platform: str) -> str | None:
    """What keeps a text from being a platform such as `linux/arm64/v8`."""
    parts = platform.split("/")
    if len(parts) > 3:
        return "a platform is os[/architecture[/variant]], such as linux/arm64"
    for index, part in enumerate(parts):
        if not (_SYSTEM_PART if index == 0 else _PLATFORM_PART).match(part):
            return f"`{part}` is no part of a platform such as linux/amd64"
    if len(parts) == 1:
        part = parts[0].lower().partition("(")[0]
        if part not in SYSTEMS and part not in ARCHITECTURES:
            return f"`{parts[0]}` is neither an operating system nor an architecture"
    return None


def read_ports(spec: str, limit: int) -> list[str] | str:
    """The ports of one EXPOSE word as `8080/tcp`, at most `limit`, or what is wrong with it.

    The grammar is [[ip:]host:]port[-last][/protocol]; ranges come out port by port.
    """
    *outer, port = spec.split(":")
    number, _, protocol = port.partition("/")
    if not number:
        return "no port is given"
    if (protocol.lower() or "tcp") not in ("tcp", "udp", "sctp"):
        return f"`{protocol}` is not a protocol; use tcp, udp or sctp"
    bounds = _port_range(number)
    if bounds is None:
        return f"`{number}` is not a port or range of ports from 0 to 65535"
    if outer and outer[-1]:
        host = _port_range(outer[-1])
        if host is None:
            return f"`{outer[-1]}` is not a port or range of ports from 0 to 65535"
        if host[1] - host[0] != bounds[1] - bounds[0] and bounds[0] != bounds[1]:
            return f"the ranges {outer[-1]} and {number} differ in length"
    name = protocol.lower() or "tcp"
    last = min(bounds[1], bounds[0] + limit - 1)
    return [f"{port}/{name}" for port in range(bounds[0], last + 1)]


def _port_range(text: str) -> tuple[int, int] | None:
    first, dash, last = text.partition("-")
    bounds = (first, last if dash else first)
    if not all(bound.isascii() and bound.isdigit() and len(bound) <= 20 for bound in bounds):
        return None
    low, high = int(bounds[0]), int(bounds[1])
    return (low, high) if low <= high <= 65535 else None


def duration_fault(text: str) -> str | None:
    """What keeps a text from being a duration of at least 1 ms, or 0."""
    if not _DURATION.match(text):
        return f"`{text}` is not a duration such as 30s or 1m30s"
    seconds = sum(
        float(number) * _SECONDS.get(unit, 3600.0) for number, unit in _DURATION_PART.findall(text)
    )
    if seconds and (seconds < 0.001 or text.startswith("-")):
        return f"`{text}` is less than 1ms"
    return None


def is_signal(text: str) -> bool:
    """Whether STOPSIGNAL takes it: a number above 0, or a name with or without SIG."""
    if text.isascii() and text.isdigit():
        return int(text[:9]) > 0
    return text.upper().removeprefix("SIG") in SIGNALS


def is_mode(text: str) -> bool:
    """Whether `--chmod` takes it: octal up to 07777, or symbolic such as `u=rwX,go=rX`."""
    if text.isascii() and text.isdigit():
        octal = not set(text) & {"8", "9"}
        return octal and int(text[:12], 8) <= 0o7777
    return bool(_SYMBOLIC_MODE.match(text))
