"""How Sphinx makes the site; `python scripts/docs.py build` gathers the pages and calls it."""

import xraylib

project = "X-ray Lab"
version = release = xraylib.__version__
copyright = (
    "the authors of X-ray Lab, MIT licence. For research and education, not a medical device"
)
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["conf.py"]

# Markdown: headings can be linked to as on a forge, and a link that leads nowhere is an error.
myst_heading_anchors = 3
myst_enable_extensions = ["tasklist"]
smartquotes_action = "D"  # dashes alone; options of commands stand as code

# Docstrings: Args, Returns, Raises; `name` is a public name where there is one, else code.
default_role = "py:obj"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

# Looks: no font, script or picture from elsewhere.
html_theme = "furo"
html_title = "X-ray Lab"
html_favicon = "icon.png"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {
    "footer_icons": [],
    "light_css_variables": {
        "font-stack": "system-ui, sans-serif",
        "font-stack--monospace": "ui-monospace, 'DejaVu Sans Mono', monospace",
        "color-brand-primary": "#0b6285",
        "color-brand-content": "#0b6285",
    },
    "dark_css_variables": {
        "color-brand-primary": "#74cbe3",
        "color-brand-content": "#74cbe3",
    },
}
