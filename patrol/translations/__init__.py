"""One .po file per package, merged into one catalogue: short files, and one place for each room's words."""

import os
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).resolve().parent
LOCALE = "zh_Hans_CN"


def merged(strict: bool = True) -> Catalog:
    """All words of all packages. strict: raise ValueError when two files translate one text differently."""
    catalog = Catalog(locale=LOCALE)
    for file in sorted((FOLDER / LOCALE).glob("*.po")):
        with file.open("rb") as source:
            for message in read_po(source, locale=LOCALE):
                if not message.id:
                    continue
                known = catalog.get(message.id, context=message.context)
                if strict and known is not None and known.string != message.string:
                    raise ValueError(f"{file.name}: {message.id!r} is already {known.string!r}")
                catalog.add(message.id, message.string, context=message.context, flags=message.flags)
    return catalog


def compile_catalogue() -> Path:
    """Write the .mo file if any .po is newer; safe when several processes start at once."""
    target = FOLDER / LOCALE / "LC_MESSAGES" / "messages.mo"
    sources = list((FOLDER / LOCALE).glob("*.po"))
    newest = max((file.stat().st_mtime for file in sources), default=0)
    if target.exists() and target.stat().st_mtime >= newest:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    write_mo(buffer, merged(strict=False))
    draft = target.with_name(f"messages.{os.getpid()}.tmp")
    draft.write_bytes(buffer.getvalue())
    os.replace(draft, target)
    return target
