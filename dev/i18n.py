"""`make i18n`: the terms of our addons as they are now, and what is not translated of them.

A fresh database says which terms there are. The .pot is written anew; the .po files keep their
translations, also where only line breaks of the English text changed. What isn't used any more
stays at the end of a .po, commented out, until nothing is untranslated: a sentence that was
reworded may still be of use.

`es.po` and `pt.po` have every term; a variant (`pt_BR.po`) only what it says differently.
"""
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import polib

from devenv import environment, paths, templates
from devenv.ui import SetupError, step

DATABASE = "cobranza_i18n"
LANGUAGES = ("es", "pt")
#: Dates would change the files each time, whether a term did or not.
NOT_KEPT = ("POT-Creation-Date", "PO-Revision-Date", "Last-Translator", "Report-Msgid-Bugs-To")
PLURALS = {"es": "nplurals=2; plural=(n != 1);", "pt": "nplurals=2; plural=(n > 1);"}


def main():
    """Update all catalogues; returns the exit code: 1 if one isn't complete."""
    step(f"Making the database {DATABASE} ...")
    templates.new_database(DATABASE, paths.addons())
    complete = True
    try:
        for addon in paths.addons():
            complete &= update(addon)
    finally:
        templates.drop_database(DATABASE)
    return int(not complete)


def update(addon):
    """Write the catalogues of an addon and print what they lack; whether they are complete."""
    folder = paths.ROOT / addon / "i18n"
    folder.mkdir(exist_ok=True)
    template = export(addon)
    save(template, folder / f"{addon}.pot")
    variants = [path.stem for path in folder.glob("*_*.po") if path.stem != addon]
    lacking = {}
    for lang in (*LANGUAGES, *sorted(variants)):
        path = folder / f"{lang}.po"
        old = polib.pofile(str(path)) if path.exists() else polib.POFile()
        new = merge(template, old, lang)
        save(new, path)
        lacking[lang] = new.untranslated_entries()
        print(f"{addon} {lang}: {len(new.translated_entries())} of {len(template)} terms")
    for lang in LANGUAGES:
        for entry in lacking[lang]:
            print(f"  {lang} lacks {entry.msgid!r}")
    return not any(lacking[lang] for lang in LANGUAGES)


def export(addon):
    """The terms of an addon as Odoo finds them in the database and in its files."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / f"{addon}.pot"
        command = [*environment.odoo_command(), "i18n", "export", "-d", DATABASE,
                   "-o", str(target), addon]
        done = subprocess.run(command, text=True, capture_output=True)
        if done.returncode or not target.exists():
            raise SetupError(f"{' '.join(command)} failed:\n{done.stderr[-4000:]}")
        template = polib.pofile(str(target))
    for key in NOT_KEPT:
        template.metadata.pop(key, None)
    return template


def merge(template, old, lang):
    """A catalogue with the terms of `template` and the translations of `old`."""
    known = {one_line(entry.msgid): entry for entry in old if entry.msgstr}
    new = polib.POFile(wrapwidth=template.wrapwidth)
    new.header = template.header
    new.metadata = {**template.metadata, "Language": lang, "Plural-Forms": PLURALS[lang[:2]]}
    used = set()
    for entry in template:
        # two terms may differ in their line breaks only
        before = known.get(one_line(entry.msgid))
        used.add(one_line(entry.msgid))
        if before or "_" not in lang:
            new.append(polib.POEntry(
                msgid=entry.msgid, msgstr=before.msgstr if before else "",
                comment=entry.comment, occurrences=entry.occurrences))
    if new.untranslated_entries():
        for text, entry in known.items():
            if text not in used:
                new.append(polib.POEntry(msgid=entry.msgid, msgstr=entry.msgstr, obsolete=True))
    return new


def one_line(text):
    """A text without the line breaks and indentation of the file it was written in."""
    return " ".join(text.split())


def save(catalogue, path):
    """Write a catalogue unless the file says the same already."""
    text = f"{catalogue}\n"
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SetupError as error:
        print(f"ERROR: {error}", file=sys.stderr)
        sys.exit(1)
