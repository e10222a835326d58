"""Groovy 2.4 as Jenkins reads it: what is syntax, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iapo.verify.jenkinsfile import check
from iapo.verify.jenkinsfile.groovy import parse
from iapo.verify.jenkinsfile.tokens import GroovySyntaxError


@pytest.mark.parametrize(
    "text",
    [
        "stage('x')\n{ echo 'a' }",
        "x = /a$(b)\\/c/ + $/d $$ /e/$",
        "x = a\n ? b\n : c",
        "x = a\n  .b()\n  ?.c*.d",
        "foo a,\n  b: 1",
        "foo(a, b,)\nx = [a, b,]\ny = [a: 1,]\nz = [:]",
        "a b c d",
        "if (a) b\nelse if (c) { d }\nelse e",
        "try { a }\ncatch (B | C e) { }\nfinally { d }",
        "@Library('x') import a.B\n@Field def y = 1\n@NonCPS def z() { }",
        "x.each { String a, int b = 2 -> c }\nf { -> }\ng { it }",
        "int[] a = [1]\nMap<String, List<String>> m = [:]\ndef (p, q) = r\n(p, q) = r",
        "x = (int) y\nz = (String[]) [1] as Set",
        "x = new Foo(a: 1) { void b() { } }\ny = new String[3]",
        "switch (x) { case 'a': b; break\n default: c }",
        "for (int i = 0; i < 3; i++) { a }\nfor (x in y) z\nwhile (a) { b }",
        "x = ['a': 1, (b): 2, 3: 4, class: 5, \"${c}\": 6]",
        "x.class.in.'a b'.\"${c}\"\nx.&y\nx.@z\nx[1] = 2",
        "x = a ?: b ==~ /c/ && !(d in e) || f <=> g",
        "def foo(String a, b = [:], Object... c) throws E { return\n 1 }",
        "class A extends B implements C {\n static final int X = 1\n A() { }\n String d() { 'e' }\n}",
        "enum A { B, C(1) }\ninterface D { void e() }",
        'x = "a ${b ? "c ${d}" : \'e\'} f $g.h"',
        'x = """a\n"quoted" ${ [1, 2].collect {\n it } }"""',
        "x = 'a \\\n b' + '\\u0041\\012\\$'",
        "5.times { }\nx = 1.5e3G + 0xFFL + 1_000",
        "'a' { b }\n\"${c}\" 'd'",
        "x = foo a: 1\nreturn [a: 1]",
        'sh"x"',
        "a: b()",
        "f(*a, *: b)\nx = [*a, b]\ny = [*: b, c: 1]",
        "assert a : b\nthrow new E('x')",
        "x = { a -> a }(1)\n({ b })()",
        "/* { */ x // }\n/** y */",
    ],
)
def test_groovy_that_jenkins_reads(text: str) -> None:
    parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "{ a }",
        "x = ()",
        "do { a } while (b)",
        "a !in b",
        "x.each(a -> b)",
        "def in = 1",
        "def 1a = 2",
        "def f() { return foo 'a' }",
        "case 1: a",
        "x?[1]",
        "a - b = 'x'",
        "foo() = 1",
        'x = "${a\n}"',
        "foo(,a)",
        "x = a # b",
        "throw",
    ],
)
def test_what_is_no_groovy(text: str) -> None:
    with pytest.raises(GroovySyntaxError):
        parse(text)


def test_calls_gather_their_arguments() -> None:
    (call,) = parse("timeout(time: 5, 'x', unit: 'MINUTES') { sh 'y' }")
    assert (call.kind, call.name) == ("call", "timeout")
    named, text, closure = call.args
    assert [entry.args[0].value for entry in named.args] == ["time", "unit"]
    assert text.value == "x" and closure.kind == "closure"


def test_a_string_means_what_its_escapes_say() -> None:
    (node,) = parse("'a\\n\\u0041\\\\'")
    assert node.value == "a\nA\\"


_PIECES = st.sampled_from(
    [
        "pipeline {",
        "agent any\n",
        "stages {",
        "stage('a') {",
        "steps {",
        "}",
        "sh 'x'\n",
        "(",
        ")",
        "[",
        "]",
        "'",
        '"',
        '"""',
        "${",
        "$",
        "/",
        "//",
        "/*",
        "*/",
        "\\",
        "\n",
        " ",
        ";",
        "=",
        "->",
        ":",
        ",",
        "if",
        "@A",
        "1",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
def test_any_text_has_a_verdict(text: str) -> None:
    report = check(text)
    assert (report.valid is False) == bool(report.errors)
    assert 0.0 <= report.sound <= 1.0
    lines = text.count("\n") + 1
    assert all(1 <= (d.line or 1) <= lines and (d.column or 1) >= 1 for d in report.diagnostics)
