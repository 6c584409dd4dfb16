// The sidebar on a narrow screen, where it lies over the page: closed once a link in it was pressed,
// opened where a page asks for it.
//
// Streamlit keeps it open behind a link, and remembers that for every later page.

const NARROW = "(max-width: 768px)";
const WAIT = 50; // milliseconds between two looks for the button that closes or opens it
const MOST = 40;

const sidebar = () => document.querySelector('[data-testid="stSidebar"]');

const isClosed = () => sidebar()?.dataset.collapsed === "true";

function close(left = MOST) {
  if (!sidebar() || isClosed()) return;
  const button = sidebar().querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (button) button.click();
  else if (left > 0) setTimeout(close, WAIT, left - 1);
}

function open(left = MOST) {
  const button = document.querySelector('[data-testid="stExpandSidebarButton"]');
  if (isClosed()) button?.click();
  const fold = sidebar()?.querySelector("summary");
  if (fold && !isClosed()) fold.focus();
  else if (left > 0) setTimeout(open, WAIT, left - 1);
}

function press({ target }) {
  const link = target instanceof Element && target.closest('[data-testid="stSidebar"] a');
  // After the press itself: the page that is left must still see it.
  if (link && matchMedia(NARROW).matches) setTimeout(close);
}

let opened = 0; // how often a page has asked for it so far

export default function ({ data }) {
  if (data.opened > opened) open();
  opened = data.opened;
  document.addEventListener("click", press, true);
  return () => document.removeEventListener("click", press, true);
}
