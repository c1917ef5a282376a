"""The theme, mended: our templates, style and icons in; scripts and fonts that no page uses out."""

import re
from pathlib import Path

from bs4 import BeautifulSoup
from docutils import nodes

HERE = Path(__file__).parent
# One rule per icon of Font Awesome, 1,400 of them.
ICON_RULES = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}')


def add_files(app, config):
    # First, or the theme's templates of the same name win.
    config.templates_path.insert(0, str(HERE / "templates"))
    config.html_static_path.append(str(HERE / "static"))
    app.add_css_file("gmm-book.css", priority=900)
    app.add_js_file("page.js", loading_method="defer")
    app.add_js_file("widget-host.js", type="module")


def visit_citation(self, node):
    """Docutils' roles for a bibliography are deprecated, and its list holds no list items."""
    type(self).visit_citation(self, node)
    self.body[-1] = self.body[-1].replace('role="doc-biblioentry"', 'role="listitem"')


def depart_citation(self, node):
    type(self).depart_citation(self, node)


def describe_page(app, pagename, templatename, context, doctree):
    """Fill the meta description with the page's first paragraph that is a text without formulas."""
    context["description"] = f"{app.config.html_title}: a textbook that runs"
    for paragraph in doctree.findall(nodes.paragraph) if doctree else ():
        text = " ".join(paragraph.astext().split())
        if len(text) > 60 and not paragraph.next_node(nodes.math):
            context["description"] = text[:160]
            return


def put_contents_under_title(app, pagename, templatename, context, doctree):
    """Let the template put a page's sections under its title in the navigation."""

    def with_contents(navigation):
        here = navigation.select_one("li.current")
        contents = BeautifulSoup(context.get("toc") or "", "html.parser").select("li > ul > li > a")
        sections = [link for link in contents if len(link.find_parents("ul")) == 2]
        if here and sections and not here.select_one(".gmm-contents"):  # the theme keeps what it has made
            listed = navigation.new_tag("ul", attrs={"class": "gmm-contents"})
            for link in sections:
                link["class"] = ["reference", "internal"]
                listed.append(navigation.new_tag("li"))
                listed.contents[-1].append(link)
            here.append(listed)
        return navigation

    context["gmm_with_contents"] = with_contents


def link_what_is_used(app, pagename, templatename, context, doctree):
    """sphinx-design links its style and script on every page."""
    if 'class="sd-' not in context.get("body", ""):
        context["css_files"] = [file for file in context["css_files"] if "sphinx-design" not in str(file.filename)]
    if "sd-tab-set" not in context.get("body", ""):
        context["script_files"] = [file for file in context["script_files"] if "design-tabs" not in str(file.filename)]


def drop_unused(app, exception):
    """Delete the theme's icon font and scripts, and the style rules that named them (740 kB of a stock page, gzip)."""
    static = Path(app.outdir, "_static")
    if exception or not static.is_dir():
        return
    for name in ("scripts/fontawesome*", "scripts/*.map", "styles/*.map", "vendor/fontawesome/webfonts/*"):
        for path in static.glob(name):
            path.unlink()
    style = static / "styles" / "pydata-sphinx-theme.css"
    css = ICON_RULES.sub("", style.read_text("utf-8"))
    css = re.sub(r"@font-face\{[^}]*Font ?Awesome[^}]*\}", "", css)
    style.write_text(re.sub(r"/\*# sourceMappingURL=.*?\*/", "", css), "utf-8")


def warm_font_cache(app):
    """On a clean machine, matplotlib says on stderr that it builds its font cache: -W would fail that first build."""
    import matplotlib.font_manager  # noqa: F401


def setup(app):
    # Jupyter Book always sets this value of sphinx_comments, which the book does not load: undeclared, it is a warning.
    app.add_config_value("comments_config", None, "")
    app.add_node(nodes.citation, override=True, html=(visit_citation, depart_citation))
    app.connect("config-inited", add_files)
    app.connect("builder-inited", warm_font_cache)
    app.connect("html-page-context", describe_page)
    app.connect("html-page-context", put_contents_under_title)
    app.connect("html-page-context", link_what_is_used, priority=900)  # after those who add them
    app.connect("build-finished", drop_unused)
