"""The words of `tone`, a file per language: `[family]`, then its phrases, one a line (`phrases`).

Beside the families of `tone.SEVERITY` there are `allow`, what sounds alike and is harmless, and
the items of `form.CHECKLIST` that words can fulfil. A family's phrases are what letters
of collectors say in Spain, Latin America, the United Kingdom, the United
States, Brazil and Portugal and their authorities forbid them to say (CONDUSEF 2014, Ley 2300/2023,
Ley 29571 art. 62, Código de Defesa do Consumidor art. 42, FDCPA § 806-807, FCA CONC 7).
"""

from pathlib import Path


def _read(path):
    """((family, phrase), …) of a file."""
    family, found = None, []
    for line in map(str.strip, path.read_text(encoding="utf-8").splitlines()):
        if line.startswith("[") and line.endswith("]") and " " not in line:
            family = line[1:-1]
        elif line and not line.startswith("#"):
            found.append((family, line))
    return tuple(found)


LANGUAGES = {path.stem: _read(path) for path in sorted(Path(__file__).parent.glob("*.txt"))}
