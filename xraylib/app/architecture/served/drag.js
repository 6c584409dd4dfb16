// Lets the layers of the list be dragged to another place. The keyboard has Up and Down for that.

const ROW = '[class*="st-key-layer-"]';
const LINE = "3px 0 var(--st-primary-color, #0072b2)";

function numberOf(row) {
  const found = row && row.className.match(/st-key-layer-(\d+)/);
  return found ? Number(found[1]) : null;
}

function rowAt(target) {
  const row = target instanceof Element ? target.closest(ROW) : null;
  return numberOf(row) > 0 ? row : null; // the Input stays
}

class Drag {
  constructor() {
    this.press = (event) => {
      const row = rowAt(event.target);
      if (row) row.draggable = true; // Streamlit's rows are not, and are drawn anew at each edit
    };
    this.start = (event) => {
      this.row = rowAt(event.target);
      if (!this.row) return;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", "");
    };
    this.over = (event) => {
      const row = this.row && rowAt(event.target);
      if (row) event.preventDefault();
      this.mark(row === this.row ? null : row);
    };
    this.drop = (event) => {
      const [from, to] = [numberOf(this.row), numberOf(rowAt(event.target))];
      this.stop();
      if (from === null || to === null || from === to) return;
      event.preventDefault();
      this.tell([from, to]);
    };
    this.stop = () => {
      this.mark(null);
      this.row = null;
    };
    this.heard = [
      ["pointerdown", this.press], ["dragstart", this.start], ["dragover", this.over],
      ["drop", this.drop], ["dragend", this.stop],
    ];
    for (const [name, hears] of this.heard) document.addEventListener(name, hears, true);
  }

  mark(row) {
    if (this.marked) this.marked.style.boxShadow = "";
    this.marked = row || null;
    if (row) row.style.boxShadow = `inset 0 ${numberOf(row) > numberOf(this.row) ? "-" : ""}${LINE}`;
  }

  end() {
    for (const [name, hears] of this.heard) document.removeEventListener(name, hears, true);
    this.ended = true;
  }
}

const made = new WeakMap();

export default function ({ parentElement, setTriggerValue }) {
  let drag = made.get(parentElement);
  if (!drag || drag.ended) {
    drag = new Drag();
    made.set(parentElement, drag);
  }
  drag.tell = (moved) => setTriggerValue("moved", moved);
  return () => drag.end();
}
