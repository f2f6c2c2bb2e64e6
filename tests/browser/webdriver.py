"""A browser without a window, by the WebDriver protocol over HTTP (w3.org/TR/webdriver2); nothing but Python's own library."""
import base64
import json
import os
import re
import struct
import subprocess
import tempfile
import urllib.error
import urllib.request
import zlib

import numpy as np

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # so the standard calls a reference to an element


class Browser:
    """Chromium. WebGL is drawn by the processor (SwiftShader), or not at all."""

    def __init__(self, webgl=True):
        self.home = tempfile.TemporaryDirectory(prefix="cytomo-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       text=True, env=dict(os.environ, HOME=self.home.name, TMPDIR=self.home.name))
        for line in self.driver.stdout:
            started = re.search(r"started successfully on port (\d+)", line)
            if started:
                break
        else:
            raise RuntimeError("chromedriver did not start")
        self.root = f"http://127.0.0.1:{started[1]}"
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1000,720",
                     "--force-device-scale-factor=1", "--hide-scrollbars", "--force-prefers-reduced-motion"]
        arguments += ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] if webgl else ["--disable-3d-apis"]
        options = {"binary": "/usr/bin/chromium", "args": arguments}
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.root += f"/session/{session['sessionId']}"

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=20)
            self.driver.stdout.close()
            self.home.cleanup()

    def ask(self, method, path, body=None):
        data = json.dumps(body if body is not None else {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.root + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {json.load(error)['value']['message']}") from None

    def open(self, path):
        self.ask("POST", "/url", {"url": path.resolve().as_uri()})

    def run(self, script, *arguments):
        """The value that a function body in JavaScript returns."""
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def find(self, selector):
        return self.ask("POST", "/element", {"using": "css selector", "value": selector})[ELEMENT]

    def find_all(self, selector):
        return [e[ELEMENT] for e in self.ask("POST", "/elements", {"using": "css selector", "value": selector})]

    def click(self, element):
        self.ask("POST", f"/element/{element}/click")

    def keys(self, element, text):
        self.ask("POST", f"/element/{element}/value", {"text": text})

    def picture(self, element, file=None):
        """What the element looks like on the screen: height × width × 3."""
        png = base64.b64decode(self.ask("GET", f"/element/{element}/screenshot"))
        if file:
            file.write_bytes(png)
        return read_png(png)

    def mouse(self, *steps):
        """Steps: ("move", element, x from its middle, y), ("down",), ("up",)."""
        kinds = {"move": lambda e, x, y: {"type": "pointerMove", "duration": 60, "origin": {ELEMENT: e}, "x": x, "y": y},
                 "down": lambda: {"type": "pointerDown", "button": 0}, "up": lambda: {"type": "pointerUp", "button": 0}}
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                                   "actions": [kinds[s[0]](*s[1:]) for s in steps]}]})

    def drag(self, element, start, end, key=None):
        if key:
            self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [{"type": "keyDown", "value": key}]}]})
        middle = [round((a + b) / 2) for a, b in zip(start, end)]
        self.mouse(("move", element, *start), ("down",), ("move", element, *middle), ("move", element, *end), ("up",))
        if key:
            self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [{"type": "keyUp", "value": key}]}]})

    def wheel(self, element, x, y, down):
        self.ask("POST", "/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "origin": {ELEMENT: element}, "x": x, "y": y, "deltaX": 0, "deltaY": down, "duration": 0}]}]})

    def settle(self):
        """Waits until two pictures have been drawn since."""
        self.ask("POST", "/execute/async", {"script": "const done = arguments[0];"
                 "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));", "args": []})

    def complaints(self):
        """Errors on the console since the last call."""
        return [e["message"] for e in self.ask("POST", "/se/log", {"type": "browser"}) if e["level"] in ("SEVERE", "WARNING")]


def read_png(data):
    """Pixels of an 8-bit PNG without interlacing; transparency is dropped."""
    at, packed = 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"IHDR":
            width, height, bits, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            if bits != 8 or colour not in (2, 6) or interlaced:
                raise ValueError("not a plain picture")
        if kind == b"IDAT":
            packed += body
        at += 12 + length
    n = 3 if colour == 2 else 4
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + width * n)
    out = np.zeros((height, width * n), np.uint8)
    above = np.zeros(width * n, np.uint8)
    for y, row in enumerate(rows):
        kind, line = row[0], row[1:]
        if kind == 0:
            now = line
        elif kind == 1:  # sums along the row, channel by channel
            now = np.cumsum(line.reshape(-1, n), axis=0, dtype=np.uint64).astype(np.uint8).ravel()
        elif kind == 2:
            now = line + above
        else:
            now = unfiltered(line.tolist(), above.tolist(), n, kind)
        out[y] = above = np.asarray(now, np.uint8)
    return out.reshape(height, width, n)[..., :3]


def unfiltered(line, above, n, kind):
    """A row whose pixels depend on the one before and the one above (filters 3 and 4 of the standard)."""
    now = [0] * n + line
    up = [0] * n + above
    for i in range(n, len(now)):
        a, b, c = now[i - n], up[i], up[i - n]
        if kind == 3:
            guess = (a + b) // 2
        else:
            p = a + b - c
            away = (abs(p - a), abs(p - b), abs(p - c))
            guess = (a, b, c)[away.index(min(away))]
        now[i] = (now[i] + guess) & 255
    return now[n:]
