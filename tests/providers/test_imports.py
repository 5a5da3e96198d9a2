"""What must not happen on the way to the first window."""

import subprocess
import sys


def loaded_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_the_http_client_is_not_imported_before_it_is_needed():
    code = "from desktop import providers\nfrom desktop.providers import registry, address, discovery, base, tour"
    assert not {"httpx", "httpcore", "anyio"} & loaded_after(code)
    assert "httpx" not in loaded_after("import asyncio\nfrom desktop import providers\nasyncio.run(providers.aclose())")


def test_genai_prices_is_imported_only_where_its_list_is_converted():
    code = "from desktop.services import prices\nprices.price_sources.bundled_version()"
    assert not {"genai_prices", "pydantic", "httpx", "httpx2"} & loaded_after(code)


def test_preloading_leaves_nothing_for_the_first_request():
    code = "from desktop import providers\nproviders.preload()"
    assert {"httpx", "httpcore", "anyio._backends._asyncio"} <= loaded_after(code)
