# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A headless Chromium, told what to do through the pipe that it offers for that (Chrome DevTools Protocol)."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

#: The program; None where there is none.
PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

#: Seconds for one answer; a page of 200 clusters takes one or two on a busy machine.
_PATIENCE = 120

#: axe-core, which finds what is not accessible.
_AXE = Path(sysconfig.get_path("purelib")) / "axe_playwright_python/axe.min.js"

_KEYS = {"Tab": 9, "ArrowRight": 39, "ArrowDown": 40}

_VIOLATIONS = """
(async (ofColours) => {
  // In another window, a page has work to do when it is drawn.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const looks = (one) => one ? `${one.localName}.${one.className} ` : "";
  const alike = new Map();
  for (const one of document.body.querySelectorAll("*")) {
    const written = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!written || !one.checkVisibility()) continue;
    const three = [one, one.parentElement, one.parentElement.parentElement].map(looks).join();
    if (!alike.has(three)) alike.set(three, one);
  }
  const others = {resultTypes: ["violations"], rules: {"color-contrast": {enabled: false}}};
  const rest = ofColours ? [] : (await axe.run(document, others)).violations;
  const contrast = await axe.run({include: [...alike.values()]}, {runOnly: ["color-contrast"]});
  return [...rest, ...contrast.violations].flatMap(
    (one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")}: ${node.failureSummary}`)
  );
})
"""

_QUIET = ("Network.requestWillBeSent", "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")


class Browser:
    """One page. Everything that it asks of the network, and complains of, is kept.

    Attributes:
        requests: the URLs that the page asked for, the page itself included.
        complaints: what the page wrote to the console, what it threw, and what the browser refused it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._number = 0
        self._session: str | None = None
        self._buffer = b""

    def __enter__(self) -> Browser:
        assert PROGRAM is not None
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()
        # It reads commands from descriptor 3, and answers on 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{commands} 4>&{answers}', "bash", PROGRAM, *self._options()],
            pass_fds=(commands, answers),
            env={**os.environ, "HOME": str(self._folder)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        try:
            target = self.call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Network", "Log"):
                self.call(f"{domain}.enable")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        os.close(self._write)  # it ends when nobody can tell it anything any more
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._read)

    def _options(self) -> Sequence[str]:
        return (
            "--headless",
            "--remote-debugging-pipe",
            "--no-sandbox",  # which root may not have
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--no-first-run",
            f"--user-data-dir={self._folder / 'chromium'}",
        )

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """One command, and its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, *_others = select.select([self._read], [], [], _PATIENCE)
            assert ready, f"Chromium did not answer within {_PATIENCE} s"
            part = os.read(self._read, 1 << 20)
            assert part, "Chromium ended"
            self._buffer += part
        text, _nul, self._buffer = self._buffer.partition(b"\0")
        answer: dict[str, Any] = json.loads(text)
        self._note(answer.get("method"), answer.get("params", {}))
        return answer

    def _note(self, event: str | None, params: dict[str, Any]) -> None:
        if event == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif event in _QUIET:
            self.complaints.append(json.dumps(params))

    def open(self, path: Path) -> None:
        """Load a file, and wait until it is there."""
        self.call("Page.navigate", url="about:blank")  # or one that differs in its fragment alone stays as it is
        self.call("Page.navigate", url=path.as_uri())
        deadline = time.monotonic() + _PATIENCE
        while self.evaluate("location.href + document.readyState") != f"{path.as_uri()}complete":
            assert time.monotonic() < deadline, f"the page was not loaded within {_PATIENCE} s"
            time.sleep(0.02)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, which may do what only users may, such as copy."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Press a key, by the name that the browser has for it."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=_KEYS[key])

    def copied(self) -> str:
        """The text in the clipboard."""
        self.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        text: str = self.evaluate("navigator.clipboard.readText()")
        return text

    def look(self, *, width: int = 1280, height: int = 900, dark: bool = False, media: str = "screen") -> None:
        """See the page through another window."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=media, features=[feature])

    def violations(self, *, of_colours: bool = False) -> list[str]:
        """What axe-core finds wrong with the page as it is shown now, good practice included: rule, element, and why.

        The contrast is measured once for all that have the same classes, as their parents have: it takes a minute for a
        page of thousands of elements, of which most look alike.

        :param of_colours: only those, such as in another theme of a page that was looked at.
        """
        if not self.evaluate("'axe' in window"):
            self.evaluate(_AXE.read_text(encoding="utf-8"))
        found: list[str] = self.evaluate(f"{_VIOLATIONS}({json.dumps(of_colours)})")
        return found

    def screenshot(self, path: Path, *, whole: bool = False) -> None:
        """Keep what is seen as PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(shot["data"]))

    def print(self, path: Path) -> None:
        """Keep what is printed on A4 as PDF."""
        self.call("Emulation.setEmulatedMedia", media="print")  # not what look() chose
        printed = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, printBackground=True)
        path.write_bytes(base64.b64decode(printed["data"]))
