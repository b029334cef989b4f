"""The pages as a shopper meets them: a real browser on a desktop and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from app.exchange import artwork
from labels.artwork import draw_png
from labels.issue import label_link
from labels.verify import read_record
from tests.labels.photo import casual_shot, photograph

if TYPE_CHECKING:
    from pathlib import Path

    from app.home import Home

pytestmark = pytest.mark.e2e

HEIGHTS = """[...document.querySelectorAll("[data-testid=stMain] :is(a, button, summary)")]
    .filter((e) => e.offsetHeight && !e.closest("[data-testid=stSelectbox]"))
    .map((e) => [e.innerText, e.offsetHeight])"""
"""Everything that is pressed, but the arrow in a list box: all of the box opens it."""
GOOD, FORGED = "TB-DEMO-2026-0014", "TB-DEMO-2026-0048"


@pytest.fixture(scope="session")
def photo(demo_home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photograph a good demo label."""
    label = demo_home.store.get(GOOD)
    assert label is not None
    record = read_record(label)
    png = draw_png(artwork(record, link=label_link(record, domain=demo_home.domain), language="zh-CN"))
    file = tmp_path_factory.mktemp("photo") / "label.jpg"
    file.write_bytes(photograph(png, **casual_shot(3)))
    return file


def wait_until_still(page: Page) -> None:
    """Wait until the page is drawn to its end: before that it may move under the pointer."""
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()
    page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => null)))")


def test_a_photo_on_a_phone_leads_to_the_verdict_in_chinese(site: str, phone: Page, photo: Path) -> None:
    phone.goto(site)
    expect(phone.get_by_role("heading", name="扫描碳标签")).to_be_visible()

    phone.set_input_files("input[type=file]", photo)

    expect(phone.get_by_role("heading", name="已认证", exact=True)).to_be_visible()
    expect(phone.get_by_text("2,448", exact=True)).to_be_visible()
    assert "/label?l=" in phone.url
    assert phone.evaluate("document.documentElement.lang") == "zh-CN"
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_way_back_from_a_photographed_label_stays_on_scan(site: str, phone: Page, photo: Path) -> None:
    phone.goto(site)
    phone.set_input_files("input[type=file]", photo)
    expect(phone.get_by_role("heading", name="已认证", exact=True)).to_be_visible()

    phone.go_back()

    expect(phone.get_by_role("heading", name="扫描碳标签")).to_be_visible()
    expect(phone.get_by_role("button", name="选择图片")).to_be_visible()
    phone.go_forward()
    expect(phone.get_by_role("heading", name="已认证", exact=True)).to_be_visible()


def test_a_file_that_is_no_picture_is_refused_in_chinese(site: str, phone: Page, tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    file.write_bytes(b"%PDF-1.4")
    phone.goto(site)
    phone.set_input_files("input[type=file]", file)

    refused = phone.get_by_test_id("stFileChip").get_by_role("alert")

    expect(refused).to_be_visible()
    assert "只能读取不超过 20 MB 的图片。" in refused.evaluate("e => getComputedStyle(e, '::after').content")
    assert refused.evaluate("e => getComputedStyle(e).fontSize") == "0px"


def test_what_is_pressed_is_large_enough_for_a_finger(site: str, phone: Page) -> None:
    for path in ("", f"/label?l={GOOD}"):
        phone.goto(f"{site}{path}")
        expect(phone.get_by_role("heading", level=1)).to_be_visible()
        wait_until_still(phone)

        heights = phone.evaluate(HEIGHTS)

        assert {name: height for name, height in heights if height < 44} == {}  # WCAG 2.2, 2.5.5


def test_a_typed_number_on_a_desktop_leads_to_the_verdict(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_text("Type", exact=True).click()
    page.get_by_label("Number or link on the label").fill(GOOD)
    page.get_by_role("button", name="Look up").click()

    expect(page.get_by_role("heading", name="Certified", exact=True)).to_be_visible()
    expect(page.get_by_text("Demo split air conditioner 26")).to_be_visible()


def test_a_label_from_the_shelf_opens(site: str, page: Page) -> None:
    page.goto(site)
    page.get_by_text("Suspended", exact=True).click()
    page.get_by_role("link", name="Demo metal-roof module 550").click()

    expect(page.get_by_role("heading", name="Suspended", exact=True)).to_be_visible()


def test_a_forged_label_shows_no_number(site: str, page: Page) -> None:
    page.goto(f"{site}/label?l={FORGED}")

    expect(page.get_by_role("heading", name="Do not trust this label")).to_be_visible()
    expect(page.get_by_text("kg CO", exact=False)).to_have_count(0)
    expect(page.get_by_text("passed", exact=True)).to_have_count(0)


def test_the_language_can_be_changed_and_stays(site: str, page: Page) -> None:
    page.goto(f"{site}/label?l={GOOD}")
    expect(page.get_by_role("heading", name="Certified", exact=True)).to_be_visible()

    page.get_by_text("简体中文").click()

    expect(page.get_by_role("heading", name="已认证", exact=True)).to_be_visible()
    page.get_by_test_id("stPageLink-NavLink").first.click()
    expect(page.get_by_role("heading", name="扫描碳标签")).to_be_visible()


def test_an_unknown_link_is_shown_as_text_and_never_opened(site: str, page: Page) -> None:
    link = "https://evil.example/<img src=x onerror=alert(1)>"
    page.goto(f"{site}/label?l={quote(link)}")

    expect(page.get_by_text(link)).to_be_visible()
    expect(page.get_by_text(re.compile("This link was not opened"))).to_be_visible()
    expect(page.locator("a[href*='evil.example'], img[src='x']")).to_have_count(0)


def test_a_problem_is_reported(site: str, page: Page) -> None:
    page.goto(f"{site}/label?l={GOOD}")
    page.get_by_text("Report a problem").click()
    words = page.get_by_label("In your own words")
    words.fill("The figure on the pack is another one.")
    words.blur()
    wait_until_still(page)
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_text("Thank you. The report was kept")).to_be_visible()
