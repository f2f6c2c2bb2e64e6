"""A browser without a window, by the WebDriver protocol over HTTP (w3.org/TR/webdriver2); nothing but Python's own library."""
import base64
import ctypes
import json
import os
import re
import subprocess
import tempfile
import urllib.error
import urllib.request

import numpy as np

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # so the standard calls a reference to an element


class Browser:
    """Chromium, with a view of `size` pixels. WebGL is drawn by the processor (SwiftShader), or not at all."""

    def __init__(self, size=(1280, 720), webgl=True, dark=False):
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
        arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", f"--window-size={size[0]},{size[1]}",
                     "--force-device-scale-factor=1", "--hide-scrollbars", "--force-prefers-reduced-motion"]
        arguments += ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"] if webgl else ["--disable-3d-apis"]
        options = {"binary": "/usr/bin/chromium", "args": arguments}
        session = self.ask("POST", "/session", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
        self.root += f"/session/{session['sessionId']}"
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

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

    def command(self, name, **parameters):
        """A command of Chromium's own protocol."""
        return self.ask("POST", "/goog/cdp/execute", {"cmd": name, "params": parameters})

    def open(self, path, fragment=""):
        """Loads the page anew, whatever was shown before."""
        self.ask("POST", "/url", {"url": "about:blank"})
        self.ask("POST", "/url", {"url": path.resolve().as_uri() + fragment})

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

    def screenshot(self):
        """The window as PNG bytes."""
        return base64.b64decode(self.ask("GET", "/screenshot"))

    def mouse(self, *steps):
        """Steps: ("move", element, x from its middle, y), ("to", x in the window, y), ("down",), ("up",)."""
        kinds = {"move": lambda e, x, y: {"type": "pointerMove", "duration": 60, "origin": {ELEMENT: e}, "x": x, "y": y},
                 "to": lambda x, y: {"type": "pointerMove", "duration": 0, "origin": "viewport", "x": x, "y": y},
                 "down": lambda: {"type": "pointerDown", "button": 0}, "up": lambda: {"type": "pointerUp", "button": 0}}
        self.ask("POST", "/actions", {"actions": [{"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"},
                                                   "actions": [kinds[s[0]](*s[1:]) for s in steps]}]})

    def double_click(self, x, y):
        """In the window. Chromium is told that the second click belongs to the first: while the processor draws, WebDriver's clicks may be too slow for that."""
        for count in (1, 2):
            for kind in ("mousePressed", "mouseReleased"):
                self.command("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)

    def key(self, kind, value):
        """kind: keyDown or keyUp."""
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "keys", "actions": [{"type": kind, "value": value}]}]})

    def drag(self, element, start, end, key=None):
        if key:
            self.key("keyDown", key)
        middle = [round((a + b) / 2) for a, b in zip(start, end)]
        self.mouse(("move", element, *start), ("down",), ("move", element, *middle), ("move", element, *end), ("up",))
        if key:
            self.key("keyUp", key)

    def wheel(self, element, x, y, down, key=None):
        if key:
            self.key("keyDown", key)
        self.ask("POST", "/actions", {"actions": [{"type": "wheel", "id": "wheel", "actions": [
            {"type": "scroll", "origin": {ELEMENT: element}, "x": x, "y": y, "deltaX": 0, "deltaY": down, "duration": 0}]}]})
        if key:
            self.key("keyUp", key)

    def settle(self):
        """Waits until two pictures have been drawn since."""
        self.ask("POST", "/execute/async", {"script": "const done = arguments[0];"
                 "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 30)));", "args": []})

    def complaints(self):
        """Errors on the console since the last call."""
        return [e["message"] for e in self.ask("POST", "/se/log", {"type": "browser"}) if e["level"] in ("SEVERE", "WARNING")]


class PngImage(ctypes.Structure):
    """png_image of libpng's simplified interface (png.h)."""
    _fields_ = [("opaque", ctypes.c_void_p)] + [(name, ctypes.c_uint32) for name in (
        "version", "width", "height", "format", "flags", "colormap_entries", "warning_or_error")] + [("message", ctypes.c_char * 64)]


def read_png(data):
    """Pixels, height × width × 3; transparency is laid on white."""
    png = ctypes.CDLL("libpng16.so.16")
    image = PngImage(version=1)
    white = (ctypes.c_uint8 * 3)(255, 255, 255)
    if not png.png_image_begin_read_from_memory(ctypes.byref(image), data, ctypes.c_size_t(len(data))):
        raise ValueError(image.message.decode())
    image.format = 2  # PNG_FORMAT_RGB
    out = np.zeros((image.height, image.width, 3), np.uint8)
    if not png.png_image_finish_read(ctypes.byref(image), white, out.ctypes.data_as(ctypes.c_void_p), 3 * image.width, None):
        raise ValueError(image.message.decode())
    return out
