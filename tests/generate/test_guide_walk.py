"""What the random walk counts: invented names, even where only a warning speaks of them; value rules."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from guided_terraform import inside

from iapo.verify import verify

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from walks.verdicts import invented, kind

INVENTED = {
    "a type": inside("", "aws_s3_bucket_lock"),
    "a provider": inside("", "nope_bucket"),
    "an argument": inside("  bucket_name = 1"),
    "a field": inside("") + 'output "o" {\n  value = aws_s3_bucket.b.name\n}\n',
    "a field of path": 'output "o" {\n  value = path.folder\n}\n',
    "count where nothing is counted": inside("  bucket = count.index"),
    "a function": 'output "o" {\n  value = uppercase("a")\n}\n',
    "a provisioner": inside('  provisioner "shell" {\n  }'),
}


@pytest.mark.parametrize("name", INVENTED)
def test_a_name_that_does_not_exist_is_counted(name):
    report = verify(INVENTED[name], "terraform")
    assert len(invented(report)) == 1, report.diagnostics
    assert kind(report) in ("fault", "unjudged")


BUS = """  name = "x"
  event_bus {
    event_bus_arn = "%s"
  }
  routing_config {
    failover_config {
      primary {
      }
      secondary {
      }
    }
  }"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (inside(""), "valid"),
        (inside("", "nope_bucket"), "unjudged"),
        (inside('  load_balancer_arn = "hotel"\n  default_action {\n    type = "forward"\n  }',
                "aws_lb_listener"), "value rules"),
        ('terraform {\n  required_version = "bravo"\n}\n', "value rules"),
        (inside(BUS % "arn:aws:events:us-east-1:123456789012:event-bus/x",
                "aws_cloudwatch_event_endpoint"), "fault"),
        (inside(BUS % "hotel", "aws_cloudwatch_event_endpoint"), "fault"),
        ('output "o" {\n  value = path.folder\n}\n', "fault"),
    ],
)  # fmt: skip
def test_only_values_are_blamed_on_value_rules(text, expected):
    report = verify(text, "terraform")
    assert kind(report) == expected, report.diagnostics


def test_a_valid_program_invents_nothing():
    assert invented(verify(inside(""), "terraform")) == []
