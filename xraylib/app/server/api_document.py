"""The HTTP API as an OpenAPI document, for programs that read one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xraylib.json_values import JsonObject, JsonValue
from xraylib.version import VERSION

_STRINGS: JsonObject = {"type": "array", "items": {"type": "string"}}
_SHARE: JsonObject = {"type": "number", "minimum": 0, "maximum": 1}
_TEXT: JsonObject = {"type": "string"}
_BOOLEAN: JsonObject = {"type": "boolean"}

_OPERATING: JsonObject = {
    "type": "object",
    "description": "By class that has one, the threshold from which an X-ray is flagged, who chose "
    "it, and under test what it did on test images, with 95 % intervals.",
    "additionalProperties": {
        "type": "object",
        "required": ["threshold", "band", "chosen_by", "rests_on", "too_few", "test"],
        "properties": {
            "threshold": {"type": "number"},
            "band": {"type": ["array", "null"], "items": {"type": "number"}},
            "chosen_by": _TEXT,
            "rests_on": {"type": "integer"},
            "too_few": _BOOLEAN,
            "test": {"type": ["object", "null"]},
        },
    },
}

_SCHEMAS: Mapping[str, JsonObject] = {
    "Error": {
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["code", "message"],
                "properties": {"code": _TEXT, "message": _TEXT},
            }
        },
    },
    "Models": {
        "type": "object",
        "required": ["notice", "models"],
        "properties": {
            "notice": _TEXT,
            "models": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["name", "version", "classes"],
                    "properties": {
                        "name": _TEXT,
                        "version": {"type": "integer"},
                        "classes": _STRINGS,
                        "operating": _OPERATING,
                    },
                },
            },
        },
    },
    "Classified": {
        "type": "object",
        "required": ["notice", "model", "films"],
        "properties": {
            "notice": _TEXT,
            "model": {
                "type": "object",
                "required": ["name", "version", "synthetic"],
                "properties": {
                    "name": _TEXT,
                    "version": {"type": "integer"},
                    "synthetic": {"type": "boolean"},
                    "metrics": {
                        "type": "object",
                        "description": "On n images that it was tested with.",
                    },
                    "how_good": {
                        "type": "string",
                        "description": "The same in a sentence, with what training knew of these "
                        "images and what is reached on them without looking at the anatomy.",
                    },
                    "operating": _OPERATING,
                },
            },
            "films": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": [
                        "file",
                        "status",
                        "label",
                        "probabilities",
                        "warnings",
                        "error",
                        "would_have_said",
                    ],
                    "properties": {
                        "file": _TEXT,
                        "status": {
                            "enum": ["ok", "cannot-judge", "refused"],
                            "description": "cannot-judge: the X-ray is unlike those that the model "
                            "can judge; refused: it cannot be read. Either way there is no answer.",
                        },
                        "label": {
                            "type": ["string", "null"],
                            "description": "Null where there is no answer, and of a model of "
                            "findings, of which an X-ray may show several, or none.",
                        },
                        "probabilities": {
                            "type": "object",
                            "additionalProperties": _SHARE,
                            "description": "Empty where there is no answer.",
                        },
                        "findings": {
                            "type": "object",
                            "additionalProperties": {
                                "type": "object",
                                "required": ["probability", "flagged"],
                                "properties": {"probability": _SHARE, "flagged": _BOOLEAN},
                            },
                            "description": "Of a model of findings alone; empty where there is no "
                            "answer. Flagged: the finding's threshold is reached.",
                        },
                        "uncertain": _BOOLEAN,
                        "flagged": {"type": ["array", "null"], "items": _TEXT},
                        "warnings": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "required": ["code", "message", "refuses"],
                                "properties": {
                                    "code": _TEXT,
                                    "message": _TEXT,
                                    "refuses": {
                                        "type": "boolean",
                                        "description": "Whether there is no answer for it.",
                                    },
                                },
                            },
                        },
                        "error": {"type": ["object", "null"]},
                        "would_have_said": {
                            "type": "object",
                            "additionalProperties": _SHARE,
                            "description": "What the network gave for an X-ray that it cannot "
                            "judge. It is no answer; empty for every other X-ray.",
                        },
                    },
                },
            },
        },
    },
}


def openapi(server: str, models: Sequence[str]) -> JsonObject:
    """The document, in version 3.1 of the OpenAPI specification.

    Args:
        server: Scheme, host and port, as the asker sees them.
        models: Names that ``model`` may have; none where they are not to be told.
    """
    binary: JsonObject = {"schema": {"type": "string", "format": "binary"}}
    several: JsonObject = {
        "schema": {
            "type": "object",
            "required": ["film"],
            "properties": {
                "film": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"type": "string", "format": "binary"},
                }
            },
        }
    }
    raw = ("application/octet-stream", "application/dicom", "image/png", "image/jpeg")
    content: JsonObject = dict.fromkeys(raw, binary)
    body: JsonObject = {
        "required": True,
        "content": {**content, "multipart/form-data": several},
    }
    name: JsonObject = {"type": "string", **({"enum": list(models)} if models else {})}
    parameter: JsonObject = {
        "name": "model",
        "in": "query",
        "required": False,
        "schema": name,
        "description": "Needed where several models of one's own are published.",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "X-ray Lab",
            "version": VERSION,
            "description": "Research and education only. Not a medical device.",
        },
        "servers": [{"url": server}],
        "security": [{"key": []}],
        "paths": {
            "/api/v1/models": {
                "get": {
                    "summary": "The published models in use",
                    "responses": _answers("Models", (401, 403, 503)),
                }
            },
            "/api/v1/classify": {
                "post": {
                    "summary": "What a model says of one X-ray or of several",
                    "parameters": [parameter],
                    "requestBody": body,
                    "responses": {
                        **_answers("Classified", (400, 401, 403, 404, 408, 413, 415, 429, 503)),
                        "422": _answer("Classified", "No file could be judged."),
                    },
                }
            },
        },
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(_SCHEMAS),
        },
    }


def _answers(schema: str, refusals: Sequence[int]) -> JsonObject:
    found: dict[str, JsonValue] = {"200": _answer(schema, "As asked.")}
    return found | {str(status): _answer("Error", "Refused, with why.") for status in refusals}


def _answer(schema: str, description: str) -> JsonObject:
    reference: JsonObject = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    return {"description": description, "content": {"application/json": reference}}
