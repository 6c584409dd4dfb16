// Closes the sidebar on a narrow screen, where it lies over the page, once a link in it was pressed.
//
// Streamlit keeps it open then, and remembers that for every later page.

const NARROW = "(max-width: 768px)";
const WAIT = 50; // milliseconds between two looks for the button that closes it
const MOST = 40;

function close(left = MOST) {
  const sidebar = document.querySelector('[data-testid="stSidebar"]');
  if (!sidebar || sidebar.getAttribute("aria-expanded") === "false") return;
  const button = sidebar.querySelector('[data-testid="stSidebarCollapseButton"] button');
  if (button) button.click();
  else if (left > 0) setTimeout(close, WAIT, left - 1);
}

function press({ target }) {
  const link = target instanceof Element && target.closest('[data-testid="stSidebar"] a');
  // After the press itself: the page that is left must still see it.
  if (link && matchMedia(NARROW).matches) setTimeout(close);
}

export default function () {
  document.addEventListener("click", press, true);
  return () => document.removeEventListener("click", press, true);
}
