"""The values put to the provider: one token each complaint can be recognised by, and samples."""

from __future__ import annotations

import re
from collections.abc import Iterator

TOKEN = "qzvxkj"
NASTY = "Qz !@#$%^&*()<>?/\\|\"'`~\u00e9\n-_.:,;=+[]{}"
LONG = "qzvx" * 1500
NUMBERS = (987654321, -7777, 0, 1, 1.5)
SCALARS = (TOKEN, NASTY, LONG, "")
RESERVED = (
    *("aws-qzvx", "AWSqzvx", "Aws-x", "default", "Default", "sg-qzvx", "xn--qzvx", "internal-qzvx"),
    *("qz--vx", "qzvx-", "-qzvx", "1qzvx", "QZVX", "amazon-qzvx", "aws:qzvx", "qzvx.s3alias"),
)
NAME_LIKE = re.compile(r"name|identifier|(^|_)id$|prefix|alias|key|label|group|user|pool")
ARN = "arn:aws:{}:us-east-1:123456789012:{}"
SAMPLES = (
    *("abc", "Abc", "ABC", "a", "ab", "1", "0", "-1", "9", "-", "99999", "64512", "4294967295"),
    *("abc-def", "abc_def", "abc.def", "/abc", "/abc/", "/abc/def", "abc def", "abc:def"),
    *("abc@def", "abc/def", "abc,def", "abc+def", "abc=def", "abc#def", "abc$def", "abc*", "abc("),
    *("abc'", 'abc"', "abc\\", "abc;", "abc<", "abc!", "abc~", "abc?", "abc%", "abc\n", " abc"),
    *("abc ", "\u00e9abc", "ab\u4e2d", ".abc", "abc.", "abc-", "-abc", "_abc", "1abc", "a--b"),
    *("Abcdefgh", "Abcdef12!xyzw", "abcdef12", "ABCDEF12", "Abc1", "A_B", "ABC-DEF", "abcDef"),
    *("true", "false", "null", "10.0", "1.0.0", "1.2", "10.0.0.0/16", "10.0.0.1/16", "10.0.0.1"),
    *("10.0.0.1/32", "192.168.0.0/24", "224.0.0.1", "169.254.6.0/30", "0.0.0.0/0", "::/0", "::1"),
    *("2001:db8::/32", "fd00::/8", "fe80::1", "256.0.0.1", "10.0.0.0/33", "010.0.0.1"),
    *(ARN.format("sns", "topic"), ARN.format("lambda", "function:x"), "arn:aws:s3:::bucket"),
    *("arn:aws:s3:::bucket/key", "arn:aws:iam::123456789012:role/x", "arn:aws:iam::aws:policy/X"),
    *(ARN.format("kms", "key/d290f1ee-6c54-4b01-90e6-d551cec2f9b2"), "arn:aws:x", "arn:foo:s3:::b"),
    *(ARN.format("states", "stateMachine:x"), ARN.format("sqs", "queue"), "arn:aws-cn:s3:::bucket"),
    *("arn:aws:iam::12345:role/x", "arn:aws:s3:nowhere::bucket", "arn:aws:s3:::", "arn:aws:ec2:::"),
    *("arn:aws:iam::123456789012:user/x", "arn:aws:iam::123456789012:root", "arn:aws:x:::y:z"),
    *("123456789012", "12345678901", "{}", "[]", '"x"', "{", '{"a":1}', '{"a":1,"a":2}', "x: 1"),
    *('{"Version":"2012-10-17","Statement":[]}', '{"a":}', " {}", "a: [", "2024-01-01T00:00:00Z"),
    *("2024-01-01T00:00:00+01:00", "2024-01-01T00:00:00", "2024-01-01", "01/02/2024", "00:00:00Z"),
    *("https://example.com", "http://example.com/a", "https://", "http://a", "ftp://x", "ldap://x"),
    *("example.com", "example.com.", ".example.com", "*.example.com", "Example.com", "a@b.com"),
    *("rate(1 day)", "rate(5 minutes)", "rate(1 days)", "cron(0 12 * * ? *)", "cron(0 12)"),
    *("at(2024-01-01T00:00:00)", "us-east-1", "us-east-1a", "us-gov-west-1", "eu-central-1", "us"),
    *("ami-12345678", "subnet-12345678", "vpc-12345678", "sg-12345678", "lt-0123456789abcdef0"),
    *("i-12345678", "eipalloc-1", "tgw-12345678", "rtb-1234", "vpce-12345678", "pl-12345678"),
    *("03:00-04:00", "mon:03:00-mon:04:00", "Mon:03:00-Mon:04:00", "03:00", "3:00", "25:00-26:00"),
    *("mon:03:00", "alias/abc", "alias/aws/abc", "aws/abc", "/aws/abc", "aws", "AWS", "aws-abc"),
    *("AWSabc", "awsabc", "Amazon", "default", "Default", "sg-abc", "xn--abc", "internal-lb"),
    *(
        "self",
        "root",
        "admin",
        "all",
        "ALL",
        "ANY",
        "any",
        "*",
        "**",
        "none",
        "NONE",
        "tcp",
        "-all",
    ),
    *("s3://bucket/key", "s3://bucket", "d290f1ee-6c54-4b01-90e6-d551cec2f9b2", "abc.fifo", "YWJj"),
    *("YWJ", "PT1H", "P1D", "1h", "60s", "30m", "2562047h", "-1h", "+15555550100", "+1555", "555"),
    *("-----BEGIN CERTIFICATE-----", "$LATEST", "$default", "$context.x", "GET /x", "GET", "${x}"),
    *(
        "{proxy+}",
        "x-abc",
        "ab:cd",
        "1-2",
        "1,2",
        "1024",
        "65535",
        "65536",
        "0.5",
        "1e3",
        "1-65535",
    ),
    *("db.t3.micro", "t3.micro", "cache.t3.micro", "ml.t3.medium", "7.0", "6.x", "5.0.6", "8.0.35"),
    *("python3.12", "latest", "LATEST", "v1", "1.29", "abc.tf", "abc.json", "com.amazonaws.x.y"),
    *("sns.amazonaws.com", "ec2", "ecs:service:DesiredCount", "service/a/b", "table/x", "lambda:x"),
    *(
        "aws.s3",
        "s3:ObjectCreated:*",
        "s3:*",
        "lambda:InvokeFunction",
        "lambda:Invoke!",
        "job-name",
    ),
)
ARNS = (
    *tuple(s for s in SAMPLES if s.startswith("arn:")),
    "123456789012",
    "https://a.b",
    "alias/abc",
)
LENGTHS = (
    8,
    10,
    16,
    17,
    20,
    21,
    24,
    30,
    31,
    32,
    33,
    36,
    40,
    41,
    50,
    51,
    60,
    61,
    63,
    64,
    65,
    80,
    81,
)
LENGTHS += (
    100,
    101,
    126,
    127,
    128,
    129,
    140,
    141,
    150,
    200,
    201,
    250,
    255,
    256,
    257,
    300,
    500,
    512,
)
LENGTHS += (513, 1000, 1024, 1025, 2000, 2048, 2049, 4096, 4097)


def lengths() -> Iterator[str]:
    """Strings of one letter in the lengths at which limits tend to lie."""
    for length in LENGTHS:
        yield "a" * length
