"""The description of the routes, validated and exercised."""
import importlib.util
import json
import pathlib
import shutil
import subprocess
import sys
import urllib.request

from .system import Skipped


def check(system):
    """Validates /openapi.json, and sends requests that schemathesis generates from it."""
    if importlib.util.find_spec("openapi_spec_validator") is None:
        raise Skipped("openapi-spec-validator is not installed; PyPI: pip install openapi-spec-validator")
    from openapi_spec_validator import validate
    port = system.start_example()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/openapi.json", timeout=10) as response:
        document = json.load(response)
    validate(document)
    count = sum(len(methods) for methods in document["paths"].values())
    assert count >= 3, f"only {count} operations are described"
    beside = pathlib.Path(sys.executable).parent / "schemathesis"
    schemathesis = str(beside) if beside.exists() else shutil.which("schemathesis")
    if schemathesis is None:
        raise Skipped(f"the document is valid ({count} operations); schemathesis is not installed; PyPI: pip install schemathesis")
    result = subprocess.run(
        [
            schemathesis, "run", f"http://127.0.0.1:{port}/openapi.json", "--max-examples=50", "--seed=24",
            "--checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance",
            "--phases=examples,coverage,fuzzing", "--generation-database=none",
        ], cwd=system.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=540)
    assert result.returncode == 0, f"schemathesis found faults:\n{result.stdout[-6000:]}"
    return f"{count} operations are valid, and schemathesis found no faults"
