"""Architecture: put layers together and see each output shape and parameter count."""

from xraylib.ui import design_files, editor, expectation_view, shell

shell.open_page("architecture", sidebar=False)
step = shell.show_sidebar(untold="architecture")
design_files.take_link()
editor.show_editor(step)
expectation_view.watch_trial()
shell.link("training", "Train this network", icon=":material/arrow_forward:")
