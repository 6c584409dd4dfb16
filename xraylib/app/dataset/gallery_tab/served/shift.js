// Tells which X-rays lie between two boxes, where the second is pressed with the shift key held.
//
// The boxes are Streamlit's; their numbers are the X-rays' places in the gallery, on all pages.

const BOX = '[class*="st-key-pick-"] [data-testid="stCheckbox"]';

function numberOf(target) {
  const box = target instanceof Element ? target.closest(BOX) : null;
  const digits = box ? box.textContent.replace(/\D/g, "") : "";
  return digits ? Number(digits) : null;
}

class Shift {
  constructor() {
    this.last = null;
    this.click = (event) => this.pressed(event);
    this.down = (event) => {
      if (event.shiftKey && numberOf(event.target) !== null) event.preventDefault(); // marks no text
    };
    document.addEventListener("click", this.click, true);
    document.addEventListener("mousedown", this.down, true);
  }

  pressed({ target, shiftKey }) {
    const number = numberOf(target);
    if (number === null || number === this.last) return;
    if (shiftKey && this.last !== null) this.tell([this.last, number]);
    this.last = number;
  }

  end() {
    document.removeEventListener("click", this.click, true);
    document.removeEventListener("mousedown", this.down, true);
    this.ended = true;
  }
}

const made = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  let shift = made.get(parentElement);
  if (!shift || shift.ended) {
    shift = new Shift();
    made.set(parentElement, shift);
  }
  shift.tell = (ends) => setTriggerValue("between", ends);
  return () => shift.end();
}
