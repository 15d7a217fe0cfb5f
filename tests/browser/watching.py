"""What no page may do: ask another host, break the policy, throw, or answer with a fault."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

# Breaches are also told in the console, but not all of them and not in every browser.
TELL_BREACHES = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`Policy: ${event.violatedDirective} refused ${event.blockedURI} at ${event.sourceFile}`));
"""
OWN_SCHEMES = {"data", "blob", "about"}


class Watch:
    """Follows everything a browser window does, and remembers what was wrong."""

    def __init__(self, site: str) -> None:
        self.host = urlsplit(site).netloc
        self.wrongs: list[str] = []
        self.excused: list[re.Pattern[str]] = []

    def excuse(self, pattern: str) -> None:
        """A test that makes trouble itself says what trouble it expects."""
        self.excused.append(re.compile(pattern))

    def follow(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_BREACHES)
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def found(self) -> list[str]:
        return [wrong for wrong in self.wrongs if not any(pattern.search(wrong) for pattern in self.excused)]

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in OWN_SCHEMES and address.netloc != self.host:
            self.wrongs.append(f"asked another host: {request.url}")

    def _response(self, response: Response) -> None:
        missing = response.status == 404 and "/static/" in response.url
        if response.status >= 500 or missing:
            self.wrongs.append(f"answered {response.status}: {response.request.method} {response.url}")

    def _console(self, message: ConsoleMessage) -> None:
        # What could not be loaded is judged by its answer: a 404 page is no fault, and neither is a cut network.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.wrongs.append(f"console: {message.text}")

    def _error(self, error: WebError) -> None:
        # The browser's own word on a cross-fade between pages that it left out; no script of ours waits for one.
        if not re.match(r"Transition was (aborted|skipped)", str(error.error)):
            self.wrongs.append(f"threw: {error.error}")
