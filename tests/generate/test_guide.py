"""What a guide lets through: code that Terraform accepts, and no name that its provider lacks."""

from __future__ import annotations

import random

import numpy as np
import pytest
import tiny
import torch

from iapo.errors import InputError
from iapo.generate.guide import Guide, guide_for
from iapo.generate.guide.automaton import write
from iapo.generate.guide.ledger import Ledger
from iapo.generate.guide.vocabulary import Trie, read_vocabulary
from iapo.generate.sampling import sample

TOKENIZER = tiny.tokenizer()
STOP = TOKENIZER.eos_token_id


@pytest.fixture(scope="module")
def guide():
    return Guide(TOKENIZER)


def refused(guide, text):
    """The text up to where the guide refuses the next byte; None where it takes all and the end."""
    position, ledger = guide.first.state, Ledger()
    for at, byte in enumerate(text.encode()):
        after, events = write(position, bytes([byte]))
        followed = ledger.follow(events)
        if after is None or followed is None:
            return text.encode()[:at].decode()
        position, ledger = after, followed
    return None if position.final and ledger.settled else text + "<end>"


def inside(body, type="aws_s3_bucket", name="b"):
    return f'resource "{type}" "{name}" {{\n{body}\n}}\n'


VALID = {
    "arguments, maps and comments": """# A bucket.
resource "aws_s3_bucket" "logs" {
  bucket        = "acme-logs" // named
  force_destroy = true
  tags = {
    Name        = "logs"
    "cost:team" = "core", Other : "x"
  } /* done */
}
""",
    "variables, locals, outputs": """variable "region" {
  type        = object({ name = string, zones = optional(list(string), []) })
  description = "Where."
  validation {
    condition     = length(var.region.zones) > 0 && var.region.name != ""
    error_message = "Zones are needed."
  }
}

locals {
  name  = "app-${var.region.name}"
  zones = [for z in var.region.zones : upper(z) if z != ""]
  by    = { for i, z in var.region.zones : z => i... }
}

output "name" { value = local.name }
""",
    "count, for_each and indexes": """resource "aws_subnet" "main" {
  for_each   = toset(["a", "b"])
  vpc_id     = aws_vpc.main[0].id
  cidr_block = cidrsubnet(aws_vpc.main[0].cidr_block, 8, index(["a", "b"], each.key))
}

resource "aws_vpc" "main" {
  count      = var.on ? 1 : 0
  cidr_block = "10.${count.index}.0.0/16"
}

variable "on" {}

output "ids" {
  value = concat([for s in aws_subnet.main : s.id], aws_vpc.main[*].id)
}
""",
    "dynamic blocks and attributes as blocks": """resource "aws_security_group" "web" {
  dynamic "ingress" {
    for_each = [80, 443]
    iterator = port
    content {
      from_port = port.value
      to_port   = port.value
      protocol  = "tcp"
    }
  }
  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}
""",
    "heredocs and directives": """output "text" {
  value = <<-EOT
    {"Version": "2012-10-17", "Name": "${path.module}"}
    %{ for n in ["a"] ~}
    ${n} $${kept} %%{kept}
    %{ endfor ~}
    %{ if true }x%{ else }y%{ endif }
  EOT
}
""",
    "modules, providers and data": """terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
  backend "s3" {
    bucket = "state"
  }
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

data "aws_ami" "linux" {
  most_recent = true
  filter {
    name   = "name"
    values = ["al2023-*"]
  }
}

module "vpc" {
  source   = "./vpc"
  whatever = data.aws_ami.linux.id
}

resource "aws_instance" "a" {
  provider      = aws.west
  ami           = data.aws_ami.linux.id
  instance_type = "t3.micro"
  subnet_id     = module.vpc.subnet
  lifecycle {
    ignore_changes = [tags, ami]
  }
  provisioner "local-exec" {
    command = "echo ${self.id}"
  }
}
""",
    "operators": """locals {
  a = (1 + 2) * -3 >= 4 || !(true && "x" == "y") ? "yes" : null
  b = jsonencode({ x = [1, 2,], y = { z = null } })
  c = try(merge({ a = 1 }, local.d...), {})["a"]
  d = [{}]
}
""",
    "a default before its type": """variable "zones" {
  default = ["a", "b"]
  type    = list(string)
}

variable "size" {
  default = 3
  type    = number
  validation {
    condition     = var.size > 2 && var.size < 9 # both ends
    error_message = "From 3 to 8."
  }
}

resource "aws_instance" "b" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  provisioner "local-exec" {
    when       = destroy
    on_failure = continue
    command    = "true"
  }
  lifecycle {
    postcondition {
      condition     = self.public_ip != ""
      error_message = "No address."
    }
  }
}
""",
    "lists of what resources have": """resource "aws_subnet" "a" {
  count      = 2
  vpc_id     = "vpc-1"
  cidr_block = "10.0.${count.index}.0/24"
}

resource "aws_db_subnet_group" "g" {
  subnet_ids = aws_subnet.a[*].id
}

resource "aws_db_subnet_group" "h" {
  subnet_ids = aws_subnet.a.*.id
}

resource "aws_db_subnet_group" "i" {
  subnet_ids = [aws_subnet.a[0].id, aws_subnet.a[1].id]
}
""",
}


