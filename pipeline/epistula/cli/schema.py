"""`epistula schema`: the JSON Schema of an annotation record."""

import typer


def schema() -> None:
    """Print the JSON Schema of an annotation record."""
    import json

    from epistula.labels import json_schema

    typer.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
