"""What may know what: the engine nothing of Odoo, the core nothing of its siblings, the
repository nothing of the machine it was written on.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "cobranza_dunning"
ENGINE = CORE / "engine"
DOCUMENTED_REASONS = ROOT / "docs" / "concepts.md"

#: What the engine may import beside the standard library; holidays for the contact rules.
ENGINE_MAY_IMPORT = {"dateutil", "holidays"}
#: What one of its files may import as well.
ONE_MAY_IMPORT = {"words.py": {"num2words"}}
#: Odoo's addons and our own that extend the core, and so may not be known to it.
SIBLINGS = re.compile(r"(sale|queue_job|cobranza_dunning)_\w+|sale|queue_job|project|industry_fsm")
#: A clock in the engine would hide a date that the caller didn't choose.
CLOCKS = {"today", "now", "utcnow"}
#: What these public methods answer goes nowhere: no script calls them.
NOT_OVER_RPC = {"update_db_foreign_key", "begin"}
#: Packages come from wherever the machine's own tools are told to get them.
REGISTRIES = re.compile(
    r"//[\w.-]*(debian|ubuntu|pypi|pythonhosted|npmjs|yarnpkg|golang)[\w-]*\.\w+", re.IGNORECASE
)
#: Rules are explained where they are, not by numbers of a document that isn't in the repository.
ELSEWHERE = re.compile(r"\bDESIGN\b|[Dd]esign rule")


def modules(folder):
    """The Python files below a folder, as pytest parameters named by their path."""
    return [
        pytest.param(path, id=str(path.relative_to(ROOT))) for path in sorted(folder.rglob("*.py"))
    ]


def parse(path):
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(path):
    """Yield (level, dotted name) for each import of a file; level counts the leading dots."""
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [node.module] if node.module else []
            yield from ((node.level, ".".join([*base, alias.name])) for alias in node.names)


def tracked_files():
    """The text files of the repository, also those that are about to be added."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = ROOT / name
        if path.is_file() and path != Path(__file__).resolve():
            content = path.read_bytes()
            if b"\0" not in content[:8000]:
                yield name, content.decode("utf-8", "replace")


def lines_with(pattern):
    """Return "file:line: text" for each line of the repository that the pattern is found in."""
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in tracked_files()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


# --- The engine -----------------------------------------------------------------------------


def test_there_is_an_engine_to_look_at():
    assert len(modules(ENGINE)) > 5


@pytest.mark.parametrize("path", modules(ENGINE))
def test_the_engine_imports_itself_and_the_standard_library_only(path):
    depth = len(path.relative_to(ENGINE).parts)
    allowed = sys.stdlib_module_names | ENGINE_MAY_IMPORT | ONE_MAY_IMPORT.get(path.name, set())
    for level, name in imports(path):
        if level:
            assert level <= depth, f"{path.name} imports {name} from outside the engine"
        else:
            assert name.split(".")[0] in allowed, f"{path.name} imports {name}"


@pytest.mark.parametrize("path", modules(ENGINE))
def test_the_engine_reads_no_clock(path):
    read = [
        ast.unparse(node)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
    ]
    assert not read
    assert "time" not in [name.split(".")[0] for _level, name in imports(path)]


@pytest.mark.parametrize("path", modules(ENGINE))
def test_everything_in_the_engine_says_what_it_does(path):
    tree = parse(path)
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    silent = [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, definitions) and not ast.get_docstring(node)
    ]
    assert ast.get_docstring(tree), "the module has no docstring"
    assert not silent


def test_the_engine_is_imported_without_odoo():
    """In a fresh interpreter, with nothing but the addon's folder on the path."""
    names = [path.stem for path in ENGINE.glob("*.py") if path.stem != "__init__"]
    code = f"import sys; sys.path.insert(0, {str(CORE)!r}); " + "; ".join(
        f"import engine.{name}" for name in names
    )
    subprocess.run([sys.executable, "-c", code + "; assert 'odoo' not in sys.modules"], check=True)


def _reason_codes():
    """The keys of REASONS, read without importing it."""
    for node in parse(ENGINE / "reasons.py").body:
        if isinstance(node, ast.Assign) and node.targets[0].id == "REASONS":
            return [key.value for key in node.value.keys]
    raise AssertionError("reasons.py has no REASONS")


@pytest.mark.parametrize("code", _reason_codes())
def test_every_reason_is_documented(code):
    assert f"`{code}`" in DOCUMENTED_REASONS.read_text(encoding="utf-8")


# --- The core and its siblings --------------------------------------------------------------


@pytest.mark.parametrize("path", modules(CORE))
def test_the_core_imports_no_sibling(path):
    for _level, name in imports(path):
        parts = name.split(".")
        addon = parts[2] if parts[:2] == ["odoo", "addons"] and len(parts) > 2 else parts[0]
        assert not SIBLINGS.fullmatch(addon), f"{path.name} imports {name}"


def test_the_core_depends_on_no_sibling():
    manifest = ast.literal_eval((CORE / "__manifest__.py").read_text(encoding="utf-8"))
    assert [addon for addon in manifest["depends"] if SIBLINGS.fullmatch(addon)] == []


# --- The repository -------------------------------------------------------------------------


def test_no_registry_is_named():
    assert lines_with(REGISTRIES) == []


@pytest.mark.parametrize(
    "host, found",
    [("x.debian.", True), ("pypi.", True), ("x.npmjs.", True), ("www.example.", False)],
)
def test_what_counts_as_a_registry(host, found):
    assert bool(REGISTRIES.search(f"https://{host}org/x")) is found


def test_no_document_from_elsewhere_is_named():
    assert lines_with(ELSEWHERE) == []


def test_odoos_own_runner_finds_every_test():
    tests = CORE / "tests"
    named = set(re.findall(r"\btest_\w+", (tests / "__init__.py").read_text("utf-8")))
    assert named == {path.stem for path in tests.glob("test_*.py")}


def public_methods(path):
    """The methods of a file's classes that a script may call."""
    for node in parse(path).body:
        if isinstance(node, ast.ClassDef):
            yield from (
                one
                for one in node.body
                if isinstance(one, ast.FunctionDef)
                and not one.name.startswith("_")
                and one.name not in NOT_OVER_RPC
            )


def answers(statement):
    """Whether a statement that ends a method answers something, or refuses, whatever happens."""
    if isinstance(statement, ast.Return):
        return statement.value is not None and ast.unparse(statement.value) != "None"
    if isinstance(statement, ast.If):
        branches = (statement.body, statement.orelse)
        return all(branch and answers(branch[-1]) for branch in branches)
    return isinstance(statement, ast.Raise)


@pytest.mark.parametrize(
    "path", [*modules(CORE / "models"), *modules(CORE / "wizard")]
)  # fmt: skip
def test_public_methods_answer_something(path):
    """XML-RPC has no None: it would report an error of what was done and committed."""
    silent = []
    for method in public_methods(path):
        ends = [one for one in ast.walk(method) if isinstance(one, ast.Return)]
        if not all(map(answers, [*ends, method.body[-1]])):
            silent.append(method.name)
    assert silent == []
