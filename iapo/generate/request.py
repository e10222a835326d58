"""What is asked for: the words, the format they tell, and the file to change where there is one.

The format is told by what people write, never by a model. Where the words tell none it is asked for,
not guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from iapo.errors import InputError
from iapo.generate.asked_format import format_of
from iapo.verify.detect import detect_format
from iapo.verify.report import FORMATS, Format

MOST_BYTES = 200_000
"""Of a file to change; what a model can read is less (see `iapo.generate.writer`)."""

_CALLED: dict[Format, str] = {
    "terraform": "Terraform code",
    "kubernetes": "Kubernetes YAML",
    "dockerfile": "a Dockerfile",
    "compose": "a Docker Compose file",
    "github-actions": "a GitHub Actions workflow",
    "gitlab-ci": "a .gitlab-ci.yml",
    "jenkins": "a declarative Jenkinsfile",
}


@dataclass(frozen=True)
class Request:
    """What a user asks for.

    Attributes:
        words: in their words.
        format: what is to be written.
        because: what told the format, for a person.
        code: the text of the file to change; "" where something new is asked for.
        path: that file.
    """

    words: str
    format: Format
    because: str
    code: str = ""
    path: Path | None = None

    @property
    def prompt(self) -> str:
        """As a task's prompt is: the instruction, and the code it is about below it.

        Where neither the words nor a file say the format that was named, a sentence does.
        """
        if self.code:
            return f"{self.words}\n\n{self.code}"
        told = format_of(self.words)
        if told is not None and told[0] == self.format:
            return self.words
        return f"{self.words}\n\nAnswer with {_CALLED[self.format]}."


def understand(words: str, format: Format | None = None, edit: Path | None = None) -> Request:
    """Tell what is asked for.

    Args:
        format: what the user said it is; told from the file, then from the words, if None.
        edit: a file to change.

    Raises:
        InputError: nothing is asked, nothing tells the format, or the file cannot be changed.
    """
    words = words.strip()
    if not words:
        raise InputError("nothing is asked for; say in words what to write")
    if format is not None and format not in FORMATS:
        raise InputError(f"unknown format {format!r}; one of {', '.join(FORMATS)}")
    code = read_code(edit) if edit is not None else ""
    if format is not None:
        return Request(words, format, "--format", code, edit)
    if edit is not None:
        told = detect_format(code, str(edit))
        if told is not None:
            return Request(words, told, f"the file {edit.name}", code, edit)
    named = format_of(words)
    if named is not None:
        return Request(words, named[0], f"{named[1]!r}", code, edit)
    about = f"{edit} and the request do" if edit is not None else "the request does"
    raise InputError(f"{about} not tell the format; add --format, one of {', '.join(FORMATS)}")


def read_code(path: Path) -> str:
    """The text of a file that is to be changed.

    Raises:
        InputError: it is absent, empty, larger than `MOST_BYTES`, or not text.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if len(data) > MOST_BYTES:
        raise InputError(f"{path}: larger than {MOST_BYTES:,} bytes; name a smaller file")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InputError(f"{path}: not a text in UTF-8") from None
    if "\0" in text:
        raise InputError(f"{path}: not a text, it holds zero bytes")
    if not text.strip():
        raise InputError(f"{path}: is empty; ask without --edit, and write it with --out")
    return text
