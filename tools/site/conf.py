# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Sphinx needs to know to make the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

_galaxy = yaml.safe_load((Path(__file__).resolve().parents[2] / "galaxy.yml").read_text(encoding="utf-8"))

project = f"{_galaxy['namespace']}.{_galaxy['name']}"
author = ", ".join(_galaxy["authors"])
version = release = _galaxy["version"]
extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 4
html_theme = "furo"
html_title = f"{project} {version}"
templates_path = ["templates"]
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False
html_theme_options = {"source_repository": f"{_galaxy['repository']}/"}
# Of accessible-pygments: every colour of other styles has to be seen on its background, too.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

#: Where Ansible's own documentation is. Its lists of pages cannot be asked for: a build asks the network for nothing.
_ANSIBLE = "https://docs.ansible.com/projects/ansible/latest"
_PLUGIN = re.compile(r"ansible_collections\.(?P<path>(?P<namespace>\w+)\.\w+\.\w+)_(?P<kind>module|lookup|filter)")
_LABELS = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}

#: What the theme, Sphinx and antsibull-docs write, and what those need who do not see it.
_ACCESSIBLE = {
    r'role="heading"(?! aria-level)': 'role="heading" aria-level="2"',
    r'<aside class="sidebar-drawer">': '<aside class="sidebar-drawer" aria-label="Pages">',
    r'<aside class="toc-drawer([^"]*)">': r'<aside class="toc-drawer\1" aria-label="This page">',
    r' aria-role="button"': "",  # they are links
    r'<th class="head">(?:<p></p>)?</th>': "<td></td>",
}


def elsewhere(
    _app: Sphinx, _environment: BuildEnvironment, node: pending_xref, content: nodes.TextElement
) -> nodes.reference | None:
    """Return a link to what Ansible documents itself, if that is what is missing."""
    target = node["reftarget"]
    plugin = _PLUGIN.match(target)
    if plugin and not plugin["path"].startswith(project):
        page = f"collections/{plugin['path'].replace('.', '/')}_{plugin['kind']}.html"
    elif target in _LABELS:
        page = _LABELS[target]
    elif node["reftype"] == "envvar" and target.startswith("ANSIBLE_"):
        page = f"reference_appendices/config.html#envvar-{target}"
    else:
        return None
    return nodes.reference("", "", content, internal=False, refuri=f"{_ANSIBLE}/{page}")


def fitted(_app: Sphinx, page: str, source: list[str]) -> None:
    """Fit what antsibull-docs wrote to the theme: it shows a page's contents itself, and has little room for names."""
    if page.startswith("reference/"):
        text = re.sub(r"^\.\. contents::\n(?: {3}.*\n)+", "", source[0], flags=re.MULTILINE)
        source[0] = re.sub(r"^ {4}(\w+)_(module|filter|lookup|role)$", r"    \1 <\1_\2>", text, flags=re.MULTILINE)


def accessible(html: str) -> str:
    """Return the body of a page with what screen readers need."""
    for pattern, instead in _ACCESSIBLE.items():
        html = re.sub(pattern, instead, html)
    return html


def offered(
    _app: Sphinx, _page: str, _template: str, context: dict[str, Any], _document: nodes.document | None
) -> None:
    """Offer that to the templates."""
    context["accessible"] = accessible


def setup(app: Sphinx) -> None:
    """Register them with Sphinx."""
    app.connect("missing-reference", elsewhere)
    app.connect("source-read", fitted)
    app.connect("html-page-context", offered)
