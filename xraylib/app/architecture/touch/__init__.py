"""The network as a drawing that one can touch: an X-ray's way through it, computed in the browser.

``packet`` says what is sent, ``origins`` whose weights they are, ``drawing`` puts it on the page;
``served`` holds the scripts.
"""