@pytest.mark.parametrize("name", VALID)
def test_ordinary_terraform_is_writable(guide, name):
    assert refused(guide, VALID[name]) is None


def test_what_is_called_writable_is_valid():
    from iapo.verify import verify

    for name, text in VALID.items():
        report = verify(text, "terraform")
        assert report.valid is not False, (name, report.diagnostics)


REFUSED = {
    "a type that does not exist": ('resource "aws_s3_bucket_lock" "x" {\n}\n', "aws_s3_bucket_lo"),
    "an argument of no such name": (inside("  bucket_name = 1"), "  bucket_"),
    "an argument given twice": (inside('  bucket = "a"\n  bucket = "b"'), '"a"\n  '),
    "what excludes what is there": (inside('  bucket = "a"\n  bucket_prefix = "b"'), "  "),
    "an end without what is required": (inside("", "aws_subnet"), "{\n\n"),
    "an enum's other value": (inside('  acl = "open"'), '  acl = "'),
    "a text for a truth": (inside('  force_destroy = "maybe"'), '= "'),
    "a text for a number": (
        inside('  retention_in_days = "week"', "aws_cloudwatch_log_group"), 'days = "'),
    "a number for a list": ("module \"m\" {\n  source = 1\n}\noutput \"o\" {\n  value = join(\",\", 5)\n}\n",
                            'join(",", '),
    "a text for a list": (inside('  security_groups = "sg-1"', "aws_instance"), 'groups = "'),
    "one argument too many": ('output "o" {\n  value = upper("a", "b")\n}\n', 'upper("a"'),
    "one argument too few": ('output "o" {\n  value = cidrsubnet("a", 1)\n}\n', '("a", 1'),
    "a function that does not exist": ('output "o" {\n  value = uppercase("a")\n}\n', "= upper"),
    "a field that a type lacks": (
        inside("") + 'output "o" {\n  value = aws_s3_bucket.b.name\n}\n', "bucket.b."),
    "a field of a text": (
        inside("") + 'output "o" {\n  value = aws_s3_bucket.b.arn.x\n}\n', "bucket.b.arn"),
    "each without for_each": (inside("  bucket = each.key"), "  bucket = e"),
    "a reference to itself": (inside("  bucket = aws_s3_bucket.b.id"), "aws_s3_bucket.b"),
    "a circle": (
        inside("  bucket = aws_s3_bucket.c.id") + inside("  bucket = aws_s3_bucket.b.id", name="c"),
        "aws_s3_bucket.b"),
    "a declaration made twice": (inside("") + inside(""), '"b'),
    "an end in debt": (inside("  bucket = var.name"), "}\n<end>"),
    "an end without a block": ("# nothing\n", "nothing\n<end>"),
    "an open string": (inside('  bucket = "a\n"'), '"a'),
    "prose": ("Here is the code:\n", ""),
    "a validation of something else": (
        'variable "a" {\n  validation {\n    condition = var.b > 1\n  }\n}\n', "var.b > 1"),
    "a comment behind it": (
        'variable "a" {\n  validation {\n    condition = true # yes\n  }\n}\n', "= true "),
    "a default of another type": (
        'variable "a" {\n  type = list(string)\n  default = "x"\n}\n', 'default = "'),
    "a tuple of no list": (
        'variable "a" {\n  type = tuple(string)\n}\n', "tuple("),
    "a field that is a text for a list": (
        inside("  security_groups = aws_s3_bucket.c.arn", "aws_instance"), "aws_s3_bucket.c."),
    "labels of a block that has none": (
        inside('  dynamic "timeouts" {\n    labels', "aws_instance"), 'timeouts" {\n    '),
    "another provider's resource": (inside("  provider = google"), "provider = "),
    "nothing for a description": (
        'variable "a" {\n  description = null\n}\n', "description = "),
    "a type that the default is not of": (
        'variable "a" {\n  default = []\n  type = string\n}\n', "type = s"),
    "a provisioner that does not exist": (
        inside('  provisioner "shell" {\n  }', "aws_instance"), 'provisioner "'),
    "a provisioner without its command": (
        inside('  provisioner "local-exec" {\n  }', "aws_instance"), '-exec" {\n  '),
    "changes of what is no argument": (
        inside("  lifecycle {\n    ignore_changes = [lifecycle]\n  }"), "= [lifecycle"),
    "changes of a part that a text lacks": (
        inside("  lifecycle {\n    ignore_changes = [bucket.x]\n  }"), "= [bucket"),
    "a condition on nothing": (
        'output "o" {\n  value = 1\n  precondition {\n    condition = 1 == 1\n', "1 == 1"),
    "validations in a circle": (
        'variable "a" {\n  validation {\n    condition = var.a && var.b\n    error_message = "x"\n'
        '  }\n}\nvariable "b" {\n  validation {\n    condition = var.a\n', "condition = var.a"),
    "a keyword with more to it": (
        inside('  provisioner "local-exec" {\n    when = destroy.x\n', "aws_instance"), "destroy"),
    "a number for a map": (
        'variable "a" {\n  type = map(string)\n  default = 4\n}\n', "default = "),
    "a second single block": (
        inside("  versioning {\n  }\n  versioning {\n  }"), "}\n  "),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_valid_is_refused_where_it_goes_wrong(guide, name):
    text, until = REFUSED[name]
    found = refused(guide, text)
    assert found is not None and found.endswith(until), found


def test_an_answer_may_stand_in_a_fence_and_ends_with_it(guide):
    assert refused(guide, "```hcl\n" + inside("") + "```\n") is None
    assert refused(guide, "```hcl\n" + inside("")).endswith("<end>")
    assert refused(guide, "```hcl\n" + inside("") + "```\nThis is").endswith("```\n")


def test_a_module_may_be_given_providers(guide):
    provider = 'provider "aws" {\n  alias = "west"\n}\n'
    module = 'module "m" {\n  source = "./m"\n  providers = {\n    aws.main = aws.%s\n  }\n}\n'
    assert refused(guide, provider + module % "west") is None
    assert refused(guide, provider + module % "east").endswith("<end>")


def test_capitals_do_not_matter_where_the_provider_says_so(guide):
    listener = '  listener {\n    instance_port = 80\n    lb_port = 80\n    lb_protocol = "%s"\n'
    text = inside(listener % "http" + '    instance_protocol = "HTTP"\n  }', "aws_elb")
    assert refused(guide, text) is None


def test_a_number_may_stand_for_its_digits_in_an_enum(guide):
    codec = '  audio {\n    channels = %s\n    codec = "AAC"\n    sample_rate = "auto"\n'
    codec += '    audio_packing_mode = "SingleTrack"\n  }\n  container = "mp4"'
    assert refused(guide, inside(codec % "2", "aws_elastictranscoder_preset")) is None
    assert refused(guide, inside(codec % "true", "aws_elastictranscoder_preset")) is not None


def test_a_provider_without_a_schema_must_be_opened():
    text = 'resource "datadog_monitor" "m" {\n  anything = 1\n}\n'
    assert refused(Guide(TOKENIZER, open_providers=["datadog"]), text) is None
    # "da" could yet become a type of another provider.
    assert refused(Guide(TOKENIZER), text) in ('resource "', 'resource "d', 'resource "da')


def random_positions(guide, count, seed):
    """Positions along valid texts and beside them."""
    rng = random.Random(seed)
    for text in VALID.values():
        tokens = TOKENIZER(text, add_special_tokens=False)["input_ids"]
        cuts = sorted(rng.sample(range(len(tokens)), min(count, len(tokens))))
        position, done = guide.first, 0
        for cut in cuts:
            for token in tokens[done:cut]:
                position = guide.after(position, token)
            done = cut
            yield position


def test_a_mask_is_exactly_the_tokens_that_can_be_written(guide):
    vocabulary = read_vocabulary(TOKENIZER)
    allowed = np.zeros(len(vocabulary), np.bool_)
    seen = 0
    for position in random_positions(guide, 40, 0):
        guide.allow(position, allowed)
        for token, piece in enumerate(vocabulary.pieces):
            if not piece:
                continue
            state, events = write(position.state, piece)
            expected = state is not None and position.ledger.follow(events) is not None
            assert bool(allowed[token]) == expected, (piece, type(position.state).__name__)
        whole = position.state.final and position.ledger.settled
        assert bool(allowed[STOP]) == whole
        seen += 1
    assert seen > 200


def test_valid_code_is_allowed_token_by_token(guide):
    for text in VALID.values():
        position = guide.first
        allowed = np.zeros(len(read_vocabulary(TOKENIZER)), np.bool_)
        for token in [*TOKENIZER(text, add_special_tokens=False)["input_ids"], STOP]:
            guide.allow(position, allowed)
            assert allowed[token]
            position = guide.after(position, token)
        assert position.ended


def test_a_model_that_knows_nothing_writes_only_names_that_exist(guide):
    done = sample(
        tiny.model(spread=4.0),
        [(5, 6, 7)],
        group_size=6,
        max_new_tokens=60,
        stop=(STOP,),
        guide=guide,
    )
    for completion in done[0]:
        text = TOKENIZER.decode(completion.body())
        assert refused(guide, text) in (None, text + "<end>")
        assert all(np.isfinite(completion.logprobs))


def test_rows_may_come_in_any_order_and_start_again(guide):
    vocabulary = len(read_vocabulary(TOKENIZER))
    tokens = TOKENIZER(VALID["operators"], add_special_tokens=False)["input_ids"]

    def allowed(rows, written):
        logits = guide(rows, written, torch.zeros(len(rows), vocabulary))
        return torch.isfinite(logits)

    first = allowed([0, 1], [[], tokens[:20]])
    second = allowed([1, 0], [tokens[:21], tokens[:1]])
    again = allowed([1, 7], [[], tokens[:21]])
    assert torch.equal(again[0], first[0])
    assert torch.equal(again[1], second[0])
    # Rows 0 and 1 change places, each a token further.
    swapped = allowed([0, 1], [tokens[:21], tokens[:1]])
    assert torch.equal(swapped[0], second[0])
    assert torch.equal(swapped[1], second[1])


def test_transformers_own_generate_can_be_guided(guide):
    prompt = torch.tensor([[5, 6, 7], [7, 6, 5]])
    done = tiny.model(spread=4.0).generate(
        prompt,
        do_sample=True,
        max_new_tokens=30,
        pad_token_id=0,
        logits_processor=[guide.processor()],
    )
    for row in done[:, 3:]:
        text = TOKENIZER.decode(row, skip_special_tokens=True)
        assert refused(guide, text) in (None, text + "<end>")


def test_a_processor_serves_call_after_call_and_beams_that_change_places(guide):
    processor = guide.processor()
    model = tiny.model(spread=4.0)
    for prompt in ([[5, 6, 7]], [[5, 6]], [[7] * 13]):
        done = model.generate(
            torch.tensor(prompt),
            num_beams=4,
            num_return_sequences=2,
            max_new_tokens=10,
            pad_token_id=0,
            logits_processor=[processor],
        )
        for row in done[:, len(prompt[0]) :]:
            text = TOKENIZER.decode(row, skip_special_tokens=True)
            assert refused(guide, text) in (None, text + "<end>")


def test_forgetting_changes_nothing(guide, monkeypatch):
    monkeypatch.setattr("iapo.generate.guide.guide._MOST_STATES", 50)
    options = {"group_size": 2, "max_new_tokens": 40, "stop": (STOP,), "seed": 3}
    model = tiny.model(spread=4.0)
    forgetful = sample(model, [(5, 6, 7)], guide=Guide(TOKENIZER), **options)
    monkeypatch.undo()
    assert forgetful == sample(model, [(5, 6, 7)], guide=guide, **options)


def test_a_request_is_guided_where_there_is_a_guide_for_it():
    assert guide_for(TOKENIZER, "jenkins", stop=[STOP]) is None
    assert guide_for(TOKENIZER, None, stop=[STOP]) is None
    text = 'resource "datadog_monitor" "m" {\n  anything = 1\n}\n'
    plain = guide_for(TOKENIZER, "terraform", stop=[STOP], request="call it datadog_monitor")
    spelled = guide_for(TOKENIZER, "terraform", stop=[STOP], request="a `datadog_monitor` resource")
    assert refused(plain, text) is not None
    assert refused(spelled, text) is None


def test_a_tokenizer_that_cannot_be_read_writes_unguided_and_says_so():
    class Words:
        eos_token_id = 0
        all_special_ids = ()

        def get_vocab(self):
            return {"bucket": 0}

    with pytest.warns(UserWarning, match="unguided: Words: a guide needs"):
        assert guide_for(Words(), "terraform", stop=[0]) is None


def test_a_format_without_a_guide_is_one_line():
    with pytest.raises(InputError, match="no guide for jenkins"):
        Guide(TOKENIZER, format="jenkins")


def test_a_trie_gives_back_its_texts():
    texts = {b"": [9], b"a": [1], b"ab": [2, 3], b"b": [4], b"abc": [5]}
    trie = Trie(texts)
    assert {t: list(ids) for t, ids in trie.below(0)} == texts
    assert [bytes([trie.byte[n]]) for n in range(1, len(trie))] == [b"a", b"b", b"c", b"b"]


def test_bytes_of_a_sentencepiece_vocabulary_are_known():
    class Pieces:
        all_special_ids = (0,)
        added_tokens_decoder = {}  # noqa: RUF012

        def get_vocab(self):
            return {"<s>": 0, "<0x0A>": 1, "▁resource": 2, '▁"': 3, "x": 4}

    assert read_vocabulary(Pieces()).pieces == [None, b"\n", b" resource", b' "', b"x"]
