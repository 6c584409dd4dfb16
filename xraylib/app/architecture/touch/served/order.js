// Layers put elsewhere: a box is dragged by mouse, by finger on its dots, or moved with keys.

import { h } from "./paint.js";

const FAR = 6; // pixels before a press is a drag
const EDGE = 40; // pixels at the ends of a row that scrolls, in which it does
const SPEED = 8; // pixels a frame

export class Order {
  /**
   * @param strip The row; a part of it with `data-layer` is a layer, those of one stop belong together.
   * @param put `put(from, to)` hears that a layer is to stand at another place.
   * @param say Says a sentence to who cannot see it.
   */
  constructor(strip, put, say) {
    Object.assign(this, { strip, put, say, press: null, lifted: null, dragged: false });
    this.line = h("div", { class: "line", "aria-hidden": "true" });
    strip.addEventListener("pointerdown", (event) => this.down(event));
    strip.addEventListener("pointermove", (event) => this.moved(event));
    strip.addEventListener("pointerup", () => this.up());
    strip.addEventListener("pointercancel", () => this.leave());
    strip.addEventListener("keydown", (event) => this.key(event));
    strip.addEventListener("focusout", () => this.lifted && !this.press && this.leave());
    strip.addEventListener("click", (event) => this.dragged && event.stopPropagation(), true);
    this.escape = (event) => event.key === "Escape" && this.leave();
  }

  get all() {
    return [...this.strip.querySelectorAll("[data-layer]")];
  }

  /** Forgets what is lifted: the row is another one. */
  leave() {
    cancelAnimationFrame(this.frame);
    document.removeEventListener("keydown", this.escape);
    this.line.remove();
    this.lifted?.style.removeProperty("transform");
    this.lifted?.classList.remove("lifted");
    this.strip.classList.remove("dragging");
    this.press = this.lifted = this.to = null;
  }

  down(event) {
    this.dragged = false;
    const item = event.target.closest("[data-layer]");
    if (this.press || !event.isPrimary || event.button || !item || !number(item)) return;
    // A finger beside the dots scrolls.
    if (event.pointerType !== "mouse" && !event.target.closest(".grip")) return;
    this.leave();
    this.press = { item, id: event.pointerId, at: this.within(event) };
  }

  moved(event) {
    if (event.pointerId !== this.press?.id) return;
    this.pointer = event;
    const [x, y] = this.within(event).map((one, i) => one - this.press.at[i]);
    if (!this.lifted) {
      if (Math.hypot(x, y) < FAR) return;
      this.dragged = true;
      this.strip.setPointerCapture(event.pointerId);
      this.strip.classList.add("dragging");
      document.addEventListener("keydown", this.escape);
      this.measure();
      this.lift(this.press.item);
      this.scroll();
    }
    this.follow();
  }

  follow() {
    const [x, y] = this.within(this.pointer);
    this.lifted.style.transform = `translate(${x - this.press.at[0]}px, ${y - this.press.at[1]}px)`;
    this.aim(this.under(x, y));
  }

  up() {
    const { to, lifted } = this;
    if (lifted) this.drop(lifted, to);
    else this.leave();
  }

  drop(item, to) {
    const from = number(item);
    this.leave();
    if (to === null || to === from) return;
    item.classList.add("leaving"); // until the row is drawn anew
    this.put(from, to);
  }

  /** Scrolls a row that is wider than what is seen, while the pointer is held at its end. */
  scroll() {
    const { left, right } = this.strip.getBoundingClientRect();
    const { clientX } = this.pointer;
    const by = clientX < left + EDGE ? -SPEED : clientX > right - EDGE ? SPEED : 0;
    const before = this.strip.scrollLeft;
    this.strip.scrollLeft = Math.min(before + by, this.most); // what is held there makes it wider
    if (this.strip.scrollLeft !== before) this.follow();
    this.frame = requestAnimationFrame(() => this.scroll());
  }

  lift(item) {
    this.lifted = item;
    this.to = null;
    item.classList.add("lifted");
    this.strip.append(this.line);
    this.line.hidden = true;
  }

