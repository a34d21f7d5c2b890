"""Validates OpenAPI documents with openapi-spec-validator. Reads `{documents}` from standard input; writes, for each document in
turn, the list of what is wrong with it.
"""

import json
import sys

from openapi_spec_validator import OpenAPIV31SpecValidator


def main():
    documents = json.load(sys.stdin)["documents"]
    json.dump([faults(document) for document in documents], sys.stdout)


def faults(document):
    if document.get("openapi") != "3.1.0":
        return [f"not a document of OpenAPI 3.1.0: {document.get('openapi')}"]
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in OpenAPIV31SpecValidator(document).iter_errors()]


main()
