"""The page of the HTTP API, from its OpenAPI document and the refusals in its source."""

from __future__ import annotations

import ast
from typing import Any, Final

from scripts.reference.error_source import Reader
from scripts.reference.markdown import cell, heading, table
from scripts.reference.python_source import called, functions
from xraylib.app.server.api_document import openapi

_HOME: Final = "xraylib.app.server.api"


def refusals() -> list[tuple[str, str, str]]:
    """Status, code and words of everything that the API refuses by itself."""
    found = set()
    for function in functions():
        for node in function.nodes if function.module == _HOME else ():
            if isinstance(node, ast.Call) and called(node) == "Refusal":
                status, code, words = (Reader(function, {}).texts(one) for one in node.args[:3])
                found |= {(status[0], code[0], text) for text in words}
    return sorted(found)


def page() -> str:
    """Every address and every refusal."""
    document: Any = openapi("https://xrays.example.org", ["phantom-demo"])
    parts = [
        "# HTTP API\n",
        "Off unless the host gives out keys: see [Hosting](../hosting.md). "
        "`GET /api/v1/openapi.json` answers with the whole document for programs.\n",
    ]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts.append(heading(2, f"`{method.upper()} {path}`", f"http{path.replace('/', '-')}"))
            parts.append(operation["summary"] + ".\n")
            if types := operation.get("requestBody", {}).get("content"):
                parts.append("Takes " + ", ".join(f"`{one}`" for one in types) + ".\n")
            rows = [
                [f"`{status}`", cell(answer["description"])]
                for status, answer in operation["responses"].items()
            ]
            parts.append(table(["status", "what it says"], rows))
    parts.append("## Refusals\n")
    parts.append('A refusal is `{"error": {"code": …, "message": …}}`.\n')
    rows = [[f"`{code}`", f"`{status}`", cell(words)] for status, code, words in refusals()]
    parts.append(table(["code", "status", "message"], rows))
    return "\n".join(parts)
