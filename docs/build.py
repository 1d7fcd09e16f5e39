"""Write the parts of the docs that follow from the code: docs/labels.md, docs/schema.json, docs/cli.md,
the corpora in docs/benchmarks.md, the example and the scores in the README.

    python docs/build.py [--check]

With `--check` nothing is written, and the exit status is 1 when a part is not what the code gives.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from typer.testing import CliRunner

from epistula.benchmark.mapping import load_mapping, shipped
from epistula.cli import app
from epistula.evaluate.counts import Counts
from epistula.jsonl import ANNOTATION, write_text
from epistula.labels import all_labels, json_schema
from epistula.labels.label import Attribute, Label
from epistula.nlp import annotate, load
from epistula.pdf import read_pdf

HERE = Path(__file__).parent
RUN = "Run `make docs`."


def label_table() -> str:
    """Return the table of labels, attributes and relations as Markdown."""
    return "\n".join(
        [
            "# Labels",
            "",
            "Written by `make docs` from the declarations in `pipeline/epistula/labels/*/__init__.py`.",
            "What each means and where its span ends: [the guideline](../annotations/GUIDELINE.md).",
            "",
            "| label | what it is | attributes | relations |",
            "|---|---|---|---|",
            *(_row(label) for _, label in sorted(all_labels().items())),
            "",
        ]
    )


def _row(label: Label) -> str:
    attributes = "<br>".join(_attributes(label)) or "none"
    relations = "<br>".join(f"`{name}` → {tail}" for name, tail in label.relations.items()) or "none as head"
    return f"| {label.name} | {label.description} | {attributes} | {relations} |"


def _attributes(label: Label) -> Iterator[str]:
    for attribute in label.attributes:
        yield f"`{attribute.name}`: {_values(attribute)}"
    if label.assertions:
        yield f"`assertion`: {', '.join(label.assertions)}"
        yield "`attribution`: own, cited, general"


def _values(attribute: Attribute) -> str:
    return ", ".join(attribute.values) or ("a count" if attribute.count else "text")


def command_help() -> str:
    """Return the help of the command line and of each command as Markdown."""
    parts = ["# Command line", "", "Written by `make docs`; the same as `epistula COMMAND --help`.", ""]
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]
    for command in ("", *names):
        arguments = [command, "--help"] if command else ["--help"]
        output = CliRunner().invoke(app, arguments, prog_name="epistula", env={"COLUMNS": "100"}).output
        parts += [f"## epistula {command}".rstrip(), "", "```", output.rstrip(), "```", ""]
    return "\n".join(parts)


def example() -> str:
    """Return a mention of a letter of the corpus as it stands in the annotation file, for the README.

    Boxes are rounded to whole points: the last digits depend on the version of PDFium.
    """
    letter = read_pdf(HERE.parent / "corpus" / "letters" / "reply-jak-adults.pdf")
    annotation = ANNOTATION.dump_python(next(annotate(load(), [letter])), mode="json")
    mention = next(m for m in annotation["spans"] if m.get("category") == "death" and m["attribution"] == "own")
    mention["boxes"] = [{name: round(value) for name, value in box.items()} for box in mention["boxes"]]
    parts = (f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in mention.items())
    return "{\n" + ",\n".join(parts) + "\n}"


def scores() -> str:
    """Return the accepted figures of the test split as a table."""
    found = json.loads((HERE.parent / "annotations" / "scores.json").read_text("utf-8"))["test"]
    rows = {label: Counts(*counts) for label, counts in found["labels"].items()}
    rows["all"] = sum(rows.values(), Counts())
    lines = ["| label | gold | precision | recall | F1 (strict) | 95 % |", "|---|---:|---:|---:|---:|---|"]
    for label, c in rows.items():
        figures = " | ".join("–" if value is None else f"{value:.3f}" for value in (c.precision, c.recall, c.f1))
        low, high = found["intervals"][label]
        lines.append(f"| {label} | {c.support} | {figures} | {low:.3f}–{high:.3f} |")
    return "\n".join(lines)


def readme() -> str:
    """Return the README with its example and its scores."""
    page = (HERE.parent / "README.md").read_text(encoding="utf-8")
    return _with(_with(page, "example", f"```json\n{example()}\n```"), "scores", scores())


def _with(page: str, name: str, part: str) -> str:
    """Return a page with its generated part of that name."""
    begin, end = f"<!-- {name}: written by make docs -->\n", f"<!-- end of {name} -->"
    head, rest = page.split(begin, 1)
    return f"{head}{begin}{part}\n{end}{rest.split(end, 1)[1]}"


def benchmarks() -> str:
    """Return the page on benchmarks with the corpora that mappings are shipped for."""
    page = (HERE / "benchmarks.md").read_text(encoding="utf-8")
    table = "\n".join(["| mapping | corpus | format | scored | licence |", "|---|---|---|---|---|", *_corpora()])
    notes = "\n".join(f"- **{name}**: {load_mapping(name).note} {load_mapping(name).citation}." for name in shipped())
    return _with(page, "corpora", f"{table}\n\n{notes}")


def _corpora() -> Iterator[str]:
    for name in shipped():
        mapping = load_mapping(name)
        scored = ", ".join(("given concepts, assertion",) if mapping.given else mapping.scored)
        yield f"| `{name}` | [{mapping.name}]({mapping.published}) | {mapping.format} | {scored} | {mapping.licence} |"


def generated() -> dict[Path, str]:
    """Return the generated files with their content."""
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
    return {
        HERE / "labels.md": label_table(),
        HERE / "cli.md": command_help(),
        HERE / "schema.json": schema,
        HERE / "benchmarks.md": benchmarks(),
        HERE.parent / "README.md": readme(),
    }


def main() -> int:
    """Write or check the generated files; return the exit status."""
    files = generated()
    stale = [p for p, text in files.items() if not p.exists() or p.read_text(encoding="utf-8") != text]
    if "--check" not in sys.argv[1:]:
        for path in stale:
            write_text(path, files[path])
        return 0
    for path in stale:
        print(f"{path.relative_to(HERE.parent)} is not what the code gives. {RUN}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
