"""Terraform's own blocks and arguments, which no provider's schema has.

https://developer.hashicorp.com/terraform/language
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iapo.generate.guide.terraform.shapes import (
    ANY,
    BOOL,
    KEYS,
    MAP,
    NUMBER,
    REFERENCES,
    STRING,
    TYPE,
    Shape,
)
from iapo.generate.guide.terraform.spec import Item, Spec


def _fixed(spec: Spec) -> Callable[[], Spec]:
    return lambda: spec


def _argument(shape: Shape = ANY, required: bool = False, mode: str = "values") -> Item:
    return Item(shape=shape, required=required, mode=mode)


def _constant(shape: Shape, required: bool = False) -> Item:
    """An argument that Terraform reads before it evaluates anything."""
    return Item(shape=shape, required=required, mode="constant" if shape is ANY else "set")


ANYTHING = Spec({}, open=True)
_CONSTANTS = Spec({}, open=True, mode="constant")
CHECK = Spec({"condition": _argument(BOOL, True), "error_message": _argument(STRING, True)})
_CONDITION = Item(block=_fixed(CHECK), single=False)
_CONNECTION_TEXTS = (
    "type", "user", "password", "private_key", "certificate", "timeout", "script_path",
    "target_platform", "host_key", "agent_identity", "cacert", "proxy_scheme", "proxy_host",
    "proxy_user_name", "proxy_user_password", "bastion_host", "bastion_host_key", "bastion_user",
    "bastion_password", "bastion_private_key", "bastion_certificate",
)  # fmt: skip
_LIFECYCLE = {
    "create_before_destroy": _constant(BOOL),
    "prevent_destroy": _constant(BOOL),
    "ignore_changes": _argument(REFERENCES, mode="ignore"),
    "replace_triggered_by": _argument(REFERENCES, mode="listed"),
    "precondition": _CONDITION,
    "postcondition": _CONDITION,
}

# https://developer.hashicorp.com/terraform/language/resources/provisioners/connection
_CONNECTION = Item(
    block=_fixed(
        Spec(
            {
                **{name: _argument(STRING) for name in _CONNECTION_TEXTS},
                **{name: _argument(NUMBER) for name in ("port", "bastion_port", "proxy_port")},
                **{name: _argument(BOOL) for name in ("agent", "https", "insecure", "use_ntlm")},
                "host": _argument(STRING, required=True),
            }
        )
    )
)


def _provisioner(
    arguments: Mapping[str, Shape], required: str = "", group: frozenset[str] = frozenset()
) -> Spec:
    """`group`: arguments of which exactly one must be there."""
    items = {
        name: Item(
            shape=shape,
            required=name == required,
            excludes=group - {name} if name in group else frozenset(),
        )
        for name, shape in arguments.items()
    }
    return Spec({**items, **_ANY_PROVISIONER}, groups=(group,) if group else ())


_ANY_PROVISIONER = {
    "when": _argument(mode="when"),
    "on_failure": _argument(mode="failure"),
    "connection": _CONNECTION,
}
_STRINGS = Shape("list", STRING)
# https://developer.hashicorp.com/terraform/language/resources/provisioners/syntax
_PROVISIONERS = {
    "file": _provisioner(
        {"source": STRING, "content": STRING, "destination": STRING},
        required="destination",
        group=frozenset({"source", "content"}),
    ),
    "local-exec": _provisioner(
        {
            "command": STRING,
            "working_dir": STRING,
            "interpreter": _STRINGS,
            "environment": Shape("map", STRING),
            "quiet": BOOL,
        },
        required="command",
    ),
    "remote-exec": _provisioner(
        {"inline": _STRINGS, "script": STRING, "scripts": _STRINGS},
        group=frozenset({"inline", "script", "scripts"}),
    ),
}
_REPEATED = {
    "count": Item(shape=NUMBER, excludes=frozenset({"for_each"}), firm=True),
    "for_each": Item(shape=KEYS, excludes=frozenset({"count"}), firm=True),
}
META: Mapping[str, Mapping[str, Item]] = {
    "resource": {
        **_REPEATED,
        "provider": _argument(mode="provider"),
        "depends_on": _argument(REFERENCES, mode="listed"),
        "lifecycle": Item(block=_fixed(Spec(_LIFECYCLE))),
        "connection": _CONNECTION,
        "provisioner": Item(block=_fixed(ANYTHING), single=False, labels=1, labelled=_PROVISIONERS),
    },
    "data": {
        **_REPEATED,
        "provider": _argument(mode="provider"),
        "depends_on": _argument(REFERENCES, mode="listed"),
        "lifecycle": Item(
            block=_fixed(Spec({"precondition": _CONDITION, "postcondition": _CONDITION}))
        ),
    },
    "provider": {"alias": _argument(mode="alias"), "version": _constant(STRING)},
}
META = {**META, "ephemeral": META["data"]}

_TERRAFORM = Spec(
    {
        "required_version": _constant(STRING),
        "required_providers": Item(block=_fixed(_CONSTANTS)),
        "backend": Item(block=_fixed(_CONSTANTS), labels=1),
        "cloud": Item(block=_fixed(_CONSTANTS)),
        "provider_meta": Item(block=_fixed(ANYTHING), labels=1, single=False),
    }
)
TOP: Mapping[str, Spec] = {
    "terraform": _TERRAFORM,
    "variable": Spec(
        {
            "type": _argument(TYPE, mode="type"),
            "default": _constant(ANY),
            "description": _constant(STRING),
            "sensitive": _constant(BOOL),
            "nullable": _constant(BOOL),
            "ephemeral": _constant(BOOL),
            "validation": _CONDITION,
        }
    ),
    "output": Spec(
        {
            "value": _argument(required=True),
            "description": _constant(STRING),
            "sensitive": _constant(BOOL),
            "ephemeral": _constant(BOOL),
            "depends_on": _argument(REFERENCES, mode="listed"),
            "precondition": _CONDITION,
        }
    ),
    "locals": Spec({}, open=True),
    "module": Spec(
        {
            "source": _constant(STRING, required=True),
            "version": _constant(STRING),
            **_REPEATED,
            "providers": _argument(MAP, mode="providers"),
            "depends_on": _argument(REFERENCES, mode="listed"),
        },
        open=True,
    ),
    "moved": Spec({"from": _argument(mode="address", required=True), "to": _argument(mode="address", required=True)}),
    "import": Spec(
        {
            "to": _argument(mode="address", required=True),
            "id": _argument(STRING),
            "identity": _argument(MAP),
            "for_each": _argument(KEYS),
            "provider": _argument(mode="provider"),
        }
    ),
    "removed": Spec(
        {
            "from": _argument(mode="address", required=True),
            "lifecycle": Item(block=_fixed(Spec({"destroy": _constant(BOOL, True)}))),
        }
    ),
    "check": Spec(
        {"assert": Item(block=_fixed(CHECK), single=False, required=True)}
    ),
}  # fmt: skip
