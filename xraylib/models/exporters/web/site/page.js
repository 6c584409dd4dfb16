"use strict";
var xrayLab = (() => {
  // src/table.ts
  function written(template, values) {
    return template.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
  }
  function grouped(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  }
  function fixed(value, digits) {
    const text = value.toFixed(digits);
    return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
  }
  function share(value) {
    if (value >= 0.995) return "> 0.99";
    return value < 5e-3 ? "< 0.01" : fixed(value, 2);
  }

  // src/csv.ts
  var RISKY = ["=", "+", "-", "@", "	", "\r"];
  function csv(rows, table2) {
    return [table2.csv, ...rows.map((row) => cells(row, table2))].map(line).join("");
  }
  function cells({ file, answer, error }, table2) {
    const ok = answer?.status === "ok";
    const shares = (told2) => table2.classes.map((name) => told2 && answer ? fixed(answer.outputs[name], 6) : "");
    const whyNot = answer?.warnings.filter((one2) => one2.refuses).map((one2) => one2.message).join(" ") ?? error;
    return [
      safe(file),
      answer ? answer.status : "refused",
      ok ? safe(answer.likeliest) : "",
      ...shares(ok),
      ok ? answer.uncertain ? "yes" : "no" : "",
      answer?.flagged?.length ? safe(answer.flagged.join("; ")) : "",
      answer?.warnings.map((one2) => one2.code).join(" ") ?? "",
      safe(whyNot),
      table2.name,
      String(table2.version),
      table2.synthetic ? "yes" : "no",
      table2.words.notice,
      ...shares(!ok)
    ];
  }
  function line(all) {
    return `${all.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell).join(",")}\r
`;
  }
  function safe(text) {
    const flat = text.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).join(" ");
    return RISKY.some((mark) => flat.startsWith(mark)) ? `'${flat}` : flat;
  }

  // src/elements.ts
  function element(name, settings = {}, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(settings)) {
      if (key === "on") {
        for (const [event, listener] of Object.entries(settings.on)) made.addEventListener(event, listener);
      } else if (typeof value === "boolean") made.toggleAttribute(key, value);
      else if (value !== void 0 && value !== null) made.setAttribute(key, String(value));
    }
    for (const child of children) if (child) made.append(child);
    return made;
  }
  function byId(id) {
    return document.getElementById(id);
  }
  function handOut(text, name, type) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    element("a", { href: address, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1e3);
  }

  // src/answer.ts
  function ranked(outputs) {
    return Object.keys(outputs).sort((a, b) => outputs[b] - outputs[a]);
  }
  function inBand(point, value) {
    return point.band !== null && point.band[0] <= value && value <= point.band[1];
  }
  function leading(answer) {
    return ranked(answer.outputs).slice(0, answer.uncertain ? 2 : 1);
  }
  function headline(answer, table2) {
    const { words } = table2;
    if (answer.status !== "ok") return words.cannot_judge;
    if (!answer.uncertain) return written(words.more_like, { name: answer.likeliest });
    const classes = leading(answer).map((name) => `${name} ${share(answer.outputs[name])}`).join(", ");
    return written(words.undecided, { classes });
  }
  function undecidedWords(answer, table2) {
    if (!answer.uncertain) return "";
    const { words, limits } = table2, { outputs } = answer;
    const points = table2.operating ?? {};
    const bands = Object.keys(points).filter((name) => inBand(points[name], outputs[name])).map((name) => {
      const [low, high] = points[name].band;
      return written(words.in_band, {
        share: share(outputs[name]),
        name,
        low: share(low),
        high: share(high)
      });
    });
    const [first, second] = leading(answer);
    const margin = fixed(limits.margin, 2);
    let why = written(words.none_reaches, { unsure: fixed(limits.unsure, 2) });
    if (bands.length) why = bands.join("; ");
    else if (outputs[first] - outputs[second] < limits.margin) {
      why = written(words.barely_ahead, { first, margin, second });
    }
    return written(words.somebody_decides, { why: why[0].toUpperCase() + why.slice(1) });
  }
  function thresholdWords(answer, table2) {
    const points = answer.status === "ok" ? table2.operating ?? {} : {};
    return Object.entries(points).map(([name, point]) => answer.outputs[name] >= point.threshold ? point.reached : point.missed);
  }
  var BASES = [100, 1e3, 1e4];
  function base(value) {
    for (const one2 of BASES) {
      const count = even(value * one2);
      if (count > 0 && count < one2 && Math.abs(count / one2 - value) <= value / 20) return one2;
    }
    return value > 0 && value < 1 ? BASES[BASES.length - 1] : BASES[0];
  }
  function even(value) {
    const low = Math.floor(value), above = value - low;
    return above > 0.5 || above === 0.5 && low % 2 !== 0 ? low + 1 : low;
  }
  function worthAt(record, prevalence2, table2) {
    const worth = predictiveValue(record, prevalence2);
    if (!worth || !(prevalence2 > 0 && prevalence2 < 1)) return "";
    const { words } = table2;
    const of = base(prevalence2), count = even(prevalence2 * of);
    const people = written(
      count ? words.of_people : words.fewer_than,
      { count: grouped(count), base: grouped(of) }
    );
    const begin = written(record.begin, { people });
    const told2 = { called: record.called, others: record.others };
    if (record.specificity === 1) {
      const whole2 = base(worth.interval.low);
      const low = Math.floor(worth.interval.low * whole2 + 1e-9);
      return begin + written(words.at_least, { ...told2, low: grouped(low), base: grouped(whole2) });
    }
    const whole = base(worth.value);
    return begin + written(words.about, {
      ...told2,
      about: grouped(even(worth.value * whole)),
      base: grouped(whole),
      low: grouped(Math.floor(worth.interval.low * whole + 1e-9)),
      high: grouped(Math.ceil(worth.interval.high * whole - 1e-9))
    });
  }
  function predictiveValue(record, prevalence2) {
    const { sensitivity: right, specificity: none } = record;
    const its = record.sensitivity_interval, other = record.specificity_interval;
    if (right === null || none === null || !its || !other) return null;
    const wrong = 1 - none;
    if (right === 0 && wrong === 0) return null;
    const odds = prevalence2 / (1 - prevalence2);
    const ratio = ratioInterval(right, its, wrong, { low: 1 - other.high, high: 1 - other.low });
    const ofOdds = (value) => value === Infinity ? 1 : value / (1 + value);
    return {
      value: ofOdds(odds * (wrong ? right / wrong : Infinity)),
      interval: { low: ofOdds(odds * ratio.low), high: ofOdds(odds * ratio.high) }
    };
  }
  function ratioInterval(above, its, below, other) {
    const quotient = (a, b) => b ? a / b : Infinity;
    const product = above * below;
    const lowRoot = product ** 2 - its.low * other.high * (2 * above - its.low) * (2 * below - other.high);
    const highRoot = product ** 2 - its.high * other.low * (2 * above - its.high) * (2 * below - other.low);
    const low = quotient(product - Math.sqrt(Math.max(lowRoot, 0)), other.high * (2 * below - other.high));
    const high = quotient(product + Math.sqrt(Math.max(highRoot, 0)), other.low * (2 * below - other.low));
    const estimate = below ? above / below : Infinity;
    return { low: Math.min(Math.max(0, low), estimate), high: Math.max(high, estimate) };
  }

  // src/films.ts
  var OPACITY = 0.4;
  var SIDE = 720;
  function film(judged, name, heatOf) {
    const white = 2 ** judged.bitDepth - 1;
    const look = { zoom: 1, across: 0.5, down: 0.5, low: 0, high: white, inverted: false, opacity: OPACITY };
    const { width, height } = judged.shown;
    const scale = Math.min(2, SIDE / Math.max(width, height));
    const canvas = element("canvas", {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
      role: "img",
      "aria-label": `The X-ray${heatOf ? `, with a heat map of ${heatOf} laid over it` : ""}`
    });
    const draw2 = () => paint(canvas, judged, look, Boolean(heatOf));
    const slider = (label, key, min, max, step) => {
      const input = element("input", {
        type: "range",
        min,
        max,
        step,
        value: look[key],
        "aria-label": label,
        on: { input: () => {
          look[key] = Number(input.value);
          draw2();
        } }
      });
      return element("label", { class: "slider" }, label, input);
    };
    const invert = element("input", {
      type: "checkbox",
      on: { change: () => {
        look.inverted = invert.checked;
        draw2();
      } }
    });
    draw2();
    return element(
      "figure",
      { class: "film", "data-milliseconds": judged.milliseconds.toFixed(1) },
      canvas,
      element("figcaption", {}, element("bdi", {}, name), element("span", { class: "quiet" }, judged.facts)),
      heatOf ? slider(`Heat map: ${heatOf}`, "opacity", 0, 1, 0.05) : null,
      element(
        "details",
        { class: "no-print" },
        element("summary", {}, "Zoom and grey levels"),
        slider("Zoom", "zoom", 1, 8, 0.5),
        slider("Left to right", "across", 0, 1, 0.05),
        slider("Top to bottom", "down", 0, 1, 0.05),
        slider("Black below", "low", 0, white, Math.max(1, white >> 8)),
        slider("White above", "high", 0, white, Math.max(1, white >> 8)),
        element("label", {}, invert, "Invert black and white"),
        element("p", { class: "quiet" }, "The network always sees all levels.")
      )
    );
  }
  function paint(canvas, judged, look, heat) {
    const { shown: shown2 } = judged;
    const context = canvas.getContext("2d");
    const wide = shown2.width / look.zoom, tall = shown2.height / look.zoom;
    const left = (shown2.width - wide) * look.across, top = (shown2.height - tall) * look.down;
    context.fillStyle = "#000";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(windowed(judged, look), left, top, wide, tall, 0, 0, canvas.width, canvas.height);
    if (!heat || !judged.heat || look.opacity === 0) return;
    const [x, y, w, h] = judged.seen;
    const toCanvas = canvas.width / wide, toRow = canvas.height / tall;
    context.globalAlpha = look.opacity;
    context.drawImage(
      coloured(judged),
      (x * shown2.width - left) * toCanvas,
      (y * shown2.height - top) * toRow,
      w * shown2.width * toCanvas,
      h * shown2.height * toRow
    );
    context.globalAlpha = 1;
  }
  function offscreen(width, height, fill) {
    const canvas = element("canvas", { width, height });
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    fill(image.data);
    context.putImageData(image, 0, 0);
    return canvas;
  }
  function windowed({ shown: shown2 }, look) {
    const span = Math.max(1, look.high - look.low);
    return offscreen(shown2.width, shown2.height, (data) => {
      for (let k = 0; k < shown2.width * shown2.height; k++) {
        for (let c = 0; c < 3; c++) {
          const value = shown2.data[k * shown2.channels + (shown2.channels === 3 ? c : 0)];
          const level = Math.min(255, Math.max(0, (value - look.low) * 255 / span));
          data[4 * k + c] = look.inverted ? 255 - level : level;
        }
        data[4 * k + 3] = 255;
      }
    });
  }
  function coloured({ heat, prepared }) {
    return offscreen(prepared.width, prepared.height, (data) => {
      heat.forEach((value, k) => {
        data[4 * k] = 255 * Math.min(1, 3 * value);
        data[4 * k + 1] = 255 * Math.min(1, Math.max(0, 3 * value - 1));
        data[4 * k + 2] = 255 * Math.min(1, Math.max(0, 3 * value - 2));
        data[4 * k + 3] = 255 * Math.min(1, 2 * value);
      });
    });
  }

  // src/result.ts
  function result(judged, name, table2) {
    const { answer } = judged;
    const place = element("div", { class: "columns" });
    const show = (anyway) => {
      const judgedHere = answer.status === "ok";
      const speaks = judgedHere ? `what speaks for ${answer.likeliest}` : `what would have spoken for ${answer.likeliest}`;
      const picture = film(judged, name, judged.heat && (judgedHere || anyway) ? speaks : "");
      const words = judgedHere ? told(answer, table2) : untold(answer, table2, anyway, show);
      words.append(element("button", { class: "no-print", on: { click: () => window.print() } }, "Print"));
      place.replaceChildren(...judgedHere ? [picture, words] : [words, picture]);
    };
    show(false);
    return place;
  }
  function told(answer, table2) {
    const { words } = table2;
    const why = undecidedWords(answer, table2);
    const records = leading(answer).flatMap((name) => table2.records[name] ?? []);
    return element(
      "section",
      { "aria-live": "polite" },
      element("h2", {}, headline(answer, table2)),
      why && notice("doubt", why),
      ...records.map((record) => element("p", { class: "counts" }, record.counts)),
      bars(answer, table2, true),
      records[0] ? prevalence(records[0], table2) : null,
      ...thresholdWords(answer, table2).map((line2) => element("p", { class: "quiet" }, line2)),
      ...answer.warnings.map(warning),
      words.synthetic ? notice("note", words.synthetic) : null
    );
  }
  function untold(answer, table2, anyway, show) {
    const box = element("input", { type: "checkbox", checked: anyway, on: { change: () => show(box.checked) } });
    const { likeliest, outputs } = answer;
    const counts = table2.records[likeliest]?.counts;
    return element(
      "section",
      { "aria-live": "polite" },
      element("h2", {}, headline(answer, table2)),
      ...answer.warnings.map(warning),
      element("label", { class: "no-print" }, box, "Show what it would have said"),
      anyway ? element(
        "div",
        { class: "no-answer" },
        element("p", {}, `No answer: of such a picture this means nothing. It would have said ${likeliest}, ${share(outputs[likeliest])}.`),
        bars(answer, table2, false),
        counts ? element(
          "p",
          { class: "quiet" },
          `${counts} That was of pictures like its training X-rays.`
        ) : null
      ) : null
    );
  }
  function warning(one2) {
    return notice(one2.refuses ? "refused" : "doubt", one2.message);
  }
  function notice(kind, words) {
    return element("p", { class: `notice ${kind}`, role: kind === "refused" ? "alert" : "note" }, words);
  }
  function bars(answer, table2, colours) {
    const ranked2 = Object.entries(answer.outputs).sort((a, b) => b[1] - a[1]);
    const list = element("ul", { class: "bars", "aria-label": "Probabilities" });
    for (const [name, value] of ranked2) {
      const point = answer.status === "ok" ? table2.operating?.[name] : void 0;
      const bar = element("span", { class: `bar class-${colours ? table2.classes.indexOf(name) % 7 : "none"}` });
      bar.style.setProperty("inline-size", `${100 * value}%`);
      const track = element("span", { class: "track", "aria-hidden": "true" }, bar);
      if (point) {
        const mark = element("span", { class: "threshold", title: `Flagged from ${share(point.threshold)}` });
        mark.style.setProperty("inset-inline-start", `${100 * Math.min(point.threshold, 1)}%`);
        track.append(mark);
      }
      const spoken = point ? ` (threshold ${share(point.threshold)})` : "";
      list.append(element(
        "li",
        {},
        element("bdi", {}, name),
        track,
        element("span", {}, share(value)),
        element("span", { class: "spoken" }, spoken)
      ));
    }
    return list;
  }
  function prevalence(record, table2) {
    const words = element("p", {}, worthAt(record, record.usual, table2));
    if (!words.textContent) return null;
    const input = element("input", {
      type: "number",
      min: 0.01,
      max: 99.99,
      step: "any",
      value: 100 * record.usual,
      inputmode: "decimal",
      on: {
        input: () => {
          const share_ = Number(input.value) / 100;
          words.textContent = share_ > 0 && share_ < 1 ? worthAt(record, share_, table2) : "";
        }
      }
    });
    return element("div", {}, words, element("label", { class: "no-print" }, record.question, input));
  }

  // src/page.ts
  var table;
  var worker;
  var usable = false;
  var accepted = false;
  var number = 0;
  var files = [];
  var waiting = [];
  var asked;
  var shown;
  var clock;
  function start() {
    worker?.terminate();
    usable = false;
    worker = new Worker("worker.js");
    worker.onmessage = ({ data }) => hear(data);
    worker.onerror = () => asked ? failed(asked, "decoder-died") : refuseDevice("the worker could not be started");
    tell({ kind: "start" });
  }
  function tell(what) {
    worker.postMessage(what);
  }
  function hear(told2) {
    if (told2.kind === "unusable") refuseDevice(told2.reason);
    else if (told2.kind === "proof") proved(told2.proof);
    else {
      const file = asked?.id === told2.id ? asked : void 0;
      if (!file) return;
      if (told2.kind === "judged") file.judged = told2.judged;
      else file.error = told2.code;
      done();
    }
  }
  function refuseDevice(reason) {
    const words = `This device does not compute what training did (${reason}). Nothing is judged here: use X-ray Lab on a computer, or another browser.`;
    byId("proof").replaceChildren(notice("refused", words));
    document.body.dataset.state = "unusable";
  }
  function proved(proof) {
    if (!proof.passed) {
      refuseDevice(proof.problems.slice(0, 3).join("; "));
      return;
    }
    const far = proof.largest === 0 ? "0" : proof.largest.toExponential(1);
    byId("proof").replaceChildren(element(
      "p",
      { class: "notice good", role: "status" },
      `Identical to ${proof.tolerance.toExponential(0).replace("e-", "e-")} on this device: ${proof.images} sample images judged again, largest difference ${far}.`
    ));
    usable = true;
    document.body.dataset.state = "ready";
    byId("files").disabled = false;
    byId("before").hidden = accepted;
    byId("drop").hidden = !accepted;
    next();
  }
  async function take(chosen) {
    const taken = [];
    for (const file of chosen) {
      const big = file.size > 64 * 2 ** 20;
      taken.push({
        id: ++number,
        name: file.name,
        data: big ? new ArrayBuffer(0) : await file.arrayBuffer(),
        ...big ? { error: "too-large" } : {}
      });
    }
    files = [...files, ...taken];
    waiting = [...waiting, ...taken.filter((file) => !file.error)];
    shown = taken.length === 1 ? taken[0] : void 0;
    draw();
    next();
  }
  function next() {
    if (!usable || asked || !waiting.length) return;
    asked = waiting.shift();
    const { id, data } = asked;
    clock = setTimeout(() => failed(asked, "too-slow"), 1e3 * table.limits.seconds);
    tell({ kind: "judge", id, data, heat: true });
    draw();
  }
  function done() {
    clearTimeout(clock);
    asked = void 0;
    draw();
    next();
  }
  function failed(file, code) {
    file.error = code;
    done();
    start();
  }
  function forget() {
    const count = files.length;
    files = [];
    waiting = [];
    shown = void 0;
    if (asked) {
      asked = void 0;
      clearTimeout(clock);
      start();
    }
    draw();
    byId("forgotten").textContent = count ? `Forgot ${count} X-ray${count === 1 ? "" : "s"} and all that was said.` : "";
  }
  function order(file) {
    if (!file.judged) return file.error ? 4 : 5;
    const { answer } = file.judged;
    if (answer.status !== "ok") return 2;
    return answer.uncertain || answer.warnings.length ? 0 : 1;
  }
  function refusal(file) {
    return table.refusals[file.error] ?? table.refusals.damaged;
  }
  function draw() {
    byId("forgotten").textContent = "";
    const left = waiting.length + (asked ? 1 : 0);
    byId("progress").textContent = left ? `Judging … ${files.length - left} of ${files.length}` : "";
    const place = byId("results");
    document.body.classList.toggle("has-results", files.length > 0);
    if (shown) {
      place.replaceChildren(...files.length > 1 ? [back()] : [], one(shown));
    } else {
      place.replaceChildren(...files.length ? [many()] : []);
    }
  }
  function back() {
    return element("button", { class: "no-print", on: { click: () => {
      shown = void 0;
      draw();
    } } }, "All X-rays");
  }
  function one(file) {
    if (file.judged) return result(file.judged, file.name, table);
    if (file.error) {
      return element(
        "section",
        { "aria-live": "polite" },
        element("h2", {}, "This file was refused"),
        element("p", {}, element("bdi", {}, file.name)),
        notice("refused", refusal(file))
      );
    }
    return element("p", { role: "status" }, usable ? "Judging …" : "Waiting until this device has proved itself …");
  }
  function many() {
    const body = element("tbody");
    for (const file of [...files].sort((a, b) => order(a) - order(b) || a.id - b.id)) {
      const open = () => {
        shown = file;
        draw();
      };
      const answer = file.judged?.answer;
      const ok = answer?.status === "ok";
      const remark = answer ? [
        ...answer.uncertain ? ["undecided"] : [],
        ...answer.warnings.map(({ code }) => table.remarks[code] ?? code)
      ].join("; ") : "";
      body.append(element(
        "tr",
        {},
        element("td", {}, element("button", { class: "link", on: { click: open } }, element("bdi", {}, file.name))),
        element("td", {}, answer ? headline(answer, table) : file.error ? "Refused" : "…"),
        element("td", {}, ok ? leading(answer).map((name) => share(answer.outputs[name])).join(", ") : "–"),
        element("td", {}, file.error ? refusal(file) : remark)
      ));
    }
    const rows = () => files.filter((file) => file.judged || file.error).map((file) => ({
      file: file.name,
      answer: file.judged?.answer ?? null,
      error: file.error ? refusal(file) : ""
    }));
    return element(
      "section",
      {},
      element("div", { class: "scroll" }, element(
        "table",
        {},
        element("thead", {}, element("tr", {}, ...["File", "Answer", "Probability", "To look at"].map((word) => element("th", { scope: "col" }, word)))),
        body
      )),
      element("button", {
        class: "no-print",
        on: { click: () => handOut(csv(rows(), table), `${table.name}-${table.version}.csv`, "text/csv") }
      }, "Download as CSV")
    );
  }
  function accept() {
    accepted = true;
    byId("before").hidden = true;
    byId("drop").hidden = false;
    byId("files").focus();
  }
  function listen() {
    byId("accept").addEventListener("click", accept);
    const input = byId("files"), drop = byId("drop");
    input.addEventListener("change", () => {
      void take([...input.files ?? []]);
      input.value = "";
    });
    for (const event of ["dragover", "drop"]) {
      drop.addEventListener(event, (dropped) => {
        dropped.preventDefault();
        if (event === "drop" && usable && accepted) void take([...dropped.dataTransfer?.files ?? []]);
      });
    }
    document.addEventListener("paste", (event) => {
      const pasted = [...event.clipboardData?.files ?? []];
      if (pasted.length && usable && accepted) void take(pasted);
    });
    byId("forget").addEventListener("click", forget);
  }
  async function load() {
    table = await (await fetch("page.json")).json();
    const { words } = table;
    byId("model").textContent = `${table.name}, version ${table.version}. ${words.how_good}. ${words.unchecked}`.trim();
    byId("synthetic").textContent = words.synthetic;
    for (const place of document.querySelectorAll(".notice-text")) place.textContent = words.notice;
    document.title = `${table.name} on your own device`;
    byId("card").textContent = await (await fetch("model_card.md")).text();
    byId("what").replaceChildren(...table.before_the_first.map((line2) => element("li", {}, line2)));
    listen();
    start();
    if ("serviceWorker" in navigator) await navigator.serviceWorker.register("offline.js");
  }
  load().catch((error) => refuseDevice(String(error)));
})();
