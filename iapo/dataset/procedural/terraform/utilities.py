"""The small providers: random values, keys and local files."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from iapo.dataset.procedural.family import Draft, Family, register
from iapo.dataset.procedural.hcl_writer import Expression, block, program, resource
from iapo.dataset.procedural.wording import pick, request, team
from iapo.verify.report import Format


@dataclass(frozen=True)
class RandomValue(Family):
    """A random password, pet name, id or number, sometimes as an output."""

    name: str = "terraform/random"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        kind = rng.choice(("password", "pet", "id", "integer", "string"))
        facts: list[str] = []
        says: dict[str, str] = {}
        if kind in ("password", "string"):
            body: dict[str, Any] = {"length": rng.choice((8, 12, 16, 20, 24, 32))}
            facts.append(pick(rng, f"a length of {body['length']}", f"{body['length']} characters"))
            if rng.random() < 0.5:
                body["special"] = False
                facts.append(pick(rng, "no special characters", "special characters off"))
            if rng.random() < 0.3:
                body["upper"] = False
                facts.append(pick(rng, "no upper case letters", "upper case letters off"))
        elif kind == "pet":
            body = {"length": rng.choice((2, 3))}
            facts.append(
                pick(rng, f"{body['length']} words", f"a length of {body['length']} words")
            )
            if rng.random() < 0.5:
                body["prefix"] = team(rng)
                facts.append(pick(rng, f"the prefix {body['prefix']}", f"prefix {body['prefix']}"))
        elif kind == "id":
            body = {"byte_length": rng.choice((4, 8, 16))}
            facts.append(
                pick(rng, f"{body['byte_length']} bytes", f"a byte length of {body['byte_length']}")
            )
        else:
            least, most = rng.choice((1, 10, 100)), rng.choice((500, 1000, 9999))
            body = {"min": least, "max": most}
            facts.append(
                pick(
                    rng, f"a range from {least} to {most}", f"a min of {least} and a max of {most}"
                )
            )
        blocks = [resource(f"random_{kind}", "value", body)]
        intent: dict[str, Any] = {"value": {"resource": f"random_{kind}", **body}}
        if rng.random() < 0.4:
            output = rng.choice(("value", "result", f"{kind}_value"))
            facts.append(
                pick(rng, f"an output {output}", f"an output named {output} that shows it")
            )
            field = {"id": "hex", "pet": "id"}.get(kind, "result")
            shown: dict[str, Any] = {"value": Expression(f"random_{kind}.value.{field}")}
            if kind == "password":
                shown["sensitive"] = True
            blocks.append(block(f'output "{output}"', shown))
            intent["shown"] = {"output": output, "value": {"refers": "value"}}
        noun = {
            "password": "a random password",
            "pet": "a random pet name",
            "id": "a random id",
            "integer": "a random integer",
            "string": "a random string",
        }[kind]
        return Draft(
            instruction=request(rng, "Terraform", noun, facts),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
            says=says,
        )


@dataclass(frozen=True)
class PrivateKey(Family):
    """A TLS private key, sometimes for an EC2 key pair or written to a file."""

    name: str = "terraform/tls"
    format: Format = "terraform"
    difficulties: tuple[int, ...] = (1, 2)

    def make(self, rng: random.Random) -> Draft:
        algorithm = rng.choice(("RSA", "RSA", "ED25519", "ECDSA"))
        body: dict[str, Any] = {"algorithm": algorithm}
        facts = [pick(rng, f"the algorithm {algorithm}", f"algorithm {algorithm}")]
        if algorithm == "RSA":
            body["rsa_bits"] = rng.choice((2048, 3072, 4096))
            facts.append(f"{body['rsa_bits']} bits")
        elif algorithm == "ECDSA":
            body["ecdsa_curve"] = rng.choice(("P256", "P384"))
            facts.append(f"the curve {body['ecdsa_curve']}")
        blocks = [resource("tls_private_key", "key", body)]
        intent: dict[str, Any] = {"key": {"resource": "tls_private_key", **body}}
        follow = rng.choice(("none", "pair", "file"))
        if follow == "pair":
            pair = f"{team(rng)}-{rng.choice(('ssh', 'deploy', 'admin'))}"
            facts.append(
                pick(
                    rng,
                    f"an EC2 key pair {pair} made from it",
                    f"its public key as the EC2 key pair {pair}",
                )
            )
            inner = {
                "key_name": pair,
                "public_key": Expression("tls_private_key.key.public_key_openssh"),
            }
            blocks.append(resource("aws_key_pair", "pair", inner))
            intent["pair"] = {
                "resource": "aws_key_pair",
                "key_name": pair,
                "public_key": {"refers": "key"},
            }
        elif follow == "file":
            path = f"{team(rng)}.pem"
            facts.append(
                pick(rng, f"a copy in the local file {path}", f"a local file {path} that holds it")
            )
            inner = {"filename": path, "content": Expression("tls_private_key.key.private_key_pem")}
            blocks.append(resource("local_sensitive_file", "file", inner))
            intent["file"] = {
                "resource": {"one_of": ["local_sensitive_file", "local_file"]},
                "filename": path,
                "content": {"refers": "key"},
            }
        return Draft(
            instruction=request(
                rng, "Terraform", pick(rng, "a TLS private key", "a private key"), facts
            ),
            output=program(*blocks),
            intent=intent,
            difficulty=len(blocks),
        )


for _family in (RandomValue(), PrivateKey()):
    register(_family)
