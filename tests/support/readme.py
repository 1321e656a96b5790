"""The tables of the README that follow from the code, settings and specifications, and those of the
API's reference.

`python -m tests.support.readme` writes them into the pages; a test says when that is due.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from enum import Enum
from pathlib import Path

from pydantic import BaseModel

import config
from config import PROJECT
from tests.support import api_reference, spec_matrix

README = PROJECT / "README.md"
API = PROJECT / "docs" / "api.md"
SETTINGS = (PROJECT / "config.py", PROJECT / "config_groups.py")
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def settings_table() -> str:
    """Every setting: environment name, default, and what its docstring says."""
    rows = [f"| `{name}` | {default} | {text} |" for name, default, text in settings()]
    return "\n".join(["| Setting | Default | |", "|---|---|---|", *rows])


def settings() -> Iterator[tuple[str, str, str]]:
    """In the order of `config.py`, groups flattened."""
    documented = _docstrings()
    for name, field in config.Settings.model_fields.items():
        variable = f"IDP_{name.upper()}"
        if isinstance(field.default, BaseModel):
            group = type(field.default)
            for member, inner in group.model_fields.items():
                text = documented.get((group.__name__, member), "")
                yield f"{variable}__{member.upper()}", _shown(inner.default), text
        else:
            yield variable, _shown(field.default), documented.get(("Settings", name), "")


def _docstrings() -> dict[tuple[str, str], str]:
    """The string below each field, by class and field."""
    found = {}
    for node in (node for file in SETTINGS for node in ast.parse(file.read_text()).body):
        if isinstance(node, ast.ClassDef):
            for statement, following in zip(node.body, node.body[1:], strict=False):
                match statement, following:
                    case (
                        ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(text))),
                    ):
                        found[node.name, name] = " ".join(text.split())
    return found


def _shown(value: object) -> str:
    match value:
        case None | () | "":
            return "–"
        case timedelta():
            return _duration(value)
        case Path():
            return f"`{value.relative_to(PROJECT)}`"
        case Enum():
            return f"`{value.value}`"
        case bool():
            return "`true`" if value else "`false`"
    return f"`{str(value).replace(f'{PROJECT}/', '')}`"


def _duration(value: timedelta) -> str:
    if value.microseconds:
        return f"{value // timedelta(milliseconds=1)} ms"
    seconds = int(value.total_seconds())
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


PAGES: dict[Path, Mapping[str, Callable[[], str]]] = {
    README: {"settings": settings_table, "specifications": spec_matrix.table},
    API: api_reference.BLOCKS,
}


def block(name: str, text: str) -> str:
    """What stands between the two marks of a block."""
    return _parts(name, text)[1].strip()


def renewed(text: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """A page with every block as the code says it now."""
    for name, render in blocks.items():
        before, _, after = _parts(name, text)
        text = f"{before}\n{render()}\n{after}"
    return text


def _parts(name: str, text: str) -> tuple[str, str, str]:
    pattern = rf"(.*<!-- {name}: written by `make readme` -->)(.*?)(<!-- /{name} -->.*)"
    found = re.fullmatch(pattern, text, re.DOTALL)
    if found is None:
        raise LookupError(f"the page has no block {name!r}")
    return found[1], found[2], found[3]


if __name__ == "__main__":
    for page, blocks in PAGES.items():
        page.write_text(renewed(page.read_text(), blocks))