  /** Shows where the lifted layer would stand: before layer `slot`, with a line at `edge`. */
  aim({ slot, edge, of }) {
    const from = number(this.lifted);
    const stays = slot === from || slot === from + 1;
    this.to = stays ? from : slot > from ? slot - 1 : slot;
    this.line.hidden = stays;
    const flat = edge === "top" || edge === "bottom";
    const style = {
      left: edge === "right" ? of.right : of.left - (flat ? 0 : 2),
      top: edge === "bottom" ? of.bottom : of.top - (flat ? 1 : 0),
      width: flat ? of.right - of.left : 3,
      height: flat ? 3 : of.bottom - of.top,
    };
    for (const [name, value] of Object.entries(style)) this.line.style[name] = `${value}px`;
  }

  // --- with keys

  key(event) {
    const item = event.target.closest?.("[data-layer]");
    if (!item || this.press) return;
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (by && (event.shiftKey || this.lifted) && number(item)) {
      event.preventDefault();
      if (!this.lifted) {
        this.measure();
        this.lift(item);
        this.to = number(item);
      }
      this.step(by);
    } else if (this.lifted && event.key === "Escape") {
      this.say(`${nameOf(item)} stays at place ${number(item)}.`);
      this.leave();
    } else if (this.lifted && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.drop(item, this.to);
    }
  }

  step(by) {
    const { all, lifted } = this;
    const from = number(lifted);
    const to = Math.max(1, Math.min(all.length - 1, this.to + by));
    const slot = to > from ? to + 1 : to;
    this.aim(this.before(slot));
    this.line.scrollIntoView({ block: "nearest", inline: "nearest" });
    const behind = all.filter((one) => one !== lifted)[to - 1];
    this.say(to === from ? `${nameOf(lifted)} stays at place ${from}.`
      : `${nameOf(lifted)} to place ${to} of ${all.length - 1}, behind ${nameOf(behind)}. `
        + "Enter puts it there, Escape leaves it.");
  }

  // --- where things are, in pixels of the row as it is wide, whatever part of it is seen

  within({ clientX, clientY }) {
    const { left, top } = this.strip.getBoundingClientRect();
    return [clientX - left + this.strip.scrollLeft, clientY - top];
  }

  measure() {
    this.most = this.strip.scrollWidth - this.strip.clientWidth;
    const of = (element) => {
      const rect = element.getBoundingClientRect();
      const [left, top] = this.within({ clientX: rect.left, clientY: rect.top });
      return { left, top, right: left + rect.width, bottom: top + rect.height };
    };
    this.stops = [...this.strip.querySelectorAll(".stop")].map((stop) => ({
      ...of(stop),
      layers: [...stop.querySelectorAll("[data-layer]")].map((one) =>
        ({ ...of(one), index: number(one) })),
    }));
  }

  under(x, y) {
    const far = ({ left, right, top, bottom }) =>
      Math.hypot(Math.max(left - x, 0, x - right), Math.max(top - y, 0, y - bottom));
    const stop = this.stops.reduce((a, b) => (far(b) < far(a) ? b : a));
    const [box, ...notes] = stop.layers;
    const note = notes.find((one, i) => y >= one.top && (y < one.bottom || i === notes.length - 1));
    if (note) {
      return y < (note.top + note.bottom) / 2 ? { slot: note.index, edge: "top", of: note }
        : { slot: note.index + 1, edge: "bottom", of: note };
    }
    const last = stop.layers.at(-1).index;
    if (x < (stop.left + stop.right) / 2 && box.index) return { slot: box.index, edge: "left", of: stop };
    return { slot: last + 1, edge: "right", of: stop };
  }

  /** The place before layer `slot`; behind the last one where there is none. */
  before(slot) {
    for (const stop of this.stops) {
      const place = stop.layers.findIndex(({ index }) => index === slot);
      if (place === 0) return { slot, edge: "left", of: stop };
      if (place > 0) return { slot, edge: "top", of: stop.layers[place] };
    }
    return { slot, edge: "right", of: this.stops.at(-1) };
  }
}

const number = (item) => Number(item.dataset.layer);

const nameOf = (item) => item.dataset.name;
