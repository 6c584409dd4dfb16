// Shows the X-ray of the point that the mouse rests on, beside the mouse.
//
// Plotly says which point that is, and its row in the index; the picture of a row is asked for
// once. It is a file, not text inside the page, because the pages forbid scripts of text.

const CHART = ".st-key-map-chart .js-plotly-plot";
const REST = 90; // milliseconds on a point before its picture is asked for
const LOOK = 400; // between two looks whether the chart was drawn anew
const AWAY = 18; // pixels from the mouse
const MOST = 500; // pictures that are kept

class Hover {
  constructor() {
    this.pictures = new Map();
    this.on = null;
    this.row = -1;
    this.box = document.createElement("div");
    this.box.dataset.testid = "map-picture";
    Object.assign(this.box.style, {
      position: "fixed", display: "none", zIndex: "1000000", pointerEvents: "none",
      padding: "4px", borderRadius: "8px", border: "1px solid rgba(128, 128, 128, 0.5)",
      boxShadow: "0 2px 8px rgba(0, 0, 0, 0.25)", lineHeight: "0",
    });
    this.image = document.createElement("img");
    Object.assign(this.image.style, { display: "block", maxWidth: "176px", maxHeight: "176px" });
    this.box.append(this.image);
    document.body.append(this.box);
    this.find = this.find.bind(this);
    this.looking = setInterval(this.find, LOOK);
    this.find();
  }

  find() {
    const chart = document.querySelector(CHART);
    if (!chart || !chart.on || chart.on === this.on) return;
    this.on = chart.on; // each drawing anew brings another one
    chart.on("plotly_hover", (event) => this.over(event));
    chart.on("plotly_unhover", () => this.out());
  }

  over({ points, event }) {
    let row = points[0].customdata;
    while (Array.isArray(row)) row = row[0];
    if (!Number.isInteger(row)) return;
    this.row = row;
    this.at = [event.clientX, event.clientY];
    clearTimeout(this.asking);
    if (this.pictures.has(row)) this.show();
    else {
      this.box.style.display = "none";
      this.asking = setTimeout(() => this.ask(row), REST);
    }
  }

  out() {
    this.row = -1;
    clearTimeout(this.asking);
    this.box.style.display = "none";
  }

  receive({ row, picture, name }) {
    if (this.pictures.size >= MOST) this.pictures.delete(this.pictures.keys().next().value);
    this.pictures.set(row, { picture, name });
    if (row === this.row) this.show();
  }

  show() {
    const { picture, name } = this.pictures.get(this.row);
    if (!picture) return;
    const page = document.querySelector(".stApp");
    this.box.style.background = page ? getComputedStyle(page).backgroundColor : "white";
    this.image.alt = name;
    this.image.src = picture;
    this.image.decode().then(() => this.place(), () => {});
  }

  place() {
    if (this.row < 0) return;
    this.box.style.display = "block";
    const [x, y] = this.at;
    const { width, height } = this.box.getBoundingClientRect();
    const left = x + AWAY + width > innerWidth ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > innerHeight ? y - AWAY - height : y + AWAY;
    this.box.style.left = `${Math.max(0, left)}px`;
    this.box.style.top = `${Math.max(0, top)}px`;
  }

  end() {
    clearInterval(this.looking);
    clearTimeout(this.asking);
    this.box.remove();
    this.ended = true;
  }
}

const made = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  let hover = made.get(parentElement);
  if (!hover || hover.ended) {
    hover = new Hover();
    made.set(parentElement, hover);
  }
  hover.ask = (row) => setStateValue("row", row);
  if (data && Number.isInteger(data.row)) hover.receive(data);
  return () => hover.end();
}
