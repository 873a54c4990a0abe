"""What everybody needs to use a page: axe-core finds nothing, nothing is cut on a small screen."""

from typing import cast

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page

AT_REST = """
() => document.getAnimations().every((one) => !(one instanceof CSSTransition) || one.playState !== 'running')
"""
"""No colour is on its way from one to another: contrast can be measured."""
WIDTHS = (1280, 360)
NARROW = (360, 320)


def check(page: Page, state: str, frame: Frame | None = None) -> list[str]:
    """Everything that is wrong with what is on the screen, in light and dark, wide and narrow.

    Args:
        page: Gets its size and colours back afterwards.
        state: Names it in what is returned.
        frame: The one document of the page to look at; the page's own when None.
    """
    document = frame or page.main_frame
    wrong: list[str] = []
    before = page.viewport_size or {"width": 1280, "height": 800}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            document.wait_for_function(AT_REST)
            # The type says page; a frame has all that it uses.
            for violation in Axe().run(cast("Page", document)).response["violations"]:
                nodes = [node["html"][:120] for node in violation["nodes"]]
                wrong.append(f"{state}, {scheme}, {width}: {violation['id']}: {violation['help']}: {nodes}")
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 640})
        wide = document.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{state}: {wide} px wide on a screen of {width}")
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(before)
    return wrong
