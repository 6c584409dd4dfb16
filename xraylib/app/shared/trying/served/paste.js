// Hands a picture that is pasted anywhere on the page to the drop area, as if it were chosen there.

const INPUT = '[class*="st-key-paste-here"] input[type="file"]';

function paste(event) {
  const files = [...(event.clipboardData ? event.clipboardData.files : [])];
  const input = document.querySelector(INPUT);
  if (!files.length || !input) return;
  const handed = new DataTransfer();
  for (const file of input.multiple ? files : files.slice(0, 1)) handed.items.add(file);
  input.files = handed.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  event.preventDefault();
}

export default function () {
  document.addEventListener("paste", paste);
  return () => document.removeEventListener("paste", paste);
}
