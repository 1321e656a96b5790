"""What every page keeps to: one heading, a title, a language, a name, no sideways scrolling, and no
finding of axe.
"""

from pathlib import Path

AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text()
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 320, "height": 640}
ZOOMED = {"width": 320, "height": 256}
"""What is left of 1280 × 1024 at 400 % (WCAG 2.2 §1.4.10)."""

_STRUCTURE = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const ids = all("[id]").map(element => element.id);
  const viewport = document.querySelector("meta[name=viewport]")?.content ?? "";
  const title = document.title.replace(/[\u200b\u00ad]/g, "");
  const failed = all("[role=alert]").length > 0;
  const problems = {
    "has no language": !document.documentElement.lang,
    "needs exactly one h1": all("h1").length !== 1,
    "has an empty h1": !all("h1").every(heading => heading.textContent.trim()),
    "needs a name": !document.querySelector("main[data-page]")?.dataset.page,
    "has a title without the site's name": !/\\S – \\S/.test(title),
    "says Error: in its title exactly when a form failed": title.startsWith("Error: ") !== failed,
    "does not put the focus on what went wrong":
      failed && !document.activeElement?.matches("[role=alert]"),
    "forbids zooming": /user-scalable|maximum-scale/.test(viewport) || !viewport,
    "has no skip link": !document.querySelector("body > a[href^='#']"),
    "has a positive tabindex": all("[tabindex]").some(element => element.tabIndex > 0),
    "has the same id twice": new Set(ids).size !== ids.length,
    "has a label made of a placeholder": all("[placeholder]").length > 0,
    "has a ticked box without a tick": all("input[type=checkbox]:checked").some(box => {
      const {appearance, backgroundImage} = getComputedStyle(box);
      return appearance === "none" && backgroundImage === "none";
    }),
    "has an inline style or script": all("[style], script:not([src]), style").length > 0,
    "has a small button": all("main button, main a.button").some(button => {
      const box = button.getBoundingClientRect();
      return box.height > 0 && box.height < (button.matches(".button-wide") ? 44 : 24);
    }),
  };
  return Object.keys(problems).filter(problem => problems[problem]);
}"""

_AXE = """async ([place, options]) => {
  const found = await axe.run(place, {resultTypes: ["violations"], ...options});
  return found.violations.map(({id, help, nodes}) =>
    `${id}: ${help}: ${nodes.map(node => node.html.slice(0, 120)).join(" | ")}`);
}"""

_SETTLED = """() => {
  document.querySelectorAll("main details").forEach(one => { one.open = true; });
  // Styles are computed anew in one frame and painted in the next.
  return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""

# A menu covers what is above it, so it is open only while it is looked at.
_MENUS = """open => document.querySelectorAll("body > footer details").forEach(menu => {
  menu.open = open;
})"""

# axe looks at this property first, and there Chromium goes on telling the page's own colour where
# forced colours are painted. No page of ours sets it.
_COLOUR_AS_PAINTED = """() => {
  const read = CSSStyleDeclaration.prototype.getPropertyValue;
  CSSStyleDeclaration.prototype.getPropertyValue = function (name) {
    return read.call(this, name === "-webkit-text-fill-color" ? "color" : name);
  };
}"""

# At 400 % nothing that stays in its place may take the page's.
_STUCK = """() => [...document.querySelectorAll("body *")].some(element => {
  const {position} = getComputedStyle(element);
  const stays = position === "fixed" || position === "sticky";
  return stays && element.getBoundingClientRect().height > innerHeight / 2;
})"""

# WCAG 2.2 §1.4.12: people who read with more room between letters, words and lines lose nothing.
_SPACED = """spaced => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important;"
    + " word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
  document.adoptedStyleSheets = spaced ? [sheet] : [];
  const cut = [...document.querySelectorAll("body *")].filter(element =>
    getComputedStyle(element).overflow !== "visible" && !element.matches("input, textarea, svg")
    && element.clientHeight > 1 && element.clientWidth > 1
    && element.scrollHeight > element.clientHeight + 2 && element.innerText?.trim());
  return spaced ? cut.map(element => element.outerHTML.slice(0, 120)) : [];
}"""

_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

EVERYTHING = {"rules": {"target-size": {"enabled": True}}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
VIEWS = {
    "light": (DESKTOP, {"color_scheme": "light"}, EVERYTHING),
    # What is not a colour is the same in the next two, and was looked at.
    "dark": (DESKTOP, {"color_scheme": "dark"}, COLOURS),
    "forced colours": (DESKTOP, {"color_scheme": "dark", "forced_colors": "active"}, COLOURS),
    "light, 320 px": (PHONE, {"color_scheme": "light"}, EVERYTHING),
}


def state(page):
    """What it is, and whether a form on it failed: such pages differ in few words."""
    name = page.locator("main").get_attribute("data-page")
    return name, page.locator("[role=alert]").count() > 0


def problems(page, views=tuple(VIEWS)):
    """Everything that is wrong with the page that is open, in these views. The menus at its foot
    are closed: what they hold is the same on every page (`menu_problems`).
    """
    _look_into(page)
    page.evaluate(_SETTLED)
    found = [f"{page.url}: {problem}" for problem in page.evaluate(_STRUCTURE)]
    found += _in_views(page, "html", views)
    found += [f"{page.url}: cut off when spaced: {cut}" for cut in page.evaluate(_SPACED, arg=True)]
    if page.evaluate(_OVERFLOW) > 0:
        found.append(f"{page.url}: scrolls sideways when spaced")
    page.evaluate(_SPACED, arg=False)
    show(page, ZOOMED, color_scheme="light")
    if page.evaluate(_OVERFLOW) > 0 or page.evaluate(_STUCK):
        found.append(f"{page.url}: cannot be read at 400 %")
    page.set_viewport_size(DESKTOP)
    return found


def menu_problems(page):
    """The same of the menus at its foot, each of them open. They may cover what is above them."""
    if page.locator("body > footer details").count() == 0:
        return []
    _look_into(page)
    page.evaluate(_MENUS, arg=True)
    found = _in_views(page, "body > footer", VIEWS)
    page.evaluate(_MENUS, arg=False)
    page.set_viewport_size(DESKTOP)
    page.emulate_media(color_scheme="light", forced_colors="none")
    return found


def _look_into(page):
    page.wait_for_load_state()
    page.evaluate(AXE)
    page.evaluate(_COLOUR_AS_PAINTED)


def _in_views(page, place, views):
    found = []
    for view in views:
        size, media, options = VIEWS[view]
        show(page, size, **media)
        if page.evaluate(_OVERFLOW) > 0:
            found.append(f"{page.url}: scrolls sideways ({view})")
        findings = page.evaluate(_AXE, [place, options])
        found += [f"{page.url} ({view}): {finding}" for finding in findings]
    return found


def show(page, size, *, color_scheme, forced_colors="none"):
    """Look at the page in another way, without loading it again."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=color_scheme, forced_colors=forced_colors)
    page.evaluate(_SETTLED)
