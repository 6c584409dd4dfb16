"use strict";
var xrayLab = (() => {
  var __defProp = Object.defineProperty;
  var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
  var __getOwnPropNames = Object.getOwnPropertyNames;
  var __hasOwnProp = Object.prototype.hasOwnProperty;
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };
  var __copyProps = (to, from, except, desc) => {
    if (from && typeof from === "object" || typeof from === "function") {
      for (let key of __getOwnPropNames(from))
        if (!__hasOwnProp.call(to, key) && key !== except)
          __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
    }
    return to;
  };
  var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

  // src/worker.ts
  var worker_exports = {};
  __export(worker_exports, {
    answered: () => answered,
    csv: () => csv,
    decode: () => decode,
    described: () => described,
    headline: () => headline,
    judged: () => judged,
    lettersIn: () => lettersIn,
    pictureWarnings: () => pictureWarnings,
    prepare: () => prepare,
    scaledMap: () => scaledMap,
    undecidedWords: () => undecidedWords,
    worthAt: () => worthAt
  });

  // src/table.ts
  function written(template, values) {
    return template.replace(/\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
  }
  function grouped(value) {
    return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  }
  function fixed(value, digits) {
    const text2 = value.toFixed(digits);
    return /^-0\.?0*$/.test(text2) ? text2.slice(1) : text2;
  }
  function share(value) {
    if (value >= 0.995) return "> 0.99";
    return value < 5e-3 ? "< 0.01" : fixed(value, 2);
  }

  // src/answer.ts
  function answered(outputs, warnings, table2) {
    const status = warnings.some((one) => one.refuses) ? "cannot-judge" : "ok";
    const points = status === "ok" ? table2.operating : null;
    return {
      status,
      outputs,
      likeliest: ranked(outputs)[0],
      uncertain: status === "ok" && isUncertain(outputs, points, table2),
      flagged: points && Object.keys(points).filter((name) => outputs[name] >= points[name].threshold),
      warnings: [...warnings.filter((one) => one.refuses), ...warnings.filter((one) => !one.refuses)]
    };
  }
  function ranked(outputs) {
    return Object.keys(outputs).sort((a, b) => outputs[b] - outputs[a]);
  }
  function inBand(point, value) {
    return point.band !== null && point.band[0] <= value && value <= point.band[1];
  }
  function isUncertain(outputs, points, table2) {
    const [first, second] = ranked(outputs).map((name) => outputs[name]);
    if (first - second < table2.limits.margin - 1e-9) return true;
    if (!points || !Object.keys(points).length) return first < table2.limits.unsure;
    return Object.keys(points).some((name) => inBand(points[name], outputs[name]));
  }
  function leading(answer) {
    return ranked(answer.outputs).slice(0, answer.uncertain ? 2 : 1);
  }
  function headline(answer, table2) {
    const { words: words2 } = table2;
    if (answer.status !== "ok") return words2.cannot_judge;
    if (!answer.uncertain) return written(words2.more_like, { name: answer.likeliest });
    const classes = leading(answer).map((name) => `${name} ${share(answer.outputs[name])}`).join(", ");
    return written(words2.undecided, { classes });
  }
  function undecidedWords(answer, table2) {
    if (!answer.uncertain) return "";
    const { words: words2, limits } = table2, { outputs } = answer;
    const points = table2.operating ?? {};
    const bands = Object.keys(points).filter((name) => inBand(points[name], outputs[name])).map((name) => {
      const [low, high] = points[name].band;
      return written(words2.in_band, {
        share: share(outputs[name]),
        name,
        low: share(low),
        high: share(high)
      });
    });
    const [first, second] = leading(answer);
    const margin = fixed(limits.margin, 2);
    let why = written(words2.none_reaches, { unsure: fixed(limits.unsure, 2) });
    if (bands.length) why = bands.join("; ");
    else if (outputs[first] - outputs[second] < limits.margin) {
      why = written(words2.barely_ahead, { first, margin, second });
    }
    return written(words2.somebody_decides, { why: why[0].toUpperCase() + why.slice(1) });
  }
  var BASES = [100, 1e3, 1e4];
  function base(value) {
    for (const one of BASES) {
      const count = even(value * one);
      if (count > 0 && count < one && Math.abs(count / one - value) <= value / 20) return one;
    }
    return value > 0 && value < 1 ? BASES[BASES.length - 1] : BASES[0];
  }
  function even(value) {
    const low = Math.floor(value), above = value - low;
    return above > 0.5 || above === 0.5 && low % 2 !== 0 ? low + 1 : low;
  }
  function worthAt(record, prevalence, table2) {
    const worth = predictiveValue(record, prevalence);
    if (!worth || !(prevalence > 0 && prevalence < 1)) return "";
    const { words: words2 } = table2;
    const of = base(prevalence), count = even(prevalence * of);
    const people = written(
      count ? words2.of_people : words2.fewer_than,
      { count: grouped(count), base: grouped(of) }
    );
    const begin = written(record.begin, { people });
    const told = { called: record.called, others: record.others };
    if (record.specificity === 1) {
      const whole3 = base(worth.interval.low);
      const low = Math.floor(worth.interval.low * whole3 + 1e-9);
      return begin + written(words2.at_least, { ...told, low: grouped(low), base: grouped(whole3) });
    }
    const whole2 = base(worth.value);
    return begin + written(words2.about, {
      ...told,
      about: grouped(even(worth.value * whole2)),
      base: grouped(whole2),
      low: grouped(Math.floor(worth.interval.low * whole2 + 1e-9)),
      high: grouped(Math.ceil(worth.interval.high * whole2 - 1e-9))
    });
  }
  function predictiveValue(record, prevalence) {
    const { sensitivity: right, specificity: none } = record;
    const its = record.sensitivity_interval, other = record.specificity_interval;
    if (right === null || none === null || !its || !other) return null;
    const wrong = 1 - none;
    if (right === 0 && wrong === 0) return null;
    const odds = prevalence / (1 - prevalence);
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

  // src/csv.ts
  var RISKY = ["=", "+", "-", "@", "	", "\r"];
  function csv(rows, table2) {
    return [table2.csv, ...rows.map((row) => cells(row, table2))].map(line).join("");
  }
  function cells({ file, answer, error }, table2) {
    const ok = answer?.status === "ok";
    const shares = (told) => table2.classes.map((name) => told && answer ? fixed(answer.outputs[name], 6) : "");
    const whyNot = answer?.warnings.filter((one) => one.refuses).map((one) => one.message).join(" ") ?? error;
    return [
      safe(file),
      answer ? answer.status : "refused",
      ok ? safe(answer.likeliest) : "",
      ...shares(ok),
      ok ? answer.uncertain ? "yes" : "no" : "",
      answer?.flagged?.length ? safe(answer.flagged.join("; ")) : "",
      answer?.warnings.map((one) => one.code).join(" ") ?? "",
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
  function safe(text2) {
    const flat = text2.split(/\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/).join(" ");
    return RISKY.some((mark) => flat.startsWith(mark)) ? `'${flat}` : flat;
  }

  // src/resize.ts
  var f32 = Math.fround;
  function picture(data, width, height, channels = 1) {
    return { data, width, height, channels };
  }
  function empty(like, length) {
    return new like.constructor(length);
  }
  function rounded(value) {
    const low = Math.floor(value), above = value - low;
    return above > 0.5 || above === 0.5 && low % 2 !== 0 ? low + 1 : low;
  }
  function keep(samples) {
    if (samples instanceof Float32Array) return f32;
    const top = samples instanceof Uint8Array ? 255 : 65535;
    return (value) => Math.min(top, Math.max(0, rounded(value)));
  }
  function areaWeights(large, small, scale) {
    const to = [], from = [], weight = [];
    const add = (place, source, share2) => {
      to.push(place);
      from.push(source);
      weight.push(share2);
    };
    for (let place = 0; place < small; place++) {
      const begin = place * scale, end = begin + scale;
      const cell = Math.min(scale, large - begin);
      const last = Math.min(Math.floor(end), large - 1);
      const first = Math.min(Math.ceil(begin), last);
      if (first - begin > 1e-3) add(place, first - 1, (first - begin) / cell);
      for (let source = first; source < last; source++) add(place, source, 1 / cell);
      if (end - last > 1e-3) add(place, last, Math.min(Math.min(end - last, 1), cell) / cell);
    }
    return { to: Int32Array.from(to), from: Int32Array.from(from), weight: Float32Array.from(weight) };
  }
  function areaByWeights(source, width, height, scaleX, scaleY) {
    const { data, channels } = source;
    const across = areaWeights(source.width, width, scaleX);
    const down = areaWeights(source.height, height, scaleY);
    const columns = width * channels;
    const row = new Float32Array(columns), sum = new Float32Array(columns);
    const result = empty(data, columns * height);
    const kept2 = keep(data);
    const write = (place) => {
      for (let k = 0; k < columns; k++) result[place * columns + k] = kept2(sum[k]);
    };
    let before2 = down.to[0];
    for (let j = 0; j < down.to.length; j++) {
      const start2 = down.from[j] * source.width * channels, share2 = down.weight[j];
      row.fill(0);
      for (let k = 0; k < across.to.length; k++) {
        const at = across.to[k] * channels, of = start2 + across.from[k] * channels;
        const part = across.weight[k];
        for (let c = 0; c < channels; c++) row[at + c] = row[at + c] + f32(data[of + c] * part);
      }
      if (down.to[j] !== before2) {
        write(before2);
        for (let k = 0; k < columns; k++) sum[k] = share2 * row[k];
        before2 = down.to[j];
      } else {
        for (let k = 0; k < columns; k++) sum[k] = sum[k] + f32(share2 * row[k]);
      }
    }
    write(before2);
    return result;
  }
  function areaByCounts(source, width, height, across, down) {
    const { data, channels } = source;
    const whole2 = !(data instanceof Float32Array);
    const area = across * down, scale = f32(1 / area);
    const result = empty(data, width * height * channels);
    const kept2 = keep(data);
    const stride = source.width * channels;
    const offsets = new Int32Array(area);
    for (let y = 0; y < down; y++) {
      for (let x = 0; x < across; x++) offsets[y * across + x] = y * stride + x * channels;
    }
    const exact = data instanceof Uint8Array;
    const halves = across === 2 && down === 2 && channels !== 2;
    for (let y = 0, place = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++, place++) {
          const at = y * down * stride + x * across * channels + c;
          if (halves) {
            const [a, b, d, e] = [
              data[at],
              data[at + channels],
              data[at + stride],
              data[at + stride + channels]
            ];
            result[place] = whole2 ? a + b + d + e + 2 >> 2 : f32(f32(f32(a + b) + f32(d + e)) * 0.25);
            continue;
          }
          let sum = 0, k = 0;
          for (; k <= area - 4; k += 4) {
            const first = f32(data[at + offsets[k]] + data[at + offsets[k + 1]]);
            const four = f32(f32(first + data[at + offsets[k + 2]]) + data[at + offsets[k + 3]]);
            sum = exact ? sum + four : f32(sum + four);
          }
          for (; k < area; k++) {
            const value = sum + data[at + offsets[k]];
            sum = exact ? value : f32(value);
          }
          result[place] = kept2(f32(f32(sum) * scale));
        }
      }
    }
    return result;
  }
  function shrunk(source, width, height) {
    if (width === source.width && height === source.height) return source;
    const scaleX = 1 / (width / source.width), scaleY = 1 / (height / source.height);
    const wholeX = rounded(scaleX), wholeY = rounded(scaleY);
    const even2 = Math.abs(scaleX - wholeX) < Number.EPSILON && Math.abs(scaleY - wholeY) < Number.EPSILON;
    const data = even2 ? areaByCounts(source, width, height, wholeX, wholeY) : areaByWeights(source, width, height, scaleX, scaleY);
    return picture(data, width, height, source.channels);
  }
  function neighbours(source, wanted, area, across) {
    const inverse = wanted / source, scale = 1 / inverse;
    const first = new Int32Array(wanted), second = new Int32Array(wanted);
    const share2 = new Float32Array(wanted);
    for (let place = 0; place < wanted; place++) {
      let at, part;
      if (area) {
        at = Math.floor(place * scale);
        part = f32(place + 1 - (at + 1) * inverse);
        part = part <= 0 ? 0 : f32(part - Math.floor(part));
      } else {
        const exact = f32((place + 0.5) * scale - 0.5);
        at = Math.floor(exact);
        part = f32(exact - at);
      }
      if (across && (at < 0 || at >= source - 1)) part = 0;
      first[place] = Math.min(Math.max(at, 0), source - 1);
      second[place] = Math.min(Math.max(at + 1, 0), source - 1);
      share2[place] = part;
    }
    return { first, second, share: share2 };
  }
  function between(a, b, share2) {
    return f32(f32(b - a) * share2 + a);
  }
  function enlarged(source, width, height, area = false) {
    if (width === source.width && height === source.height) return source;
    const { data, channels } = source;
    const fixed2 = data instanceof Uint8Array;
    const x = neighbours(source.width, width, area, true);
    const y = neighbours(source.height, height, area, false);
    const columns = width * channels, stride = source.width * channels;
    const result = empty(data, columns * height);
    const kept2 = keep(data);
    const weight = (share2) => rounded(f32(share2 * 2048));
    const stretched = (row2) => {
      const found = new Float64Array(columns);
      for (let place = 0, at = 0; place < width; place++) {
        const left = row2 * stride + x.first[place] * channels;
        const right = row2 * stride + x.second[place] * channels;
        const share2 = x.share[place];
        const one = weight(f32(1 - share2)), two = weight(share2);
        for (let c = 0; c < channels; c++, at++) {
          const a = data[left + c], b = data[right + c];
          found[at] = fixed2 ? a * one + b * two : between(a, b, share2);
        }
      }
      return found;
    };
    const rows = /* @__PURE__ */ new Map();
    const row = (place) => {
      let found = rows.get(place);
      if (!found) {
        if (rows.size > 2) rows.clear();
        rows.set(place, found = stretched(place));
      }
      return found;
    };
    for (let place = 0; place < height; place++) {
      const upper = row(y.first[place]), lower2 = row(y.second[place]), share2 = y.share[place];
      const one = weight(f32(1 - share2)), two = weight(share2);
      for (let k = 0; k < columns; k++) {
        result[place * columns + k] = fixed2 ? (one * (upper[k] >> 4) >> 16) + (two * (lower2[k] >> 4) >> 16) + 2 >> 2 : kept2(between(upper[k], lower2[k], share2));
      }
    }
    return picture(result, width, height, channels);
  }
  function resized(source, width, height) {
    const low = shrunk(source, Math.min(source.width, width), Math.min(source.height, height));
    return enlarged(low, width, height);
  }
  function byArea(source, width, height) {
    const shrinks = width <= source.width && height <= source.height;
    return shrinks ? shrunk(source, width, height) : enlarged(source, width, height, true);
  }

  // src/radiograph.ts
  var MAX_PIXELS = 25e6;
  var MAX_BYTES = 64 * 2 ** 20;
  var Refusal = class extends Error {
    constructor(code2, detail = "") {
      super(detail ? `${code2}: ${detail}` : code2);
      this.code = code2;
      this.detail = detail;
    }
    code;
    detail;
  };
  function radiograph(pixels, bitDepth, format, notes = [], told = {}) {
    checkSize(pixels.width, pixels.height);
    const low = usesLittle(pixels.data, bitDepth) ? ["low-range"] : [];
    return {
      pixels,
      bitDepth,
      format,
      notes: [.../* @__PURE__ */ new Set([...notes, ...low])],
      view: told.view ?? "",
      annotated: told.annotated ?? false,
      synthetic: told.synthetic ?? false,
      descriptions: told.descriptions ?? []
    };
  }
  function checkSize(width, height) {
    if (width < 1 || height < 1) throw new Refusal("damaged", "no pixels");
    if (width * height > MAX_PIXELS) throw new Refusal("too-large", `${width} × ${height}`);
  }
  function usesLittle(data, bits) {
    if (bits <= 8) return false;
    let low = data[0], high = low;
    for (let k = 1; k < data.length; k++) {
      const value = data[k];
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return low < high && (high - low) * 4 < 2 ** bits;
  }
  function greyIfEqual(pixels) {
    const { data, channels, width, height } = pixels;
    if (channels === 1) return pixels;
    for (let k = 0; k < data.length; k += channels) {
      for (let c = 1; c < channels; c++) if (data[k + c] !== data[k]) return pixels;
    }
    const grey = new data.constructor(width * height);
    for (let k = 0; k < grey.length; k++) grey[k] = data[k * channels];
    return picture(grey, width, height);
  }
  function asGrey(pixels) {
    const { data, channels, width, height } = pixels;
    if (channels === 1) return pixels;
    const grey = new Uint8Array(width * height);
    for (let k = 0, at = 0; k < grey.length; k++, at += 3) {
      grey[k] = data[at] * 9798 + data[at + 1] * 19235 + data[at + 2] * 3735 + 16384 >> 15;
    }
    return picture(grey, width, height);
  }
  function toBytes(pixels, bits) {
    const { data } = pixels;
    if (data instanceof Uint8Array) return pixels;
    const top = 2 ** bits - 1, half = top >> 1;
    const small = new Uint8Array(data.length);
    for (let k = 0; k < data.length; k++) small[k] = Math.floor((data[k] * 255 + half) / top);
    return { ...pixels, data: small };
  }
  function atMost(pixels, side) {
    const scale = side / Math.max(pixels.width, pixels.height);
    if (scale >= 1) return pixels;
    const size = (length) => Math.max(1, rounded(length * scale));
    return shrunk(pixels, size(pixels.width), size(pixels.height));
  }

  // src/dicom_elements.ts
  var IMPLICIT = "1.2.840.10008.1.2";
  var EXPLICIT = "1.2.840.10008.1.2.1";
  var BIG = "1.2.840.10008.1.2.2";
  var TAGS = {
    PresentationIntentType: 524392,
    SyntheticData: 524316,
    CodeValue: 524544,
    CodeMeaning: 524548,
    ImagerPixelSpacing: 1577316,
    NominalScannedPixelSpacing: 1581072,
    ViewPosition: 1593601,
    PatientOrientation: 2097184,
    SamplesPerPixel: 2621442,
    PhotometricInterpretation: 2621444,
    PlanarConfiguration: 2621446,
    NumberOfFrames: 2621448,
    Rows: 2621456,
    Columns: 2621457,
    PixelSpacing: 2621488,
    PixelAspectRatio: 2621492,
    BitsAllocated: 2621696,
    BitsStored: 2621697,
    HighBit: 2621698,
    PixelRepresentation: 2621699,
    PixelPaddingValue: 2621728,
    PixelPaddingRangeLimit: 2621729,
    BurnedInAnnotation: 2622209,
    WindowCenter: 2625616,
    WindowWidth: 2625617,
    RescaleIntercept: 2625618,
    RescaleSlope: 2625619,
    VOILUTFunction: 2625622,
    ModalityLUTSequence: 2633728,
    LUTDescriptor: 2633730,
    LUTData: 2633734,
    VOILUTSequence: 2633744,
    ViewCodeSequence: 5505568,
    ViewModifierCodeSequence: 5505570,
    PresentationLUTShape: 542113824,
    FloatPixelData: 2145386504,
    DoubleFloatPixelData: 2145386505,
    PixelData: 2145386512
  };
  var KNOWN = new Set(Object.values(TAGS));
  var SEQUENCES = /* @__PURE__ */ new Set([
    TAGS.ModalityLUTSequence,
    TAGS.VOILUTSequence,
    TAGS.ViewCodeSequence,
    TAGS.ViewModifierCodeSequence
  ]);
  var LONG = /* @__PURE__ */ new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
  var ITEM = 4294893568;
  var ITEM_END = 4294893581;
  var SEQUENCE_END = 4294893789;
  var UNDEFINED = 4294967295;
  var SYNTAX = 131088;
  var META_GROUP = 2;
  var DEEPEST = 16;
  var META = { 0: "UL", 1: "OB", 2: "UI", 3: "UI", 16: "UI" };
  function metaPlace(data) {
    const letters = (place2) => text(data.subarray(place2, place2 + 4)) === "DICM";
    const place = letters(128) ? 132 : letters(0) ? 4 : 0;
    const head = data.subarray(place, place + 6);
    const fits = head[0] === 2 && head[1] === 0 && head[3] === 0;
    return fits && META[head[2]] === text(head.subarray(4)) ? place : null;
  }
  function readElements(data, begin) {
    const reader = new Reader(data, true, true);
    const meta = reader.dataset(begin, data.length, (tag) => tag >>> 16 === META_GROUP);
    const syntax = text(meta.found.get(SYNTAX)?.value).replace(/[\0 ]+$/, "");
    if (!syntax) throw new Refusal("damaged", "no transfer syntax");
    const body = new Reader(data, syntax !== IMPLICIT, syntax !== BIG);
    return {
      syntax,
      dataset: body.dataset(meta.end, data.length).found,
      undelimited: body.undelimited
    };
  }
  function text(value) {
    let all = "";
    for (const byte of value ?? []) all += String.fromCharCode(byte);
    return all;
  }
  var Reader = class _Reader {
    constructor(data, explicit, little) {
      this.data = data;
      this.explicit = explicit;
      this.little = little;
      this.view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    }
    data;
    explicit;
    little;
    undelimited = false;
    view;
    /** Elements from a place to an end, or as long as `wanted` says; and where they end. */
    dataset(begin, end, wanted = () => true, depth = 0) {
      if (depth > DEEPEST) throw new Refusal("not-here", "nesting");
      const found = /* @__PURE__ */ new Map();
      let place = begin;
      while (place < end) {
        if (place + 8 > end) {
          if (this.data.subarray(place, end).every((byte) => byte === 0)) break;
          throw new Refusal("damaged", "cut off");
        }
        const tag = this.tag(place);
        if (!wanted(tag)) break;
        if (tag === ITEM_END) {
          place += 8;
          break;
        }
        place = this.element(place, end, tag, found, depth);
      }
      return { found, end: place };
    }
    tag(place) {
      return this.view.getUint16(place, this.little) * 65536 + this.view.getUint16(place + 2, this.little);
    }
    element(place, end, tag, found, depth) {
      let vr = "", length, value;
      if (this.explicit) {
        vr = text(this.data.subarray(place + 4, place + 6));
        if (!/^[A-Z]{2}$/.test(vr)) throw new Refusal("not-here", "value representation");
        const long = LONG.has(vr);
        if (long && place + 12 > end) throw new Refusal("damaged", "cut off");
        length = long ? this.view.getUint32(place + 8, this.little) : this.view.getUint16(place + 6, this.little);
        value = place + (long ? 12 : 8);
      } else {
        length = this.view.getUint32(place + 4, this.little);
        value = place + 8;
      }
      const pixels = tag === TAGS.PixelData;
      if (length === UNDEFINED) {
        if (pixels) {
          const { fragments, next: next2 } = this.fragments(value, end);
          found.set(tag, { vr, value: new Uint8Array(0), little: this.little, items: [], fragments });
          return next2;
        }
        const inner = vr === "UN" ? new _Reader(this.data, false, true) : this;
        const { items, next } = inner.items(value, end, depth);
        if (KNOWN.has(tag)) found.set(tag, { vr, value: new Uint8Array(0), little: this.little, items, fragments: null });
        return next;
      }
      if (value + length > end) throw new Refusal("damaged", "cut off");
      if (KNOWN.has(tag) || tag >>> 16 === META_GROUP) {
        const sequence = SEQUENCES.has(tag) && (vr === "SQ" || vr === "");
        const items = sequence ? this.items(value, value + length, depth).items : [];
        const bytes2 = this.data.subarray(value, value + length);
        found.set(tag, { vr, value: bytes2, little: this.little, items, fragments: null });
      }
      return value + length;
    }
    items(begin, end, depth) {
      const items = [];
      let place = begin;
      while (place + 8 <= end) {
        const tag = this.tag(place), length = this.view.getUint32(place + 4, this.little);
        if (tag === SEQUENCE_END) return { items, next: place + 8 };
        if (tag !== ITEM) throw new Refusal("not-here", "sequence");
        const stop = length === UNDEFINED ? end : place + 8 + length;
        if (stop > end) throw new Refusal("damaged", "cut off");
        const inner = this.dataset(place + 8, stop, void 0, depth + 1);
        items.push(inner.found);
        place = length === UNDEFINED ? inner.end : stop;
      }
      return { items, next: place };
    }
    /** PS3.5, A.4: the offset table, then the fragments; the mark of their end may be missing. */
    fragments(begin, end) {
      const fragments = [];
      let place = begin;
      while (place + 8 <= end && this.tag(place) === ITEM) {
        const length = this.view.getUint32(place + 4, this.little);
        if (place + 8 + length > end) throw new Refusal("damaged", "cut off");
        fragments.push(this.data.subarray(place + 8, place + 8 + length));
        place += 8 + length;
      }
      if (place + 8 <= end && this.tag(place) === SEQUENCE_END) return { fragments, next: place + 8 };
      if (place !== end) throw new Refusal("not-here", "end of pixels");
      this.undelimited = true;
      return { fragments, next: end };
    }
  };

  // src/dicom_values.ts
  var BINARY = {
    US: (view, little) => view.getUint16(0, little),
    SS: (view, little) => view.getInt16(0, little),
    UL: (view, little) => view.getUint32(0, little),
    SL: (view, little) => view.getInt32(0, little)
  };
  var SIZES = { US: 2, SS: 2, UL: 4, SL: 4 };
  var WHOLE = /^[-+]?\d+$/;
  var DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;
  function strings(dataset, name) {
    const whole2 = text(dataset.get(TAGS[name])?.value).replace(/[\0 ]+$/, "");
    return whole2 ? whole2.split("\\").map((part) => part.trim()) : [];
  }
  function code(dataset, name) {
    return strings(dataset, name).join("\\").toUpperCase();
  }
  function whole(dataset, name, implicit, usual) {
    const element = dataset.get(TAGS[name]);
    if (!element || !element.value.length) {
      if (usual !== void 0) return usual;
      throw new Refusal("damaged", name);
    }
    const vr = element.vr || implicit;
    if (vr === "IS") {
      const [only, ...rest] = strings(dataset, name);
      if (only === void 0 && usual !== void 0) return usual;
      if (only === void 0 || rest.length || !WHOLE.test(only)) throw new Refusal("not-here", name);
      return Number(only);
    }
    const found = binary(element, vr);
    if (found.length !== 1) throw new Refusal("damaged", name);
    return found[0];
  }
  function binary(element, vr) {
    const size = SIZES[vr];
    if (!size || element.value.length % size) throw new Refusal("not-here", `value of ${vr}`);
    return Array.from({ length: element.value.length / size }, (_, k) => {
      const { buffer, byteOffset } = element.value;
      return BINARY[vr](new DataView(buffer, byteOffset + k * size, size), element.little);
    });
  }
  function decimals(dataset, name) {
    const element = dataset.get(TAGS[name]);
    if (element?.vr && element.vr !== "DS" && element.vr !== "IS") throw new Refusal("not-here", name);
    return strings(dataset, name).map((part) => {
      if (!DECIMAL.test(part)) throw new Refusal("not-here", name);
      return Number(part);
    });
  }
  function padding(dataset, name, signed) {
    const element = dataset.get(TAGS[name]);
    if (!element || !element.value.length) return null;
    const found = binary(element, element.vr || (signed ? "SS" : "US"));
    return found.length === 1 ? found[0] : null;
  }
  function words(dataset, name) {
    const element = dataset.get(TAGS[name]);
    if (!element) return new Uint16Array(0);
    const { value, little } = element;
    return Uint16Array.from({ length: value.length >> 1 }, (_, k) => {
      const [a, b] = [value[2 * k], value[2 * k + 1]];
      return little ? a | b << 8 : a << 8 | b;
    });
  }

  // src/dicom_greys.ts
  var FUNCTIONS = ["LINEAR", "LINEAR_EXACT", "SIGMOID"];
  function greyTable(dataset, depth, notes) {
    const { bits, signed } = depth;
    const lowest2 = signed ? -(2 ** (bits - 1)) : 0;
    const domain = Float64Array.from({ length: 2 ** bits }, (_, k) => lowest2 + k);
    const shade = displayed(dataset, domain, notes);
    if (depth.inverted) shade.forEach((value, k) => {
      shade[k] = 1 - value;
    });
    const [from, to] = padded(dataset, lowest2, depth);
    shade.fill(0, from, to);
    const deep2 = Math.max(8, bits), top = 2 ** deep2 - 1;
    const table2 = deep2 === 8 ? new Uint8Array(shade.length) : new Uint16Array(shade.length);
    shade.forEach((value, k) => {
      table2[k] = Math.floor(value * top + 0.5);
    });
    return table2;
  }
  function displayed(dataset, domain, notes) {
    let slope = 1;
    let now;
    const modality = lookup(dataset, "ModalityLUTSequence", notes);
    if (modality) now = looked(modality, domain, notes);
    else {
      slope = decimals(dataset, "RescaleSlope")[0] || 1;
      const intercept = decimals(dataset, "RescaleIntercept")[0] ?? 0;
      const value2 = domain.map((one) => one * slope + intercept);
      const ends = [value2[0], value2[value2.length - 1]];
      now = { value: value2, low: Math.min(...ends), high: Math.max(...ends) };
    }
    const shown = lookup(dataset, "VOILUTSequence", notes);
    if (shown) now = looked(shown, now.value, notes);
    else {
      const found = firstWindow(dataset, notes);
      if (found) {
        const how = code(dataset, "VOILUTFunction") || "LINEAR";
        if (!FUNCTIONS.includes(how)) notes.push("window-function");
        return windowed(now.value, found, how, notes, Math.abs(slope) < 1);
      }
    }
    const { value, low, high } = now;
    return high > low ? value.map((one) => (one - low) / (high - low)) : new Float64Array(value.length);
  }
  function firstWindow(dataset, notes) {
    const centres = decimals(dataset, "WindowCenter"), widths = decimals(dataset, "WindowWidth");
    for (let k = 0; k < Math.min(centres.length, widths.length); k++) {
      if (Number.isFinite(centres[k]) && Number.isFinite(widths[k]) && widths[k] > 0) {
        return [centres[k], widths[k]];
      }
    }
    if (centres.length + widths.length) notes.push("window-unusable");
    return null;
  }
  function windowed(value, [centre2, width], how, notes, fine) {
    if (how === "SIGMOID") {
      return value.map((one) => {
        const power = Math.min(700, Math.max(-700, -4 * (one - centre2) / width));
        return 1 / (1 + Math.exp(power));
      });
    }
    if (how !== "LINEAR_EXACT") {
      if (width < 1 || fine && width === 1) notes.push("window-narrow");
      else {
        centre2 -= 0.5;
        width -= 1;
      }
    }
    if (width <= 0) return value.map((one) => one > centre2 ? 1 : 0);
    return value.map((one) => Math.min(1, Math.max(0, (one - centre2) / width + 0.5)));
  }
  function lookup(dataset, name, notes) {
    const items = dataset.get(TAGS[name])?.items ?? [];
    for (const item of items) {
      const descriptor = words(item, "LUTDescriptor"), data = words(item, "LUTData");
      if (descriptor.length === 3 && data.length) {
        return { length: descriptor[0] || 65536, first: descriptor[1], bits: descriptor[2], words: data };
      }
    }
    if (items.length) notes.push("lut-empty");
    return null;
  }
  function looked(table2, value, notes) {
    let { length: count, first, bits, words: entries } = table2;
    if (value.some((one) => one < 0) && first >= 32768) first -= 65536;
    if (bits <= 8 && count > 1 && entries.length === count + 1 >> 1) {
      entries = Uint16Array.from({ length: entries.length * 2 }, (_, k) => k % 2 ? entries[k >> 1] >> 8 : entries[k >> 1] & 255);
    }
    const short = entries.length < count;
    if (short) {
      notes.push("lut-short");
      count = entries.length;
    }
    let highest = 0;
    for (let k = 0; k < count; k++) highest = Math.max(highest, entries[k]);
    const needed = Math.max(1, 32 - Math.clz32(highest));
    if (!(bits >= 1 && bits <= 16) || needed > bits || needed < bits && bits > 8 && !short) {
      if (needed !== bits) notes.push("lut-depth");
      bits = Math.max(needed, 8);
    }
    const found = value.map((one) => entries[Math.min(count - 1, Math.max(0, rounded(one) - first))]);
    return { value: found, low: 0, high: 2 ** bits - 1 };
  }
  function padded(dataset, lowest2, { bits, signed }) {
    const first = padding(dataset, "PixelPaddingValue", signed);
    if (!dataset.has(TAGS.PixelPaddingValue)) return [0, 0];
    const allocated = words(dataset, "BitsAllocated")[0] ?? 16;
    const ends = [first, padding(dataset, "PixelPaddingRangeLimit", signed)].flatMap((told) => {
      if (told === null) return [];
      const end = signed && told >= 2 ** (bits - 1) ? told - 2 ** allocated : told;
      return [end - lowest2];
    });
    if (!ends.length) return [0, 0];
    const low = Math.min(...ends), high = Math.max(...ends);
    return low < 2 ** bits && high >= 0 ? [Math.max(0, low), high + 1] : [0, 0];
  }

  // src/exif.ts
  var ORIENTATION = 274;
  var BYTE = 1;
  var SHORT = 3;
  var LONG2 = 4;
  function orientation(block) {
    const begin = block[0] === 69 && block[1] === 120 ? 6 : 0;
    const view = new DataView(block.buffer, block.byteOffset + begin, Math.max(0, block.length - begin));
    try {
      const little = view.getUint16(0) === 18761;
      if (!little && view.getUint16(0) !== 19789) return 1;
      const first = view.getUint32(4, little), count = view.getUint16(first, little);
      for (let k = 0; k < count; k++) {
        const entry = first + 2 + 12 * k;
        if (view.getUint16(entry, little) !== ORIENTATION) continue;
        const kind = view.getUint16(entry + 2, little);
        if (view.getUint32(entry + 4, little) !== 1) return 1;
        const value = kind === SHORT ? view.getUint16(entry + 8, little) : kind === LONG2 ? view.getUint32(entry + 8, little) : kind === BYTE ? view.getUint8(entry + 8) : 1;
        return value >= 1 && value <= 8 ? value : 1;
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return 1;
  }
  function turned(pixels, how) {
    if (how === 1) return pixels;
    const { data, channels } = pixels;
    const swapped = how >= 5;
    const width = swapped ? pixels.height : pixels.width;
    const height = swapped ? pixels.width : pixels.height;
    const mirrored2 = [2, 3, 6, 7].includes(how), upended = [3, 4, 7, 8].includes(how);
    const result = new data.constructor(data.length);
    for (let row = 0, at = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const x = mirrored2 ? width - 1 - column : column, y = upended ? height - 1 - row : row;
        const from = (swapped ? x * pixels.width + y : y * pixels.width + x) * channels;
        for (let c = 0; c < channels; c++) result[at++] = data[from + c];
      }
    }
    return picture(result, width, height, channels);
  }

  // src/jpeg.ts
  var SOI = 216;
  var EOI = 217;
  var SOS = 218;
  var READ = [192, 193, 194];
  var NO_FRAMES = [196, 200, 204];
  var PROGRESSIVE = 194;
  function segments(data) {
    const found = [];
    const last = () => found[found.length - 1];
    for (let place = 2; ; ) {
      while (place + 1 < data.length && !(data[place] === 255 && isMarker(data[place + 1]))) place++;
      if (place + 1 >= data.length) break;
      const marker = data[place + 1];
      if (last()?.marker === SOS) last().end = place;
      if (marker === EOI) return [...found, { marker, start: place, end: place + 2 }];
      if (marker === SOI) return found;
      const end = place + 2 + ((data[place + 2] ?? 0) << 8 | (data[place + 3] ?? 0));
      found.push({ marker, start: place, end });
      place = Math.max(end, place + 2);
    }
    if (last()?.marker === SOS) last().end = data.length;
    return found;
  }
  function isMarker(byte) {
    return byte >= 192 && byte <= 207 || byte >= 216 && byte <= 254;
  }
  function begins(body, text2) {
    return [...text2].every((letter, k) => body[k] === letter.charCodeAt(0));
  }
  function firstPicture(data) {
    const kept2 = [data.subarray(0, 2)];
    let whole2 = false, square = true, exif = new Uint8Array(0);
    let width = 0, height = 0, components = 0;
    const open = /* @__PURE__ */ new Map();
    for (const { marker, start: start2, end } of segments(data)) {
      const segment = data.subarray(start2, end), body = segment.subarray(4);
      if (marker === EOI) {
        whole2 = true;
        kept2.push(segment);
        break;
      }
      if (marker >= 224 && marker < 240 || marker === 254) {
        if (begins(body, "Exif\0")) exif = exif.length ? exif : body;
        else if (begins(body, "JFIF\0")) {
          kept2.push(segment);
          square = body.length < 12 || body[8] === body[10] && body[9] === body[11];
        } else if (begins(body, "Adobe")) kept2.push(segment);
        continue;
      }
      if (marker >= 192 && marker <= 207 && !NO_FRAMES.includes(marker) || marker === 247) {
        if (!READ.includes(marker) || body[0] !== 8) throw new Refusal("unsupported-pixels", "JPEG process");
        height = body[1] << 8 | body[2];
        width = body[3] << 8 | body[4];
        components = body[5];
        if (marker === PROGRESSIVE) {
          for (let c = 0; c < components; c++) {
            for (let k = 0; k < 64; k++) open.set(`${body[6 + 3 * c]} ${k}`, 99);
          }
        }
      }
      if (marker === SOS && open.size) refine(open, body);
      kept2.push(segment);
    }
    const refined = [...open.values()].every((bits) => bits === 0);
    return { data: joined(kept2), whole: whole2, refined, exif, square, width, height, components };
  }
  function refine(open, body) {
    const count = body[0] ?? 0;
    const [first, last, bits] = [body[1 + 2 * count], body[2 + 2 * count], body[3 + 2 * count]];
    if (first === void 0 || last === void 0 || bits === void 0) return;
    for (let c = 0; c < count; c++) {
      for (let k = first; k <= Math.min(last, 63); k++) open.set(`${body[1 + 2 * c]} ${k}`, bits & 15);
    }
  }
  function frameOf(data) {
    if (!(data[0] === 255 && data[1] === SOI && data[2] === 255)) return null;
    for (const { marker, start: start2, end } of segments(data)) {
      if (marker === SOS) return null;
      if (marker >= 192 && marker <= 207 && !NO_FRAMES.includes(marker) || marker === 247) {
        const body = data.subarray(start2 + 4, end);
        if (body.length < 6) return null;
        return {
          process: marker,
          bits: body[0],
          rows: body[1] << 8 | body[2],
          columns: body[3] << 8 | body[4],
          samples: body[5]
        };
      }
    }
    return null;
  }
  function toldColours(data) {
    for (const { marker, start: start2, end } of segments(data)) {
      const body = data.subarray(start2 + 4, end);
      if (marker === 224 && begins(body, "JFIF\0")) return "YCbCr";
      if (marker === 238 && begins(body, "Adobe") && body.length > 11) return body[11] ? "YCbCr" : "RGB";
      if (READ.includes(marker)) {
        return String.fromCharCode(body[6], body[9], body[12]) === "RGB" ? "RGB" : "";
      }
    }
    return "";
  }
  function joined(parts) {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  function decoded(jpeg, data) {
    const decoder = new jpeg.JPEGDecoder();
    try {
      decoder.getEncodedBuffer(data.length).set(data);
      decoder.decode();
      const { width, height, componentCount } = decoder.getFrameInfo();
      return picture(new Uint8Array(decoder.getDecodedBuffer()), width, height, componentCount);
    } catch (error) {
      throw new Refusal("damaged", String(error));
    } finally {
      decoder.delete();
    }
  }
  function wholePicture(jpeg, first) {
    checkSize(first.width, first.height);
    if (first.components !== 1 && first.components !== 3) {
      throw new Refusal("unsupported-pixels", `${first.components} components`);
    }
    if (first.whole) return decoded(jpeg, first.data);
    const cut = first.data[first.data.length - 1] === 255 ? first.data.subarray(0, -1) : first.data;
    const end = Uint8Array.of(255, EOI);
    const one = decoded(jpeg, joined([cut, end]));
    const other = decoded(jpeg, joined([cut, new Uint8Array(64).fill(170), end]));
    if (!first.refined || !one.data.every((value, k) => value === other.data[k])) {
      throw new Refusal("damaged", "cut off");
    }
    return one;
  }
  function readJpeg(jpeg, data) {
    const first = firstPicture(data);
    const pixels = greyIfEqual(wholePicture(jpeg, first));
    const notes = first.square ? [] : ["density-unequal"];
    if (!first.whole) notes.push("cut-end");
    return radiograph(turned(pixels, orientation(first.exif)), 8, "JPEG", notes);
  }

  // src/lossless.ts
  var DHT = 196;
  var DRI = 221;
  var SOS2 = 218;
  var EOI2 = 217;
  function losslessSamples(data, frame) {
    const scan = scanOf(data);
    const { columns, rows, bits } = frame;
    const result = bits <= 8 ? new Uint8Array(rows * columns) : new Uint16Array(rows * columns);
    const top = result instanceof Uint8Array ? 255 : 65535;
    const start2 = 2 ** (bits - scan.shift - 1);
    if (scan.restart % columns) throw new Refusal("not-here", "restarts within a row");
    const coded = new Bits(data, scan.begin);
    const before2 = new Uint16Array(columns), line2 = new Uint16Array(columns);
    for (let row = 0; row < rows; row++) {
      const anew = row === 0 || scan.restart > 0 && row * columns % scan.restart === 0;
      if (anew && row > 0) coded.restart();
      for (let column = 0; column < columns; column++) {
        const left = column ? line2[column - 1] : 0, up = before2[column];
        const corner = column ? before2[column - 1] : 0;
        const guess = column === 0 ? anew ? start2 : up : anew ? left : predicted(scan.selection, left, up, corner);
        const value = guess + coded.difference(scan.table) & 65535;
        line2[column] = value;
        const shown = value << scan.shift & 65535;
        if (shown > top) throw new Refusal("damaged", "value beyond its depth");
        result[row * columns + column] = shown;
      }
      before2.set(line2);
    }
    coded.end();
    return result;
  }
  function predicted(selection, a, b, c) {
    switch (selection) {
      case 1:
        return a;
      case 2:
        return b;
      case 3:
        return c;
      case 4:
        return a + b - c;
      case 5:
        return a + (b - c >> 1);
      case 6:
        return b + (a - c >> 1);
      case 7:
        return a + b >> 1;
      default:
        throw new Refusal("damaged", "predictor");
    }
  }
  function scanOf(data) {
    const tables = /* @__PURE__ */ new Map();
    let restart = 0;
    for (const { marker, start: start2, end } of segments(data)) {
      const body = data.subarray(start2 + 4, end);
      if (marker === DHT) readTables(body, tables);
      if (marker === DRI) restart = body[0] << 8 | body[1];
      if (marker !== SOS2) continue;
      const length = data[start2 + 2] << 8 | data[start2 + 3];
      if (body[0] !== 1 || length !== 8) throw new Refusal("not-here", "components of a scan");
      const table2 = tables.get(body[2] >> 4);
      if (!table2) throw new Refusal("damaged", "no table");
      return { table: table2, selection: body[3], shift: body[5] & 15, restart, begin: start2 + 2 + length };
    }
    throw new Refusal("damaged", "no scan");
  }
  function readTables(body, tables) {
    for (let place = 0; place + 17 <= body.length; ) {
      const counts = body.slice(place + 1, place + 17);
      const total = counts.reduce((sum, count) => sum + count, 0);
      const values = body.slice(place + 17, place + 17 + total);
      if (values.length < total || values.some((value) => value > 16)) throw new Refusal("damaged", "table");
      const first = new Int32Array(16), begins2 = new Int32Array(16);
      for (let k = 0, code2 = 0, at = 0; k < 16; k++) {
        first[k] = code2;
        begins2[k] = at;
        code2 = code2 + counts[k] << 1;
        at += counts[k];
      }
      tables.set(body[place] & 15, { first, counts, begins: begins2, values });
      place += 17 + total;
    }
  }
  var Bits = class {
    constructor(data, place) {
      this.data = data;
      this.place = place;
    }
    data;
    place;
    byte = 0;
    left = 0;
    bit() {
      if (this.left === 0) {
        const byte = this.data[this.place];
        const stuffed = byte === 255;
        if (byte === void 0 || stuffed && this.data[this.place + 1] !== 0) throw new Refusal("damaged", "cut off");
        this.byte = byte;
        this.place += stuffed ? 2 : 1;
        this.left = 8;
      }
      return this.byte >> --this.left & 1;
    }
    /** H.1.2.2: a category, and the bits that tell which of its differences it is. */
    difference({ first, counts, begins: begins2, values }) {
      let code2 = 0;
      for (let k = 0; k < 16; k++) {
        code2 = code2 << 1 | this.bit();
        const at = code2 - first[k];
        if (at < 0 || at >= counts[k]) continue;
        const category = values[begins2[k] + at];
        if (category === 0) return 0;
        if (category === 16) return 32768;
        let more = 0;
        for (let n = 0; n < category; n++) more = more << 1 | this.bit();
        return more < 2 ** (category - 1) ? more - 2 ** category + 1 : more;
      }
      throw new Refusal("damaged", "code");
    }
    marker() {
      this.left = 0;
      while (this.data[this.place] === 255 && this.data[this.place + 1] === 255) this.place++;
      if (this.data[this.place] !== 255) throw new Refusal("damaged", "more than it should hold");
      this.place += 2;
      return this.data[this.place - 1];
    }
    restart() {
      const found = this.marker();
      if (found < 208 || found > 215) throw new Refusal("damaged", "no restart");
    }
    end() {
      if (this.marker() !== EOI2) throw new Refusal("damaged", "no end");
    }
  };

  // src/dicom_pixels.ts
  var RLE = "1.2.840.10008.1.2.5";
  var JPEG = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"];
  var NATIVE = [IMPLICIT, EXPLICIT, BIG];
  var LOSSLESS = ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"];
  var ELSEWHERE = ["80", "81", "90", "91"].map((n) => `1.2.840.10008.1.2.4.${n}`);
  function storedValues(file, header, jpeg, notes) {
    const { syntax, dataset } = file;
    if (NATIVE.includes(syntax)) return arranged(native(dataset, header, notes), header);
    const stream = streamOf(dataset, syntax);
    if (file.undelimited) notes.unshift("cut-delimiter");
    if (syntax === RLE) return arranged(unpacked(stream, header), { ...header, planar: true });
    const frame = agreed(stream, header, notes);
    const signed = whole(dataset, "PixelRepresentation", "US", 0) === 1;
    return LOSSLESS.includes(syntax) ? byLossless(stream, frame, header, notes, signed) : byJpeg(stream, frame, header, jpeg, notes, signed);
  }
  function native(dataset, header, notes) {
    const element = dataset.get(TAGS.PixelData);
    if (element.fragments) throw new Refusal("unsupported-compression", "not said how");
    const { rows, columns, samples, allocated } = header;
    const row = columns * samples * allocated / 8, length = rows * row;
    const { value, little } = element;
    if (value.length < length) throw new Refusal("damaged", `${value.length} of ${length} bytes`);
    if (value.length >= length + Math.max(2, row)) notes.push("pixels-left-over");
    if (allocated === 8) {
      if (!little && element.vr === "OW") throw new Refusal("not-here", "bytes in swapped words");
      return value.slice(0, length);
    }
    const words2 = new Uint16Array(length / 2);
    for (let k = 0; k < words2.length; k++) {
      words2[k] = little ? value[2 * k] | value[2 * k + 1] << 8 : value[2 * k] << 8 | value[2 * k + 1];
    }
    return words2;
  }
  function arranged(data, header) {
    const { rows, columns, samples, planar, stored, highBit, photometric } = header;
    let values = data;
    if (samples === 3 && planar) {
      const plane = rows * columns;
      values = Uint8Array.from(data, (_, k) => data[k % 3 * plane + Math.floor(k / 3)]);
    }
    const shift = highBit + 1 - stored;
    if (shift > 0) for (let k = 0; k < values.length; k++) values[k] = values[k] >> shift;
    return { values: picture(values, columns, rows, samples), stored, photometric };
  }
  function streamOf(dataset, syntax) {
    const { fragments } = dataset.get(TAGS.PixelData);
    if (!fragments?.length) throw new Refusal("damaged", "not wrapped");
    const parts = fragments.slice(1);
    const begins2 = (part) => part[0] === 255 && part[1] === 216 && part[2] === 255;
    const pictures = syntax === RLE ? parts.length : parts.filter(begins2).length;
    if (pictures > 1) throw new Refusal("several-frames");
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
  function unpacked(stream, header) {
    const { rows, columns, samples, allocated } = header;
    const pixels = rows * columns, planes = samples * allocated / 8;
    const view = new DataView(stream.buffer, stream.byteOffset, stream.byteLength);
    if (stream.length < 64) throw new Refusal("damaged", "RLE header");
    const count = view.getUint32(0, true);
    const offsets = Array.from({ length: 15 }, (_, k) => view.getUint32(4 + 4 * k, true));
    const ends = [...offsets.slice(1, count), stream.length];
    const ordered = ends.every((end, k) => end >= offsets[k]);
    if (count !== planes || offsets[0] !== 64 || !ordered) throw new Refusal("damaged", "RLE header");
    const segments2 = ends.map((end, k) => unpackedSegment(stream.subarray(offsets[k], end), pixels, columns));
    if (allocated === 8) {
      const all = new Uint8Array(pixels * samples);
      segments2.forEach((segment, k) => all.set(segment, k * pixels));
      return all;
    }
    return Uint16Array.from({ length: pixels }, (_, k) => segments2[0][k] << 8 | segments2[1][k]);
  }
  function unpackedSegment(segment, pixels, columns) {
    const result = new Uint8Array(pixels);
    let at = 0;
    for (let place = 0; place < segment.length; ) {
      const head = segment[place++];
      if (head < 128) {
        const part = segment.subarray(place, place + head + 1);
        result.set(part.subarray(0, Math.max(0, pixels - at)), Math.min(at, pixels));
        at += part.length;
        place += head + 1;
      } else if (head > 128) {
        if (place < segment.length) {
          result.fill(segment[place], Math.min(at, pixels), Math.min(at + 257 - head, pixels));
          at += 257 - head;
        }
        place++;
      }
    }
    if (at < pixels || at - pixels >= Math.max(2, columns)) throw new Refusal("damaged", "RLE length");
    return result;
  }
  function agreed(stream, header, notes) {
    const frame = frameOf(stream);
    if (!frame) throw new Refusal("damaged", "no JPEG");
    if (frame.columns !== header.columns || frame.rows !== header.rows) throw new Refusal("damaged", "size");
    if (frame.samples !== header.samples) {
      if (frame.samples !== 1) throw new Refusal("damaged", "samples");
      notes.push("stream-differs");
    }
    return frame;
  }
  function greyIfOne(frame, header) {
    return frame.samples === header.samples ? header.photometric : "MONOCHROME2";
  }
  function byLossless(stream, frame, header, notes, signed) {
    if (frame.process !== 195) throw new Refusal("damaged", "another process");
    if (frame.samples !== 1) throw new Refusal("not-here", "lossless colours");
    if (frame.bits < 1 || frame.bits > 16) throw new Refusal("unsupported-compression", `${frame.bits} bits`);
    const found = losslessSamples(stream, frame);
    const values = picture(found, frame.columns, frame.rows);
    return { values, stored: settled(found, frame.bits, header.stored, signed, notes), photometric: greyIfOne(frame, header) };
  }
  function settled(data, bits, announced, signed, notes) {
    if (bits <= announced) {
      if (bits < announced) notes.push("stream-differs");
      return bits;
    }
    const mask = 2 ** bits - 1, half = 2 ** (bits - 1);
    const low = signed ? -(2 ** (announced - 1)) : 0, high = low + 2 ** announced - 1;
    const words2 = data.every((value) => (value & mask) < 2 ** announced);
    const numbers = data.every((value) => {
      const word = value & mask, number = signed && word >= half ? word - 2 * half : word;
      return number >= low && number <= high;
    });
    if (words2 || numbers) return announced;
    notes.push("stream-differs");
    return bits;
  }
  function byJpeg(stream, frame, header, jpeg, notes, signed) {
    if (frame.process > 194) throw new Refusal("damaged", "another process");
    const photometric = greyIfOne(frame, header);
    if (frame.bits !== 8) throw new Refusal("unsupported-compression", `${frame.bits} bits`);
    const first = firstPicture(stream);
    if (!first.whole) notes.push("cut-end");
    if (frame.samples === 3) {
      const told = toldColours(stream);
      if (!told && photometric === "RGB") throw new Refusal("not-here", "colours");
      if (told && told === "RGB" !== (photometric === "RGB")) notes.push("stream-differs");
    }
    const values = wholePicture(jpeg, first);
    const stored = frame.samples === 1 ? settled(values.data, 8, header.stored, signed, notes) : header.stored;
    return { values, stored, photometric };
  }

  // src/views.ts
  var SIDES = new RegExp("^(LL|RL|[LR]T?LAT|LAT[LR]?|LATERAL|LATEROLATERAL|X(TABLE|T)?L(AT(ERAL)?)?|(CROSS|X)TABLE\\w*|PROFILE?)$");
  var FRONT = {
    AP: "AP",
    ANTEROPOSTERIOR: "AP",
    PA: "PA",
    POSTEROANTERIOR: "PA"
  };
  var PORTABLE = ["PORTABLE", "PORT", "PORTABLES", "MOBILE", "BEDSIDE"];
  var CODES = {
    "R-102CD": "lateral",
    399067008: "lateral",
    "R-10232": "lateral",
    399198007: "lateral",
    "R-10236": "lateral",
    399173006: "lateral",
    "R-10224": "lateral",
    399260004: "lateral",
    "R-10228": "lateral",
    399352003: "lateral",
    "G-A145": "lateral",
    30730003: "lateral",
    "R-10206": "AP",
    399348003: "AP",
    "R-10214": "PA",
    "R-40888": "PA",
    272479007: "PA"
  };
  function viewOf(dataset) {
    const codes = (dataset.get(TAGS.ViewCodeSequence)?.items ?? []).flatMap((item) => [item, ...item.get(TAGS.ViewModifierCodeSequence)?.items ?? []]).map((item) => [strings(item, "CodeValue").join("\\"), strings(item, "CodeMeaning").join("\\")]);
    const words2 = [strings(dataset, "ViewPosition").join("\\"), ...codes.map(([, meaning]) => meaning)].map(wordsOf);
    const coded = codes.flatMap(([value]) => Object.hasOwn(CODES, value) ? [CODES[value]] : []);
    let told = [...coded, ...words2.map(viewIn).filter(Boolean)][0] ?? "";
    const said = words2.some((some) => some.length);
    const orientation2 = strings(dataset, "PatientOrientation")[0] ?? "";
    if (!told && !said && /^[AP]/i.test(orientation2)) told = "lateral";
    const portable = words2.some((some) => some.some((word) => PORTABLE.includes(word))) ? "portable" : "";
    return [told, portable].filter(Boolean).join(" ");
  }
  function wordsOf(told) {
    const joined2 = told.toUpperCase().replaceAll(".", "").replace(/\b([AP])\/([AP])\b/g, "$1$2").replace(/\b(ANTERO|POSTERO|LATERO|X|CROSS|L|R|LT|RT)[-\s]+/g, "$1");
    return joined2.match(/[A-Z]+/g) ?? [];
  }
  function viewIn(words2) {
    const turned2 = words2.some((word) => word.startsWith("DECUB") || word.startsWith("OBLIQ"));
    const left = turned2 ? words2.filter((word) => word in FRONT) : words2;
    if (left.some((word) => SIDES.test(word))) return "lateral";
    const front = left.find((word) => word in FRONT);
    return front ? FRONT[front] : "";
  }

  // src/dicom.ts
  var SPACINGS = ["PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing", "PixelAspectRatio"];
  var COLOURS = ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"];
  var SQUARE = 0.01;
  var MOST = 8;
  function readDicom(data, place, jpeg) {
    const file = readElements(data, place), { dataset, syntax } = file;
    if (ELSEWHERE.includes(syntax)) throw new Refusal("not-here", syntax);
    if (![...NATIVE, RLE, ...JPEG, ...LOSSLESS].includes(syntax)) throw new Refusal("unsupported-compression", syntax);
    const { PixelData, FloatPixelData, DoubleFloatPixelData } = TAGS;
    if (![PixelData, FloatPixelData, DoubleFloatPixelData].some((tag) => dataset.has(tag))) {
      throw new Refusal("no-pixels");
    }
    const header = checkedHeader(file);
    if (header.samples === 3 && header.photometric !== "RGB" && !JPEG.includes(syntax)) {
      throw new Refusal("not-here", header.photometric);
    }
    const notes = [];
    const signed = whole(dataset, "PixelRepresentation", "US", 0) === 1;
    const { values, stored, photometric } = storedValues(file, header, jpeg, notes);
    let pixels, depth = 8;
    if (values.channels === 3) {
      pixels = greyIfEqual(values);
    } else {
      depth = Math.max(8, stored);
      const inverted2 = photometric === "MONOCHROME1";
      const table2 = greyTable(dataset, { bits: stored, signed, inverted: inverted2 }, notes);
      pixels = mapped(values, table2, stored, signed);
      const shape = code(dataset, "PresentationLUTShape");
      if (shape && shape === "INVERSE" !== inverted2) notes.push("presentation-shape");
      if (code(dataset, "PresentationIntentType") === "FOR PROCESSING") notes.push("for-processing");
    }
    return radiograph(squared(pixels, file, notes), depth, "DICOM", notes, {
      view: viewOf(dataset),
      annotated: strings(dataset, "BurnedInAnnotation").join("\\").toUpperCase() === "YES",
      synthetic: strings(dataset, "SyntheticData").join("\\").toUpperCase() === "YES"
    });
  }
  function checkedHeader({ dataset, syntax }) {
    const rows = whole(dataset, "Rows", "US"), columns = whole(dataset, "Columns", "US");
    const frames = whole(dataset, "NumberOfFrames", "IS", 1);
    const samples = whole(dataset, "SamplesPerPixel", "US", 1);
    if (rows < 1 || columns < 1) throw new Refusal("damaged", `${columns} × ${rows}`);
    if (frames > 1) throw new Refusal("several-frames", `${frames}`);
    if (rows * columns > (samples === 1 ? MAX_PIXELS : MAX_PIXELS / 2)) throw new Refusal("too-large");
    const allocated = whole(dataset, "BitsAllocated", "US"), stored = whole(dataset, "BitsStored", "US");
    const photometric = code(dataset, "PhotometricInterpretation");
    const grey = ["MONOCHROME1", "MONOCHROME2"].includes(photometric) && samples === 1;
    const colour = COLOURS.includes(photometric) && samples === 3 && allocated === 8 && stored === 8;
    if (!dataset.has(TAGS.PixelData) || !(grey || colour)) throw new Refusal("unsupported-pixels", photometric);
    if (![8, 16].includes(allocated) || stored < 1 || stored > allocated) throw new Refusal("unsupported-pixels");
    const highBit = whole(dataset, "HighBit", "US", stored - 1);
    const plain = grey && ![...JPEG, ...LOSSLESS].includes(syntax);
    if (highBit !== stored - 1 && !(plain && highBit >= stored - 1 && highBit < allocated)) {
      throw new Refusal("unsupported-pixels", "high bit");
    }
    const planar = whole(dataset, "PlanarConfiguration", "US", 0) === 1;
    return { rows, columns, samples, planar, allocated, stored, highBit, photometric };
  }
  function mapped(values, table2, bits, signed) {
    const half = signed ? 2 ** (bits - 1) : 0, mask = 2 ** bits - 1;
    const { data } = values;
    const shown = table2 instanceof Uint8Array ? new Uint8Array(data.length) : new Uint16Array(data.length);
    for (let k = 0; k < data.length; k++) shown[k] = table2[data[k] + half & mask];
    return { ...values, data: shown };
  }
  function squared(pixels, { dataset }, notes) {
    let tall = 1;
    for (const name of SPACINGS) {
      const [height2, width2, ...more] = decimals(dataset, name);
      if (height2 > 0 && width2 > 0 && !more.length) {
        tall = height2 / width2;
        break;
      }
    }
    if (Math.abs(tall - 1) <= SQUARE) return pixels;
    if (!(tall >= 1 / MOST && tall <= MOST)) {
      notes.push("spacing-unusable");
      return pixels;
    }
    notes.push("resampled-square");
    const { width, height } = pixels;
    const grown = tall < 1 ? [rounded(width / tall), height] : [width, rounded(height * tall)];
    if (grown[0] * grown[1] <= MAX_PIXELS) return enlarged(pixels, ...grown);
    return tall < 1 ? shrunk(pixels, width, Math.max(1, rounded(height * tall))) : shrunk(pixels, Math.max(1, rounded(width / tall)), height);
  }

  // src/png.ts
  var GREY = 0;
  var COLOUR = 2;
  var PALETTE = 3;
  var GREY_ALPHA = 4;
  var COLOUR_ALPHA = 6;
  var SAMPLES = {
    [GREY]: 1,
    [COLOUR]: 3,
    [PALETTE]: 1,
    [GREY_ALPHA]: 2,
    [COLOUR_ALPHA]: 4
  };
  var DEPTHS = {
    [GREY]: [1, 2, 4, 8, 16],
    [COLOUR]: [8, 16],
    [PALETTE]: [1, 2, 4, 8],
    [GREY_ALPHA]: [8, 16],
    [COLOUR_ALPHA]: [8, 16]
  };
  var PASSES = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2]
  ];
  var SIGNATURE_BYTES = 8;
  var DESCRIPTION = "Description\0";
  var NONE = new Uint8Array(0);
  async function readPng(data) {
    const png = chunks(data);
    const samples = unfiltered(png, await unpacked2(png));
    const pixels = png.depth === 16 ? deep(png, samples) : shallow(png, samples);
    const notes = png.square ? [] : ["density-unequal"];
    const bits = pixels.data instanceof Uint16Array ? 16 : 8;
    return radiograph(turned(pixels, orientation(png.exif)), bits, "PNG", notes, {
      descriptions: png.descriptions
    });
  }
  function chunks(data) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (data.length < 33) throw new Refusal("damaged", "cut off");
    const png = {
      width: view.getUint32(16),
      height: view.getUint32(20),
      depth: data[24],
      colour: data[25],
      interlaced: data[28] === 1,
      palette: NONE,
      transparency: NONE,
      exif: NONE,
      square: true,
      descriptions: [],
      packed: []
    };
    checkSize(png.width, png.height);
    if (!DEPTHS[png.colour]?.includes(png.depth) || data[26] || data[27] || data[28] > 1) {
      throw new Refusal("damaged", "header");
    }
    for (let place = SIGNATURE_BYTES; ; ) {
      if (place + 8 > data.length) throw new Refusal("damaged", "cut off");
      const length = view.getUint32(place), end = place + 12 + length;
      const name = String.fromCharCode(...data.subarray(place + 4, place + 8));
      if (name === "IEND") return png;
      if (!/^[A-Za-z0-9]{4}$/.test(name) || end > data.length) throw new Refusal("damaged", "cut off");
      if (crc32(data.subarray(place + 4, end - 4)) !== view.getUint32(end - 4)) {
        throw new Refusal("damaged", `checksum in ${name}`);
      }
      keep2(png, name, data.subarray(place + 8, end - 4));
      place = end;
    }
  }
  function keep2(png, name, content) {
    if (name === "IDAT") png.packed.push(content);
    else if (name === "PLTE") png.palette = content;
    else if (name === "tRNS") png.transparency = content;
    else if (name === "eXIf") png.exif = content;
    else if (name === "pHYs") {
      png.square = [0, 1, 2, 3].every((k) => content[k] === content[k + 4]);
    } else if (name === "tEXt") {
      const text2 = String.fromCharCode(...content.subarray(0, 1e3));
      if (content.length <= 1e3 && text2.startsWith(DESCRIPTION)) png.descriptions.push(text2.slice(DESCRIPTION.length));
    } else if (name === "acTL") {
      const frames = new DataView(content.buffer, content.byteOffset, 4).getUint32(0);
      if (frames > 1) throw new Refusal("several-frames");
    }
  }
  var table;
  function crc32(data) {
    table ??= Uint32Array.from({ length: 256 }, (_, n) => {
      let c = n;
      for (let k = 0; k < 8; k++) c = c & 1 ? 3988292384 ^ c >>> 1 : c >>> 1;
      return c;
    });
    let sum = 4294967295;
    for (let k = 0; k < data.length; k++) sum = table[(sum ^ data[k]) & 255] ^ sum >>> 8;
    return (sum ^ 4294967295) >>> 0;
  }
  function passes(png) {
    const all = png.interlaced ? PASSES : [[0, 0, 1, 1]];
    return all.map(([x, y, dx, dy]) => ({
      x,
      y,
      dx,
      dy,
      wide: Math.ceil((png.width - x) / dx),
      tall: Math.ceil((png.height - y) / dy)
    })).filter((one) => one.wide > 0 && one.tall > 0);
  }
  function rowBytes(png, wide) {
    return Math.ceil(wide * SAMPLES[png.colour] * png.depth / 8);
  }
  async function unpacked2(png) {
    const wanted = passes(png).reduce((sum, one) => sum + one.tall * (1 + rowBytes(png, one.wide)), 0);
    const stream = new Blob(png.packed).stream().pipeThrough(new DecompressionStream("deflate"));
    const reader = stream.getReader();
    const rows = new Uint8Array(wanted);
    let filled2 = 0;
    try {
      for (; ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        const room = wanted - filled2;
        rows.set(value.length > room ? value.subarray(0, room) : value, filled2);
        filled2 += Math.min(room, value.length);
        if (value.length > room) {
          await reader.cancel();
          break;
        }
      }
    } catch {
      throw new Refusal("damaged", "compressed data");
    }
    if (filled2 < wanted) throw new Refusal("damaged", "cut off");
    return rows;
  }
  function unfiltered(png, rows) {
    const samples = SAMPLES[png.colour];
    const step = Math.max(1, samples * png.depth >> 3);
    const deepness = png.depth === 16;
    const total = png.width * png.height * samples;
    const result = deepness ? new Uint16Array(total) : new Uint8Array(total);
    let at = 0;
    for (const pass of passes(png)) {
      const length = rowBytes(png, pass.wide);
      let before2 = new Uint8Array(length);
      for (let row = 0; row < pass.tall; row++) {
        const line2 = rows.subarray(at + 1, at + 1 + length);
        unfilter(rows[at], line2, before2, step);
        spread(
          png,
          line2,
          result,
          ((pass.y + row * pass.dy) * png.width + pass.x) * samples,
          pass.wide,
          pass.dx * samples
        );
        before2 = line2;
        at += 1 + length;
      }
    }
    return result;
  }
  function unfilter(kind, line2, before2, step) {
    if (kind > 4) throw new Refusal("damaged", "filter");
    if (kind === 0) return;
    for (let k = 0; k < line2.length; k++) {
      const left = k < step ? 0 : line2[k - step], up = before2[k];
      const corner = k < step ? 0 : before2[k - step];
      let guess = kind === 1 ? left : kind === 2 ? up : left + up >> 1;
      if (kind === 4) {
        const a = Math.abs(up - corner), b = Math.abs(left - corner);
        const c = Math.abs(left + up - 2 * corner);
        guess = a <= b && a <= c ? left : b <= c ? up : corner;
      }
      line2[k] = line2[k] + guess;
    }
  }
  function spread(png, line2, result, begin, wide, stride) {
    const samples = SAMPLES[png.colour], { depth } = png;
    const mask = (1 << depth) - 1;
    for (let column = 0, k = 0; column < wide; column++) {
      const at = begin + column * stride;
      for (let c = 0; c < samples; c++, k++) {
        if (depth === 8) result[at + c] = line2[k];
        else if (depth === 16) result[at + c] = line2[2 * k] << 8 | line2[2 * k + 1];
        else result[at + c] = line2[k * depth >> 3] >> 8 - depth - (k * depth & 7) & mask;
      }
    }
  }
  function deep(png, samples) {
    const { width, height } = png;
    let pixels;
    if (png.colour === GREY_ALPHA || png.colour === COLOUR_ALPHA) {
      pixels = overBlack(picture(samples, width, height, SAMPLES[png.colour]), 16);
    } else {
      pixels = picture(samples, width, height, SAMPLES[png.colour]);
      const clear = transparentSamples(png, 65535);
      if (clear) pixels = without(pixels, clear);
    }
    const grey = greyIfEqual(pixels);
    return grey.channels === 1 ? grey : { ...grey, data: Uint8Array.from(grey.data, (value) => value >> 8) };
  }
  function shallow(png, samples) {
    const { width, height, depth, colour } = png;
    if (colour === PALETTE) return byPalette(png, samples);
    if (colour === GREY_ALPHA || colour === COLOUR_ALPHA) {
      return greyIfEqual(overBlack(picture(samples, width, height, SAMPLES[colour]), 8));
    }
    const top = (1 << depth) - 1;
    if (depth < 8) for (let k = 0; k < samples.length; k++) samples[k] = samples[k] * (255 / top);
    const pixels = greyIfEqual(picture(samples, width, height, SAMPLES[colour]));
    const clear = transparentSamples(png, top)?.map((sample) => sample * (255 / top));
    if (!clear) return pixels;
    const same = pixels.channels === 1 && new Set(clear).size === 1;
    return without(pixels, same ? clear.slice(0, 1) : clear);
  }
  function transparentSamples(png, mask) {
    const { transparency: told } = png;
    const count = png.colour === GREY ? 1 : 3;
    if (told.length >> 1 !== count) return void 0;
    return Array.from({ length: count }, (_, k) => (told[2 * k] << 8 | told[2 * k + 1]) & mask);
  }
  function without(pixels, samples) {
    const { data, channels } = pixels;
    if (samples.length !== channels) return pixels;
    const result = data.slice();
    let all = true;
    for (let k = 0; k < data.length; k += channels) {
      let same = true;
      for (let c = 0; c < channels; c++) same &&= data[k + c] === samples[c];
      if (same) result.fill(0, k, k + channels);
      else all = false;
    }
    return all ? pixels : { ...pixels, data: result };
  }
  function overBlack(pixels, bits) {
    const { data, channels, width, height } = pixels;
    const left = channels - 1, scale = 2 ** bits, half = scale / 2;
    let low = data[left], high = low;
    for (let k = left; k < data.length; k += channels) {
      low = Math.min(low, data[k]);
      high = Math.max(high, data[k]);
    }
    const result = new data.constructor(width * height * left);
    for (let k = 0, at = 0; k < data.length; k += channels) {
      const alpha = low === high ? scale - 1 : data[k + left];
      for (let c = 0; c < left; c++) {
        const product = data[k + c] * alpha + half;
        result[at++] = Math.floor((product + Math.floor(product / scale)) / scale);
      }
    }
    return picture(result, width, height, left);
  }
  function byPalette(png, places) {
    const { palette, transparency, width, height } = png;
    if (!palette.length || palette.length % 3) throw new Refusal("damaged", "palette");
    const clear = transparency.length > 0;
    const channels = clear ? 4 : 3;
    const data = new Uint8Array(places.length * channels);
    for (let k = 0; k < places.length; k++) {
      const place = places[k];
      for (let c = 0; c < 3; c++) data[k * channels + c] = palette[3 * place + c] ?? 0;
      if (clear) data[k * 4 + 3] = transparency[place] ?? 255;
    }
    const pixels = picture(data, width, height, channels);
    return greyIfEqual(clear ? overBlack(pixels, 8) : pixels);
  }

  // src/decode.ts
  var BEGINS = {
    png: [137, 80, 78, 71, 13, 10, 26, 10],
    jpeg: [255, 216, 255],
    tiff: [73, 73, 42, 0],
    tiffBig: [77, 77, 0, 42],
    bmp: [66, 77],
    webp: [82, 73, 70, 70]
  };
  async function decode(data, codecs2) {
    if (!data.length) throw new Refusal("empty");
    if (data.length > MAX_BYTES) throw new Refusal("too-large", `${data.length} bytes`);
    const begins2 = (kind) => BEGINS[kind].every((byte, k) => data[k] === byte);
    if (begins2("png")) return readPng(data);
    if (begins2("jpeg")) return readJpeg(codecs2.jpeg, data);
    const meta = metaPlace(data);
    if (meta !== null) return readDicom(data, meta, codecs2.jpeg);
    const letters = (place) => text(data.subarray(place, place + 4)) === "DICM";
    const bare = letters(0) || letters(128) || data[0] === 8 && data[1] === 0 || data[0] === 0 && data[1] === 8;
    if (bare || ["tiff", "tiffBig", "bmp", "webp"].some(begins2)) throw new Refusal("not-here");
    throw new Refusal("not-an-image");
  }

  // src/describe.ts
  var LAYOUT_SIDE = 16;
  var EDGE_SIDE = 16;
  var DIRECTIONS = 4;
  var SMALLEST = 1e-6;
  var FAINT = 0.5;
  var SIDES2 = [128, 64, 32];
  var POWERS = [1, 2, 4, 8, 16];
  var TILES = 8;
  var CLIP = 2;
  var f322 = Math.fround;
  function described(pixels) {
    const [large, middle, small] = shrunkTo(greyOf(pixels), pixels.channels === 1);
    return { layout: layout(middle), edges: edges(small), greys: greys(large) };
  }
  function greyOf({ data, width, height, channels }) {
    if (channels === 1) return picture(Float32Array.from(data), width, height);
    const grey = new Float32Array(width * height);
    for (let k = 0; k < grey.length; k++) {
      let sum = 0;
      for (let c = 0; c < channels; c++) sum += data[k * channels + c];
      grey[k] = sum / channels;
    }
    return picture(grey, width, height);
  }
  function shrunkTo(grey, whole2) {
    const exact = whole2 && POWERS.includes(grey.width / SIDES2[0]) && POWERS.includes(grey.height / SIDES2[0]);
    const squares = [];
    for (const side of SIDES2) {
      squares.push(byArea(exact && squares.length ? squares[squares.length - 1] : grey, side, side));
    }
    return squares;
  }
  function layout({ data, width, height }) {
    let low = Infinity, high = -Infinity;
    for (const value of data) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    const span = Math.max(f322(high - low), SMALLEST);
    const wide = Uint8Array.from(data, (value) => rounded(f322(f322(255 * f322(value - low)) / f322(span))));
    const evened = Float32Array.from(equalised(wide, width, height));
    const { data: small } = byArea(picture(evened, width, height), LAYOUT_SIDE, LAYOUT_SIDE);
    const mean = small.reduce((sum, value) => sum + value, 0) / small.length;
    const centred2 = Float64Array.from(small, (value) => value - mean);
    const length = Math.sqrt(centred2.reduce((sum, value) => sum + value * value, 0));
    return centred2.map((value) => value / (length + SMALLEST));
  }
  function equalised(data, width, height) {
    const wide = width / TILES, tall = height / TILES;
    const tables = [];
    for (let row = 0; row < TILES; row++) {
      for (let column = 0; column < TILES; column++) {
        tables.push(tileTable(data, width, column * wide, row * tall, wide, tall));
      }
    }
    const result = new Uint8Array(data.length);
    for (let y = 0; y < height; y++) {
      const [top, bottom, lower2] = around(y, tall);
      for (let x = 0; x < width; x++) {
        const [left, right, second] = around(x, wide);
        const value = data[y * width + x];
        const at = (row, column) => tables[row * TILES + column][value];
        const mix = (row) => f322(f322(at(row, left) * f322(1 - second)) + f322(at(row, right) * second));
        result[y * width + x] = Math.min(255, rounded(
          f322(f322(mix(top) * f322(1 - lower2)) + f322(mix(bottom) * lower2))
        ));
      }
    }
    return result;
  }
  function around(place, side) {
    const where = f322(f322(place * f322(1 / side)) - 0.5);
    const first = Math.floor(where);
    return [Math.max(first, 0), Math.min(first + 1, TILES - 1), f322(where - first)];
  }
  function tileTable(data, stride, left, top, wide, tall) {
    const counts = new Int32Array(256), area = wide * tall;
    for (let y = top; y < top + tall; y++) {
      for (let x = left; x < left + wide; x++) counts[data[y * stride + x]]++;
    }
    const limit = Math.max(Math.trunc(CLIP * area / 256), 1);
    let clipped = 0;
    for (let k = 0; k < 256; k++) {
      if (counts[k] > limit) {
        clipped += counts[k] - limit;
        counts[k] = limit;
      }
    }
    const batch = Math.trunc(clipped / 256);
    let rest = clipped - batch * 256;
    for (let k = 0; k < 256; k++) counts[k] += batch;
    if (rest) {
      const step = Math.max(Math.trunc(256 / rest), 1);
      for (let k = 0; k < 256 && rest > 0; k += step, rest--) counts[k]++;
    }
    const table2 = new Uint8Array(256), scale = f322(255 / area);
    for (let k = 0, sum = 0; k < 256; k++) {
      sum += counts[k];
      table2[k] = Math.min(255, rounded(f322(sum * scale)));
    }
    return table2;
  }
  function mirrored(place, length) {
    if (length === 1) return 0;
    return place < 0 ? -place : place >= length ? 2 * length - 2 - place : place;
  }
  function edges({ data, width, height }) {
    const sums = new Float64Array(DIRECTIONS * EDGE_SIDE ** 2);
    const pi = f322(Math.PI), whole2 = f322(2 * Math.PI);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (dx, dy) => data[mirrored(y + dy, height) * width + mirrored(x + dx, width)];
        const across = f322(at(1, -1) - at(-1, -1) + 2 * (at(1, 0) - at(-1, 0)) + at(1, 1) - at(-1, 1));
        const down = f322(at(-1, 1) - at(-1, -1) + 2 * (at(0, 1) - at(0, -1)) + at(1, 1) - at(1, -1));
        const angle = f322(f322(f322(Math.atan2(down, across)) + pi) / whole2);
        const direction = Math.trunc(f322(angle * DIRECTIONS)) % DIRECTIONS;
        const row = Math.floor(y * EDGE_SIDE / height), column = Math.floor(x * EDGE_SIDE / width);
        const place = direction * EDGE_SIDE ** 2 + row * EDGE_SIDE + column;
        sums[place] = sums[place] + f322(Math.hypot(across, down));
      }
    }
    const places = EDGE_SIDE ** 2;
    const total = new Float64Array(places);
    sums.forEach((value, k) => {
      total[k % places] = total[k % places] + value;
    });
    const mean = total.reduce((sum, value) => sum + value, 0) / places;
    return sums.map((value, k) => Math.sqrt(value / (total[k % places] + FAINT * mean + SMALLEST)));
  }
  function greys({ data, width, height }) {
    let sum = 0, squares = 0, slopes = 0;
    for (let k = 0; k < data.length; k++) sum += data[k];
    const mean = sum / data.length;
    for (let k = 0; k < data.length; k++) squares += (data[k] - mean) ** 2;
    const deviation2 = Math.sqrt(squares / data.length);
    for (let y = 0; y < height; y++) {
      const row = y * width, above = mirrored(y - 1, height) * width, below = mirrored(y + 1, height) * width;
      for (let x = 0; x < width; x++) {
        const left = mirrored(x - 1, width), right = mirrored(x + 1, width);
        slopes += Math.abs(data[above + x] + data[row + left] + data[row + right] + data[below + x] - 4 * data[row + x]);
      }
    }
    const ordered = new Ordered(data);
    return Float64Array.of(
      mean,
      deviation2,
      percentile(ordered, 5),
      percentile(ordered, 95),
      Math.log(slopes / data.length / (deviation2 + 1) + 1e-3)
    );
  }
  function percentile(ordered, wanted) {
    const place = (ordered.length - 1) * (wanted / 100), before2 = Math.floor(place);
    const low = ordered.at(before2), high = ordered.at(Math.min(before2 + 1, ordered.length - 1));
    const part = place - before2;
    return part >= 0.5 ? high - (high - low) * (1 - part) : low + (high - low) * part;
  }
  var Ordered = class {
    constructor(data) {
      this.data = data;
      for (let k = 0; k < data.length; k++) this.counts[data[k] | 0]++;
    }
    data;
    counts = new Int32Array(256);
    get length() {
      return this.data.length;
    }
    at(rank) {
      let level = 0, before2 = 0;
      while (before2 + this.counts[level] <= rank) before2 += this.counts[level++];
      return this.data.filter((value) => (value | 0) === level).sort()[rank - before2];
    }
  };
  function inverted({ layout: lay, edges: run, greys: level }) {
    const [mean, deviation2, dark, bright, sharpness] = level;
    return {
      layout: lay.map((value) => -value),
      edges: rolled(run, DIRECTIONS / 2),
      greys: Float64Array.of(255 - mean, deviation2, 255 - bright, 255 - dark, sharpness)
    };
  }
  function turnedBy(image, quarters) {
    const places = EDGE_SIDE ** 2;
    const turned2 = new Float64Array(image.edges.length);
    for (let c = 0; c < DIRECTIONS; c++) {
      turned2.set(quartered(image.edges.subarray(c * places, (c + 1) * places), EDGE_SIDE, quarters), c * places);
    }
    return {
      layout: quartered(image.layout, LAYOUT_SIDE, quarters),
      edges: rolled(turned2, -quarters),
      greys: image.greys
    };
  }
  function rolled(run, by) {
    const places = EDGE_SIDE ** 2, result = new Float64Array(run.length);
    for (let c = 0; c < DIRECTIONS; c++) {
      const to = ((c + by) % DIRECTIONS + DIRECTIONS) % DIRECTIONS;
      result.set(run.subarray(c * places, (c + 1) * places), to * places);
    }
    return result;
  }
  function quartered(square, side, quarters) {
    let now = square;
    for (let turn = 0; turn < quarters; turn++) {
      const next = new Float64Array(now.length);
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) next[y * side + x] = now[x * side + side - 1 - y];
      }
      now = next;
    }
    return now;
  }

  // src/familiar.ts
  var FORMAT = 2;
  var UNDONE = ["inverted", "rotated"];
  var FAR = 2;
  var PICTURE = ["layout", "edges", "greys"];
  var SMALLEST2 = 1e-6;
  function along(towards, { layout: layout2, edges: edges2 }) {
    const length = Math.max(Math.sqrt(edges2.reduce((sum2, value) => sum2 + value * value, 0)), SMALLEST2);
    let sum = 0;
    layout2.forEach((value, k) => {
      sum += value * towards[k];
    });
    edges2.forEach((value, k) => {
      sum += value / length * towards[layout2.length + k];
    });
    return sum;
  }
  function judged(known, image, features) {
    const z = beyond(known, image, features);
    const score = together(z);
    let reason = score > known.threshold ? reasonOf(known, image, z) : "";
    if (!reason && known.cut && along(known.cut.towards, image) > known.cut.limit) reason = "cut";
    return { score, reason, refuses: score > known.refused_beyond || UNDONE.includes(reason) };
  }
  function beyond(known, image, features) {
    const { usual, scales } = known;
    const found = {
      layout: outside(usual.spaces.layout, image.layout),
      edges: outside(usual.spaces.edges, image.edges),
      greys: mahalanobis(usual.grey_mean, usual.grey_inverse, image.greys)
    };
    if (features && usual.spaces.features) found.network = within(usual.spaces.features, features);
    for (const key of Object.keys(found)) {
      const [middle, width] = scales[key];
      found[key] = (found[key] - middle) / width;
    }
    return found;
  }
  function centred(space, row) {
    return row.map((value, k) => value - space.mean[k]);
  }
  function coordinates(space, row) {
    return space.basis.map((axis) => axis.reduce((sum, value, k) => sum + value * row[k], 0));
  }
  function outside(space, row) {
    const rest = centred(space, row);
    const shown = coordinates(space, rest);
    space.basis.forEach((axis, j) => {
      for (let k = 0; k < rest.length; k++) rest[k] -= shown[j] * axis[k];
    });
    return Math.sqrt(rest.reduce((sum, value) => sum + value * value, 0));
  }
  function within(space, row) {
    const far = coordinates(space, centred(space, row)).map((value, k) => (value / space.spread[k]) ** 2);
    return Math.sqrt(far.reduce((sum, value) => sum + value, 0) / far.length);
  }
  function mahalanobis(mean, inverse, row) {
    const away = row.map((value, k) => value - mean[k]);
    let sum = 0;
    inverse.forEach((line2, i) => line2.forEach((value, j) => {
      sum += away[i] * value * away[j];
    }));
    return Math.sqrt(Math.max(sum, 0));
  }
  function together(z) {
    return Math.sqrt(Object.values(z).reduce((sum, value) => sum + Math.max(value, 0) ** 2, 0));
  }
  function reasonOf(known, image, z) {
    const before2 = together(Object.fromEntries(PICTURE.map((key) => [key, z[key]])));
    const changed = [inverted(image), ...[1, 2, 3].map((quarters) => turnedBy(image, quarters))];
    const after = changed.map((one) => together(beyond(known, one, null)));
    const least = Math.min(...after), limit = known.picture_threshold;
    if (least <= Math.max(limit, Math.min(before2 / 2, 1.5 * limit))) {
      return after.indexOf(least) ? "rotated" : "inverted";
    }
    const level = image.greys[0];
    const placed = Math.max(z.layout, z.edges) <= FAR;
    if (placed && level < known.usual.darkest) return "too-dark";
    if (placed && level > known.usual.brightest) return "too-bright";
    return z.greys <= FAR ? "other-body-part" : "unlike-training";
  }

  // src/heat.ts
  var GRID = 8;
  var A = -0.75;
  var f323 = Math.fround;
  function activation(features, kernel, place, width, height) {
    const units = kernel[0].length;
    const weights = kernel.map((row) => units === 1 ? place === 1 ? row[0] : -row[0] : row[place]);
    const values = new Float32Array(features.width * features.height);
    for (let k = 0; k < values.length; k++) {
      let sum = 0;
      for (let c = 0; c < weights.length; c++) sum += features.data[k * weights.length + c] * weights[c];
      values[k] = sum;
    }
    return scaledMap(picture(values, features.width, features.height), width, height);
  }
  async function occlusion(probability, pixels) {
    const { width, height, channels, data } = pixels;
    const edges2 = (side) => Array.from({ length: GRID + 1 }, (_, k) => rounded(side * k / GRID));
    const rows = edges2(height), columns = edges2(width);
    const dark = Array.from({ length: channels }, (_, c) => darkOf(data, c, channels));
    const odds = async (part) => {
      const p = Math.min(Math.max(await probability(part), 1e-7), 1 - 1e-7);
      return Math.log(p / (1 - p));
    };
    const whole2 = await odds(pixels);
    const falls = new Float32Array(GRID * GRID);
    for (let i = 0; i < GRID; i++) {
      for (let j = 0; j < GRID; j++) {
        const hidden = data.slice();
        for (let y = rows[i]; y < rows[i + 1]; y++) {
          for (let x = columns[j]; x < columns[j + 1]; x++) hidden.set(dark, (y * width + x) * channels);
        }
        falls[i * GRID + j] = whole2 - await odds(picture(hidden, width, height, channels));
      }
    }
    return scaledMap(picture(falls, GRID, GRID), width, height);
  }
  function darkOf(data, channel, channels) {
    let sum = 0, squares = 0;
    for (let k = channel; k < data.length; k += channels) {
      sum += data[k];
      squares += data[k] ** 2;
    }
    const n = data.length / channels, mean = sum / n;
    return Math.trunc(Math.min(255, Math.max(0, mean - Math.sqrt(Math.max(0, squares / n - mean ** 2)))));
  }
  function scaledMap(values, width, height) {
    const coarse = shrunk(values, Math.min(GRID, values.width), Math.min(GRID, values.height));
    const positive = coarse.data.map((value) => Math.max(value, 0));
    const large = cubic(picture(positive, coarse.width, coarse.height), width, height);
    let top = 0;
    for (let k = 0; k < large.length; k++) if (large[k] > top) top = large[k];
    if (!Number.isFinite(top) || top < 1e-6) return new Float32Array(width * height);
    for (let k = 0; k < large.length; k++) large[k] = Math.max(large[k], 0) / top;
    return large;
  }
  function cubic(source, width, height) {
    const across = taps(source.width, width), down = taps(source.height, height);
    const wide = new Float32Array(width * source.height), large = new Float32Array(width * height);
    for (let y = 0; y < source.height; y++) {
      const row = source.data.subarray(y * source.width, (y + 1) * source.width);
      for (let x = 0; x < width; x++) {
        const { places: [a, b, c, d], weights: [p, q, r, s] } = across[x];
        wide[y * width + x] = f323(f323(f323(f323(row[a] * p) + f323(row[b] * q)) + f323(row[c] * r)) + f323(row[d] * s));
      }
    }
    for (let y = 0; y < height; y++) {
      const { places, weights: [p, q, r, s] } = down[y];
      const [a, b, c, d] = places.map((place) => wide.subarray(place * width, (place + 1) * width));
      for (let x = 0; x < width; x++) {
        large[y * width + x] = f323(
          f323(f323(f323(a[x] * p) + f323(b[x] * q)) + f323(c[x] * r)) + f323(d[x] * s)
        );
      }
    }
    return large;
  }
  function taps(source, wanted) {
    const scale = 1 / (wanted / source);
    return Array.from({ length: wanted }, (_, place) => {
      const exact = f323((place + 0.5) * scale - 0.5), at = Math.floor(exact), x = f323(exact - at);
      const first = f323(((A * (x + 1) - 5 * A) * (x + 1) + 8 * A) * (x + 1) - 4 * A);
      const second = f323(((A + 2) * x - (A + 3)) * x * x + 1);
      const third = f323(((A + 2) * (1 - x) - (A + 3)) * (1 - x) * (1 - x) + 1);
      const there = (k) => Math.min(source - 1, Math.max(0, at + k));
      return {
        places: [there(-1), there(0), there(1), there(2)],
        weights: [first, second, third, f323(1 - first - second - third)]
      };
    });
  }

  // node_modules/@litertjs/wasm-utils/dist/index.js
  async function runScript(scriptUrl) {
    if (typeof importScripts === "function") {
      importScripts(scriptUrl.toString());
    } else {
      const script = document.createElement("script");
      script.src = scriptUrl.toString();
      script.crossOrigin = "anonymous";
      return new Promise((resolve, revoke) => {
        script.addEventListener("load", () => {
          resolve();
        }, false);
        script.addEventListener("error", (e) => {
          revoke(e);
        }, false);
        document.body.appendChild(script);
      });
    }
  }
  var createWasmLib = async (constructorFcn, wasmLoaderScript, assetLoaderScript, glCanvas, fileLocator) => {
    if (wasmLoaderScript) {
      await runScript(wasmLoaderScript);
    }
    if (!self.ModuleFactory) {
      throw new Error("ModuleFactory not set.");
    }
    if (assetLoaderScript) {
      await runScript(assetLoaderScript);
      if (!self.ModuleFactory) {
        throw new Error("ModuleFactory not set.");
      }
    }
    if (self.Module && fileLocator) {
      const moduleFileLocator = self.Module;
      moduleFileLocator.locateFile = fileLocator.locateFile;
      if (fileLocator.mainScriptUrlOrBlob) {
        moduleFileLocator.mainScriptUrlOrBlob = fileLocator.mainScriptUrlOrBlob;
      }
    }
    const module = await self.ModuleFactory(self.Module || fileLocator);
    self.ModuleFactory = self.Module = void 0;
    return new constructorFcn(module, glCanvas);
  };

  // node_modules/@litertjs/core/dist/index.js
  var ElementType = {
    NONE: 0,
    FLOAT32: 1,
    INT32: 2,
    UINT8: 3,
    INT64: 4,
    STRING: 5,
    BOOL: 6,
    INT16: 7,
    COMPLEX64: 8,
    INT8: 9,
    FLOAT16: 10,
    FLOAT64: 11,
    COMPLEX128: 12,
    UINT64: 13,
    RESOURCE: 14,
    VARIANT: 15,
    UINT32: 16,
    UINT16: 17,
    INT4: 18,
    BFLOAT16: 19
  };
  var ElementTypeName = {
    [ElementType.NONE]: "NONE",
    [ElementType.FLOAT32]: "FLOAT32",
    [ElementType.INT32]: "INT32",
    [ElementType.UINT8]: "UINT8",
    [ElementType.INT64]: "INT64",
    [ElementType.STRING]: "STRING",
    [ElementType.BOOL]: "BOOL",
    [ElementType.INT16]: "INT16",
    [ElementType.COMPLEX64]: "COMPLEX64",
    [ElementType.INT8]: "INT8",
    [ElementType.FLOAT16]: "FLOAT16",
    [ElementType.FLOAT64]: "FLOAT64",
    [ElementType.COMPLEX128]: "COMPLEX128",
    [ElementType.UINT64]: "UINT64",
    [ElementType.RESOURCE]: "RESOURCE",
    [ElementType.VARIANT]: "VARIANT",
    [ElementType.UINT32]: "UINT32",
    [ElementType.UINT16]: "UINT16",
    [ElementType.INT4]: "INT4",
    [ElementType.BFLOAT16]: "BFLOAT16"
  };
  var TensorBufferType = {
    HOST_MEMORY: 1,
    WEB_GPU_BUFFER: 20,
    WEB_GPU_BUFFER_FP16: 21,
    WEB_GPU_BUFFER_PACKED: 26
  };
  var TensorBufferTypeName = {
    [TensorBufferType.HOST_MEMORY]: "HOST_MEMORY",
    [TensorBufferType.WEB_GPU_BUFFER]: "WEB_GPU_BUFFER",
    [TensorBufferType.WEB_GPU_BUFFER_FP16]: "WEB_GPU_BUFFER_FP16",
    [TensorBufferType.WEB_GPU_BUFFER_PACKED]: "WEB_GPU_BUFFER_PACKED"
  };
  var DATATYPES = Object.freeze([
    {
      dtype: "float32",
      typedArrayConstructor: Float32Array,
      elementType: ElementType.FLOAT32
    },
    {
      dtype: "int32",
      typedArrayConstructor: Int32Array,
      elementType: ElementType.INT32
    },
    {
      dtype: "uint8",
      typedArrayConstructor: Uint8Array,
      elementType: ElementType.UINT8
    }
  ]);
  function getDataType(val) {
    for (const dataTypeMapping of DATATYPES) {
      if (dataTypeMapping.dtype === val || dataTypeMapping.typedArrayConstructor === val || val instanceof dataTypeMapping.typedArrayConstructor || dataTypeMapping.elementType === val) {
        return dataTypeMapping;
      }
    }
    if (typeof val === "string") {
      throw new Error(`DType ${val} is not supported.`);
    } else if (val instanceof Object) {
      throw new Error(`Typed array ${"name" in val ? val.name : val.constructor.name} is not supported.`);
    } else {
      throw new Error(
        `Element type ${ElementTypeName[val] ?? val} is not supported.`
      );
    }
  }
  var LiteRtNotLoadedError = class extends Error {
    constructor() {
      super(
        "LiteRT is not initialized yet. Please call loadLiteRt() and wait for its promise to resolve to load the LiteRT WASM module."
      );
    }
  };
  var globalLiteRt = void 0;
  var globalLiteRtPromise = void 0;
  function getGlobalLiteRt() {
    if (!globalLiteRt) {
      throw new LiteRtNotLoadedError();
    }
    return globalLiteRt;
  }
  function setGlobalLiteRt(liteRt) {
    globalLiteRt = liteRt;
  }
  function getGlobalLiteRtPromise() {
    return globalLiteRtPromise;
  }
  function hasGlobalLiteRtPromise() {
    return Boolean(globalLiteRtPromise);
  }
  function setGlobalLiteRtPromise(promise) {
    globalLiteRtPromise = promise;
  }
  var AcceleratorDefaultTensorBufferType = {
    "webgpu": TensorBufferType.WEB_GPU_BUFFER_PACKED,
    "wasm": TensorBufferType.HOST_MEMORY
  };
  var TensorBufferTypeToAccelerator = {
    [TensorBufferType.HOST_MEMORY]: "wasm",
    [TensorBufferType.WEB_GPU_BUFFER]: "webgpu",
    [TensorBufferType.WEB_GPU_BUFFER_FP16]: "webgpu",
    [TensorBufferType.WEB_GPU_BUFFER_PACKED]: "webgpu"
  };
  var DESIRED_WEBGPU_FEATURES = [
    "shader-f16",
    "subgroups"
  ];
  var Environment = class _Environment {
    constructor(options) {
      this.options = options;
      this.liteRtEnvironment = getGlobalLiteRt().liteRtWasm.LiteRtEnvironment.create(
        options.webGpuDevice
      );
    }
    liteRtEnvironment;
    static async create(options = {}) {
      let webGpuDevice = null;
      if ("webGpuDevice" in options) {
        if (options.webGpuDevice) {
          webGpuDevice = options.webGpuDevice;
        }
      } else {
        try {
          webGpuDevice = await createDefaultWebGpuDevice();
        } catch (e) {
          console.warn("Failed to create default WebGPU device:", e);
        }
      }
      return new _Environment({
        ...options,
        webGpuDevice
      });
    }
    get webGpuDevice() {
      return this.options.webGpuDevice;
    }
    delete() {
      this.liteRtEnvironment.delete();
    }
  };
  async function createDefaultWebGpuDevice() {
    const adapterDescriptor = {
      powerPreference: "high-performance"
    };
    const adapter = await navigator.gpu.requestAdapter(adapterDescriptor);
    if (!adapter) {
      throw new Error("No GPU adapter found.");
    }
    const requiredLimits = {
      maxBufferSize: adapter.limits.maxBufferSize,
      maxStorageBufferBindingSize: adapter.limits.maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage: adapter.limits.maxStorageBuffersPerShaderStage,
      maxTextureDimension2D: adapter.limits.maxTextureDimension2D
    };
    const requiredFeatures = [];
    for (const feature of DESIRED_WEBGPU_FEATURES) {
      if (adapter.features.has(feature)) {
        requiredFeatures.push(feature);
      }
    }
    return await adapter.requestDevice({
      requiredFeatures,
      requiredLimits
    });
  }
  function emscriptenVectorToArray(vector) {
    const array = new Array(vector.size());
    for (let i = 0; i < vector.size(); ++i) {
      array[i] = vector.get(i);
    }
    vector.delete();
    return array;
  }
  function fillEmscriptenVector(data, vector) {
    for (const item of data) {
      vector.push_back(item);
    }
  }
  function parseData(remainingArgs) {
    const data = remainingArgs.shift();
    const liteRtWasm = getGlobalLiteRt().liteRtWasm;
    if (data instanceof liteRtWasm.LiteRtTensorBuffer) {
      return { liteRtTensorBuffer: data };
    } else if (ArrayBuffer.isView(data)) {
      return { typedArray: data };
    } else if (data instanceof GPUBuffer) {
      return { gpuBuffer: data };
    } else {
      throw new Error(
        `Unknown type (${data?.constructor.name ?? data}) provided to create a Tensor`
      );
    }
  }
  function parseShape(remainingArgs) {
    if (Array.isArray(remainingArgs[0]) || remainingArgs[0] instanceof Int32Array) {
      return { shape: remainingArgs.shift() };
    } else {
      return {};
    }
  }
  function shiftUntilDefined(remainingArgs) {
    while (remainingArgs.length > 0 && remainingArgs[0] === void 0) {
      remainingArgs.shift();
    }
  }
  function parseDataType(remainingArgs) {
    shiftUntilDefined(remainingArgs);
    if (typeof remainingArgs[0] === "string") {
      const dtype = remainingArgs.shift();
      return { dataType: getDataType(dtype).dtype };
    } else {
      return {};
    }
  }
  function parseEnvironment(remainingArgs) {
    shiftUntilDefined(remainingArgs);
    if (remainingArgs[0] instanceof Environment) {
      return { environment: remainingArgs.shift() };
    } else {
      return {};
    }
  }
  function parseOnDelete(remainingArgs) {
    shiftUntilDefined(remainingArgs);
    if (remainingArgs[0] instanceof Function) {
      return { onDelete: remainingArgs.shift() };
    } else {
      return {};
    }
  }
  function parseArgs(args) {
    return {
      ...parseData(args),
      ...parseShape(args),
      ...parseDataType(args),
      ...parseEnvironment(args),
      ...parseOnDelete(args)
    };
  }
  var Tensor = class _Tensor {
    liteRtTensorBuffer;
    type;
    environment;
    deletedInternal = false;
    onDelete;
    static copyFunctions = /* @__PURE__ */ new Map();
    constructor(a, b, c, d, e) {
      const {
        typedArray,
        gpuBuffer,
        liteRtTensorBuffer,
        shape,
        dataType,
        environment,
        onDelete
      } = parseArgs([a, b, c, d, e]);
      this.onDelete = onDelete;
      this.environment = environment ?? getGlobalLiteRt().getDefaultEnvironment();
      if (liteRtTensorBuffer) {
        if (shape) {
          throw new Error(
            "A LiteRtTensorBuffer cannot be provided with a shape."
          );
        }
        if (dataType) {
          throw new Error(
            "A LiteRtTensorBuffer cannot be provided with a data type."
          );
        }
        this.liteRtTensorBuffer = liteRtTensorBuffer;
      } else if (gpuBuffer) {
        if (!shape) {
          throw new Error("A GPUBuffer must be provided with a shape.");
        }
        if (!dataType) {
          throw new Error("A GPUBuffer must be provided with a data type.");
        }
        const [liteRtTensorBuffer2, webGpuBufferPtr] = webGpuBufferToLiteRtTensorBuffer(
          gpuBuffer,
          shape,
          dataType,
          this.environment
        );
        this.liteRtTensorBuffer = liteRtTensorBuffer2;
        const onDelete2 = this.onDelete;
        this.onDelete = () => {
          const liteRtWasm = getGlobalLiteRt().liteRtWasm;
          liteRtWasm.wgpuBufferRelease(webGpuBufferPtr);
          onDelete2?.();
        };
      } else if (typedArray) {
        this.liteRtTensorBuffer = typedArrayToLiteRtTensorBuffer(
          typedArray,
          shape,
          environment
        );
      } else {
        throw new Error("No data provided to create a Tensor.");
      }
      this.type = liteRtTensorBufferToTensorType(this.liteRtTensorBuffer);
    }
    static fromTypedArray(data, shape, environment) {
      return new _Tensor(data, shape, environment);
    }
    ensureNotDeleted() {
      if (this.deleted) {
        throw new Error("Tensor is deleted and cannot be used.");
      }
    }
    async data() {
      this.ensureNotDeleted();
      if (this.liteRtTensorBuffer.bufferType().value === TensorBufferType.HOST_MEMORY) {
        return this.toTypedArray();
      }
      const copy = await this.copyTo("wasm");
      const data = await copy.data();
      copy.delete();
      return data;
    }
    toTypedArray() {
      this.ensureNotDeleted();
      const liteRtWasm = getGlobalLiteRt().liteRtWasm;
      if (this.liteRtTensorBuffer.isWebGpuMemory()) {
        throw new Error(
          "Cannot convert a Tensor with WebGPU memory to a TypedArray."
        );
      }
      if (this.liteRtTensorBuffer.bufferType().value !== liteRtWasm.LiteRtTensorBufferType.HOST_MEMORY.value) {
        throw new Error(
          "Cannot convert a Tensor with non-host memory to a TypedArray."
        );
      }
      if (this.liteRtTensorBuffer.size() !== this.liteRtTensorBuffer.packedSize() || this.liteRtTensorBuffer.offset() !== 0) {
        throw new Error("Tensors with strides or padding are not yet supported.");
      }
      const rankedTensorType = this.liteRtTensorBuffer.tensorType();
      const elementType = rankedTensorType.elementType();
      const byteWidth = liteRtWasm.liteRtGetByteWidth(elementType);
      rankedTensorType.delete();
      const typedArrayConstructor = getDataType(
        elementType.value
      ).typedArrayConstructor;
      if (typedArrayConstructor.BYTES_PER_ELEMENT !== byteWidth) {
        throw new Error(
          `Byte width ${byteWidth} of the tensor's element type ${ElementTypeName[elementType.value]} does not match the expected byte width ${typedArrayConstructor.BYTES_PER_ELEMENT} of the ${typedArrayConstructor.name}.`
        );
      }
      const dataPtr = this.liteRtTensorBuffer.lock(
        getGlobalLiteRt().liteRtWasm.LiteRtTensorBufferLockMode.READ
      );
      try {
        const uint8Array = liteRtWasm.HEAPU8.slice(
          dataPtr,
          dataPtr + this.liteRtTensorBuffer.packedSize()
        );
        const typedArray = new typedArrayConstructor(
          uint8Array.buffer,
          uint8Array.byteOffset,
          uint8Array.byteLength / byteWidth
        );
        return typedArray;
      } finally {
        this.liteRtTensorBuffer.unlock();
      }
    }
    getBufferType() {
      this.ensureNotDeleted();
      return this.liteRtTensorBuffer.bufferType().value;
    }
    /**
     * Returns the underlying GPUBuffer of the Tensor.
     *
     * Note that the lifetime of the returned GPUBuffer is dependant upon how the
     * Tensor was created. If the Tensor was constructed from a GPUBuffer, then
     * the GPUBuffer will NOT be released when the Tensor is deleted. If the
     * Tensor was copied/moved to GPU from host memory, then the GPU buffer will
     * be released when the Tensor is deleted.
     *
     * The GPU buffer may be larger than the actual data in the tensor.
     *
     * @return The GPUBuffer containing the Tensor's data.
     */
    toGpuBuffer() {
      this.ensureNotDeleted();
      const liteRtWasm = getGlobalLiteRt().liteRtWasm;
      if (!this.liteRtTensorBuffer.isWebGpuMemory()) {
        throw new Error(
          "Cannot convert a Tensor with non-WebGPU memory to a GPUBuffer."
        );
      }
      const bufferTypeValue = this.liteRtTensorBuffer.bufferType().value;
      if (bufferTypeValue !== liteRtWasm.LiteRtTensorBufferType.WEB_GPU_BUFFER.value && bufferTypeValue !== liteRtWasm.LiteRtTensorBufferType.WEB_GPU_BUFFER_FP16.value && bufferTypeValue !== liteRtWasm.LiteRtTensorBufferType.WEB_GPU_BUFFER_PACKED.value) {
        throw new Error(
          "Cannot convert a Tensor with host memory to a GPUBuffer."
        );
      }
      if (this.liteRtTensorBuffer.size() !== this.liteRtTensorBuffer.packedSize() || this.liteRtTensorBuffer.offset() !== 0) {
        throw new Error("Tensors with strides or padding are not yet supported.");
      }
      const gpuBufferId = this.liteRtTensorBuffer.getWebGpuBuffer();
      return liteRtWasm.WebGPU.getJsObject(gpuBufferId);
    }
    getCopyFunctionSet(destination) {
      this.ensureNotDeleted();
      const sourceBufferType = this.getBufferType();
      const copyFunctions = _Tensor.copyFunctions.get(sourceBufferType);
      if (!copyFunctions) {
        throw new Error(
          `TensorBufferType ${TensorBufferTypeName[sourceBufferType] ?? sourceBufferType} does not support copying or moving`
        );
      }
      const destinationBufferType = typeof destination === "string" ? AcceleratorDefaultTensorBufferType[destination] : destination;
      if (destinationBufferType == null) {
        throw new Error(
          `Unknown destination '${destination}' for copying or moving.`
        );
      }
      const copyFunctionSet = copyFunctions.get(destinationBufferType);
      if (!copyFunctionSet) {
        const supportedDestinations = [...copyFunctions].map(
          ([key]) => TensorBufferTypeName[key] ?? key
        );
        throw new Error(
          `TensorBufferType ${TensorBufferTypeName[sourceBufferType]} does not support copying or moving to ${TensorBufferTypeName[destinationBufferType]}. It supports the following TensorBufferTypes: [${supportedDestinations.join(
            ", "
          )}].`
        );
      }
      return [copyFunctionSet, destinationBufferType];
    }
    /**
     * Copies the tensor to the given accelerator.
     *
     * @param destination The accelerator or buffer type to copy to.
     * @return A promise that resolves to the copied tensor.
     */
    async copyTo(destination, options) {
      const [copyFunctionSet, destinationBufferType] = this.getCopyFunctionSet(destination);
      if (!copyFunctionSet.copyTo) {
        throw new Error(
          `Copying to ${TensorBufferTypeName[destinationBufferType]} is not supported by this tensor.`
        );
      }
      return copyFunctionSet.copyTo(this, options);
    }
    /**
     * Moves the tensor to the given accelerator.
     *
     * @param destination The accelerator or buffer type to move to.
     * @return A promise that resolves to the moved tensor.
     */
    async moveTo(destination, options) {
      const [copyFunctionSet, destinationBufferType] = this.getCopyFunctionSet(destination);
      if (!copyFunctionSet.moveTo) {
        throw new Error(
          `Moving to ${TensorBufferTypeName[destinationBufferType]} is not supported by this tensor.`
        );
      }
      return copyFunctionSet.moveTo(this, options);
    }
    get bufferType() {
      return this.liteRtTensorBuffer.bufferType().value;
    }
    get accelerator() {
      const accelerator = TensorBufferTypeToAccelerator[this.bufferType];
      if (accelerator === void 0) {
        throw new Error(
          `TensorBufferType ${TensorBufferTypeName[this.bufferType]} has an unknown accelerator type.`
        );
      }
      return accelerator;
    }
    get deleted() {
      return this.deletedInternal;
    }
    delete() {
      if (this.deletedInternal) {
        return;
      }
      this.deletedInternal = true;
      this.liteRtTensorBuffer.delete();
      this.onDelete?.();
    }
  };
  function liteRtTensorBufferToTensorType(liteRtTensorBuffer) {
    const liteRtRankedTensorType = liteRtTensorBuffer.tensorType();
    const elementType = liteRtRankedTensorType.elementType();
    const liteRtLayout = liteRtRankedTensorType.layout();
    const dimensions = liteRtLayout.dimensions();
    liteRtLayout.delete();
    liteRtRankedTensorType.delete();
    return {
      dtype: getDataType(elementType.value).dtype,
      layout: { dimensions: emscriptenVectorToArray(dimensions) }
    };
  }
  function webGpuBufferToLiteRtTensorBuffer(gpuBuffer, shape, dtype, environment) {
    const globalLiteRt2 = getGlobalLiteRt();
    const liteRtWasm = globalLiteRt2.liteRtWasm;
    const dimensionsVector = new liteRtWasm.VectorInt32();
    fillEmscriptenVector(shape, dimensionsVector);
    const layout2 = liteRtWasm.LiteRtLayout.create(dimensionsVector);
    dimensionsVector.delete();
    const rankedTensorType = liteRtWasm.LiteRtRankedTensorType.create(
      { value: getDataType(dtype).elementType },
      layout2
    );
    layout2.delete();
    const importedGpuBufferPtr = liteRtWasm.WebGPU.importJsBuffer(gpuBuffer);
    const liteRtTensorBuffer = liteRtWasm.LiteRtTensorBuffer.createFromWebGpuBuffer(
      environment.liteRtEnvironment,
      rankedTensorType,
      liteRtWasm.LiteRtTensorBufferType.WEB_GPU_BUFFER_PACKED,
      importedGpuBufferPtr,
      gpuBuffer.size
    );
    rankedTensorType.delete();
    return [liteRtTensorBuffer, importedGpuBufferPtr];
  }
  function typedArrayToLiteRtTensorBuffer(data, shape, environment) {
    const globalLiteRt2 = getGlobalLiteRt();
    const liteRtWasm = globalLiteRt2.liteRtWasm;
    environment = environment ?? globalLiteRt2.getDefaultEnvironment();
    const elementType = getDataType(data).elementType;
    const dimensionsVector = new liteRtWasm.VectorInt32();
    fillEmscriptenVector(shape ?? [data.length], dimensionsVector);
    const layout2 = liteRtWasm.LiteRtLayout.create(dimensionsVector);
    dimensionsVector.delete();
    const expectedNumElements = layout2.numElements();
    if (data.length !== expectedNumElements) {
      layout2.delete();
      throw new Error(
        `Number of elements ${data.length} of the provided TypedArray does not match the expected number of elements ${expectedNumElements}.`
      );
    }
    const rankedTensorType = liteRtWasm.LiteRtRankedTensorType.create(
      { value: elementType },
      layout2
    );
    layout2.delete();
    const arrayType = data.constructor;
    const bufferSize = arrayType.BYTES_PER_ELEMENT * data.length;
    const expectedBufferSize = rankedTensorType.bytes();
    if (bufferSize !== expectedBufferSize) {
      rankedTensorType.delete();
      throw new Error(
        `Byte length ${bufferSize} of the provided TypedArray does not match the expected buffer size ${expectedBufferSize}.`
      );
    }
    const liteRtTensorBuffer = liteRtWasm.LiteRtTensorBuffer.createManaged(
      environment.liteRtEnvironment,
      liteRtWasm.LiteRtTensorBufferType.HOST_MEMORY,
      rankedTensorType,
      bufferSize
    );
    rankedTensorType.delete();
    const dataPtr = liteRtTensorBuffer.lock(
      liteRtWasm.LiteRtTensorBufferLockMode.WRITE
    );
    try {
      const uint8Data = new Uint8Array(
        data.buffer,
        data.byteOffset,
        data.byteLength
      );
      liteRtWasm.HEAPU8.set(uint8Data, dataPtr);
    } finally {
      liteRtTensorBuffer.unlock();
    }
    return liteRtTensorBuffer;
  }
  var CompiledModelSignatureRunner = class {
    constructor(signatureIndex, liteRtModel, liteRtCompiledModel, options) {
      this.signatureIndex = signatureIndex;
      this.liteRtModel = liteRtModel;
      this.liteRtCompiledModel = liteRtCompiledModel;
      this.options = options;
      this.liteRtSimpleSignature = liteRtModel.getSignature(signatureIndex);
      const inputNames = emscriptenVectorToArray(this.liteRtSimpleSignature.inputNames());
      const inputDetails = [];
      for (let i = 0; i < inputNames.length; i++) {
        const name = inputNames[i];
        const tensorType = liteRtModel.getInputTensorType(signatureIndex, i);
        const requirements = liteRtCompiledModel.getInputBufferRequirements(signatureIndex, i);
        inputDetails.push(makeTensorDetails(name, i, tensorType, requirements));
      }
      this.inputDetails = Object.freeze(inputDetails);
      const outputNames = emscriptenVectorToArray(this.liteRtSimpleSignature.outputNames());
      const outputDetails = [];
      for (let i = 0; i < outputNames.length; i++) {
        const name = outputNames[i];
        const tensorType = liteRtModel.getOutputTensorType(signatureIndex, i);
        const requirements = liteRtCompiledModel.getOutputBufferRequirements(signatureIndex, i);
        outputDetails.push(makeTensorDetails(name, i, tensorType, requirements));
      }
      this.outputDetails = Object.freeze(outputDetails);
    }
    inputDetails;
    outputDetails;
    liteRtSimpleSignature;
    deletedInternal = false;
    /**
     * The string key corresponding to this signature in the model.
     */
    get key() {
      this.ensureNotDeleted();
      return this.liteRtSimpleSignature.key();
    }
    /**
     * Get details about each input tensor.
     */
    getInputDetails() {
      this.ensureNotDeleted();
      return this.inputDetails;
    }
    /**
     * Get details about each output tensor.
     */
    getOutputDetails() {
      this.ensureNotDeleted();
      return this.outputDetails;
    }
    async run(input) {
      this.ensureNotDeleted();
      const inputArray = this.inputsToArray(input);
      const { inputsOnAccelerator, cleanup } = await this.ensureInputsOnAccelerator(inputArray);
      let outputArray;
      try {
        outputArray = await this.runWithArray(inputsOnAccelerator);
      } finally {
        cleanup();
      }
      if (Array.isArray(input) || input instanceof Tensor) {
        return outputArray;
      } else {
        return this.outputsToRecord(outputArray);
      }
    }
    inputsToArray(input) {
      if (Array.isArray(input)) {
        if (input.length !== this.inputDetails.length) {
          throw new Error(
            `run() called with ${input.length} inputs, but signature expects ${this.inputDetails.length} inputs`
          );
        }
        return input;
      }
      if (input instanceof Tensor) {
        if (this.inputDetails.length !== 1) {
          throw new Error(
            `run() called with a single tensor, but signature expects ${this.inputDetails.length} inputs`
          );
        }
        return [input];
      }
      const inputArray = [];
      for (const inputDetails of this.inputDetails) {
        if (!(inputDetails.name in input)) {
          throw new Error(
            `run() called with input record that is missing input ${inputDetails.name} with index ${inputDetails.index}`
          );
        }
        inputArray.push(input[inputDetails.name]);
      }
      return inputArray;
    }
    outputsToRecord(output) {
      const outputRecord = {};
      for (let i = 0; i < this.outputDetails.length; i++) {
        outputRecord[this.outputDetails[i].name] = output[i];
      }
      return outputRecord;
    }
    /**
     * Ensures that all input tensors are on the correct accelerator. Copies any
     * tensors that are not on the correct accelerator.
     *
     * @param inputs The input tensors to be passed to the signature. They must
     *     be in the same order and quantity as the input details.
     * @return A promise that resolves to a list of input tensors that are on the
     *     correct accelerator, and a cleanup function that deletes any tensors
     *     that were copied.
     */
    async ensureInputsOnAccelerator(inputs) {
      const toDelete = [];
      const inputsOnAccelerator = [];
      const inputDetails = this.getInputDetails();
      if (inputs.length !== inputDetails.length) {
        throw new Error(`ensureInputsOnAccelerator() called with ${inputs.length} inputs, but signature expects ${inputDetails.length} inputs`);
      }
      for (let i = 0; i < inputs.length; i++) {
        const input = inputs[i];
        const bufferType = input.getBufferType();
        const supportedBufferTypes = inputDetails[i].supportedBufferTypes;
        if (supportedBufferTypes.size === 0) {
          throw new Error(`Tensor ${inputDetails[i].name} with index ${inputDetails[i].index} has no supported buffer types.`);
        }
        if (supportedBufferTypes.has(bufferType)) {
          inputsOnAccelerator.push(input);
        } else {
          const newBufferType = supportedBufferTypes.values().next().value;
          const copy = await input.copyTo(newBufferType);
          toDelete.push(copy);
          inputsOnAccelerator.push(copy);
        }
      }
      return {
        inputsOnAccelerator,
        cleanup: () => {
          for (const tensor of toDelete) {
            tensor.delete();
          }
        }
      };
    }
    async runWithArray(input) {
      for (let i = 0; i < input.length; i++) {
        const inputTensor = input[i];
        const expectedRankedTensorType = this.liteRtModel.getInputTensorType(this.signatureIndex, i);
        const inputRequirements = this.liteRtCompiledModel.getInputBufferRequirements(
          this.signatureIndex,
          i
        );
        getGlobalLiteRt().liteRtWasm.checkTensorBufferCompatible(
          inputTensor.liteRtTensorBuffer,
          expectedRankedTensorType,
          inputRequirements
        );
        expectedRankedTensorType.delete();
        inputRequirements.delete();
      }
      const outputTensorBuffers = await this.liteRtCompiledModel.run(
        this.signatureIndex,
        input.map((tensor) => tensor.liteRtTensorBuffer)
      );
      return outputTensorBuffers.map(
        (tensorBuffer) => new Tensor(tensorBuffer, this.options.environment)
      );
    }
    get deleted() {
      return this.deletedInternal;
    }
    ensureNotDeleted() {
      if (this.deleted) {
        throw new Error(
          "CompiledModelSignatureRunner is deleted and cannot be used."
        );
      }
    }
    delete() {
      if (this.deletedInternal) {
        return;
      }
      this.deletedInternal = true;
      this.liteRtSimpleSignature.delete();
    }
  };
  function makeTensorDetails(name, index, tensorType, requirements) {
    const layout2 = tensorType.layout();
    const dimensions = emscriptenVectorToArray(layout2.dimensions());
    layout2.delete();
    const supportedBufferTypes = new Set(emscriptenVectorToArray(requirements.supportedTypes()).map(({ value }) => value));
    const details = {
      name,
      index,
      dtype: getDataType(tensorType.elementType().value).dtype,
      shape: new Int32Array(dimensions),
      supportedBufferTypes
    };
    tensorType.delete();
    requirements.delete();
    return details;
  }
  var CompiledModel = class {
    constructor(model2, liteRtCompiledModel, options, onDelete) {
      this.model = model2;
      this.liteRtCompiledModel = liteRtCompiledModel;
      this.options = options;
      this.onDelete = onDelete;
      const numSignatures = model2.liteRtModel.getNumSignatures();
      const compiledModelSignatureRunners = {};
      for (let i = 0; i < numSignatures; i++) {
        const compiledModelSignatureRunner = new CompiledModelSignatureRunner(
          i,
          model2.liteRtModel,
          liteRtCompiledModel,
          options
        );
        compiledModelSignatureRunners[compiledModelSignatureRunner.key] = compiledModelSignatureRunner;
      }
      this.compiledModelSignatureRunners = Object.freeze(compiledModelSignatureRunners);
      this.defaultSignature = Object.values(this.signatures)[0];
      this.key = this.defaultSignature.key;
    }
    defaultSignature;
    compiledModelSignatureRunners;
    key;
    deletedInternal = false;
    get signatures() {
      this.ensureNotDeleted();
      return this.compiledModelSignatureRunners;
    }
    getInputDetails() {
      this.ensureNotDeleted();
      return this.defaultSignature.getInputDetails();
    }
    getOutputDetails() {
      this.ensureNotDeleted();
      return this.defaultSignature.getOutputDetails();
    }
    async run(inputOrSignatureName, maybeInput) {
      this.ensureNotDeleted();
      const [signature, input] = this.parseRunInputs(inputOrSignatureName, maybeInput);
      return await signature.run(input);
    }
    parseRunInputs(inputOrSignatureName, maybeInput) {
      let signature;
      let input;
      if (typeof inputOrSignatureName === "string") {
        signature = this.signatures[inputOrSignatureName];
        if (!signature) {
          throw new Error(
            `No signature named ${inputOrSignatureName} found in model.`
          );
        }
        if (!maybeInput) {
          throw new Error(
            `No input provided for signature ${inputOrSignatureName}`
          );
        }
        input = maybeInput;
      } else {
        signature = this.defaultSignature;
        input = inputOrSignatureName;
      }
      return [signature, input];
    }
    get deleted() {
      return this.deletedInternal;
    }
    ensureNotDeleted() {
      if (this.deleted) {
        throw new Error("CompiledModel is deleted and cannot be used.");
      }
    }
    get isFullyAccelerated() {
      this.ensureNotDeleted();
      return this.liteRtCompiledModel.isFullyAccelerated();
    }
    delete() {
      if (this.deletedInternal) {
        return;
      }
      this.deletedInternal = true;
      this.liteRtCompiledModel.delete();
      this.model.delete();
      for (const signatureRunner of Object.values(
        this.compiledModelSignatureRunners
      )) {
        signatureRunner.delete();
      }
      this.onDelete();
    }
  };
  async function urlToUint8Array(url) {
    const response = await fetch(url);
    return new Uint8Array(await response.arrayBuffer());
  }
  async function readableStreamDefaultReaderToUint8Array(reader) {
    let byteOffset = 0;
    let array = new Uint8Array(
      1024
      /* arbitrary starting size */
    );
    const MAX_ARRAY_SIZE = 2e9;
    while (true) {
      const { done, value } = await reader.read();
      if (value) {
        if (array.byteLength < byteOffset + value.byteLength) {
          if (byteOffset + value.byteLength > MAX_ARRAY_SIZE) {
            throw new Error(`Model is too large (> ${MAX_ARRAY_SIZE} bytes).`);
          }
          const newArray = new Uint8Array(Math.min(
            MAX_ARRAY_SIZE,
            Math.max(array.byteLength, value.byteLength) * 2
          ));
          newArray.set(array);
          array = newArray;
        }
        array.set(value, byteOffset);
        byteOffset += value.byteLength;
      }
      if (done) {
        break;
      }
    }
    return array.slice(0, byteOffset);
  }
  var Model = class {
    constructor(liteRtModel, onDelete) {
      this.liteRtModel = liteRtModel;
      this.onDelete = onDelete;
    }
    delete() {
      this.liteRtModel.delete();
      this.onDelete();
    }
  };
  function fillCompileOptions(compileOptions = {}, environment, defaultThreadCount) {
    return {
      environment,
      accelerator: compileOptions.accelerator ?? (environment.webGpuDevice ? "webgpu" : "wasm"),
      cpuOptions: compileOptions.cpuOptions ?? { numThreads: defaultThreadCount },
      gpuOptions: compileOptions.gpuOptions ?? {},
      webNNOptions: compileOptions.webNNOptions ?? {}
    };
  }
  var WASM_RELAXED_SIMD_CHECK = new Uint8Array([
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    5,
    1,
    96,
    0,
    1,
    123,
    3,
    2,
    1,
    0,
    10,
    15,
    1,
    13,
    0,
    65,
    1,
    253,
    15,
    65,
    2,
    253,
    15,
    253,
    128,
    2,
    11
  ]);
  var WASM_THREADS_CHECK = new Uint8Array([
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    1,
    4,
    1,
    96,
    0,
    0,
    3,
    2,
    1,
    0,
    5,
    4,
    1,
    3,
    1,
    1,
    10,
    11,
    1,
    9,
    0,
    65,
    0,
    254,
    16,
    2,
    0,
    26,
    11
  ]);
  var WASM_FEATURE_VALUES = {
    "relaxedSimd": void 0,
    "threads": void 0,
    "jspi": void 0,
    "webnn": void 0
  };
  function isJspiSupported() {
    return "Suspending" in WebAssembly;
  }
  function isWebNnSupported() {
    return typeof navigator !== "undefined" && !!navigator.ml;
  }
  async function tryWasm(wasm) {
    try {
      await WebAssembly.instantiate(wasm);
      return { supported: true };
    } catch (e) {
      return { supported: false, error: e };
    }
  }
  var WASM_FEATURE_CHECKS = {
    "relaxedSimd": () => {
      if (WASM_FEATURE_VALUES.relaxedSimd === void 0) {
        WASM_FEATURE_VALUES.relaxedSimd = tryWasm(WASM_RELAXED_SIMD_CHECK);
      }
      return WASM_FEATURE_VALUES.relaxedSimd;
    },
    "threads": () => {
      if (WASM_FEATURE_VALUES.threads === void 0) {
        try {
          if (typeof MessageChannel !== "undefined") {
            new MessageChannel().port1.postMessage(new SharedArrayBuffer(1));
          }
          WASM_FEATURE_VALUES.threads = tryWasm(WASM_THREADS_CHECK);
        } catch (e) {
          WASM_FEATURE_VALUES.threads = Promise.resolve({ supported: false, error: e });
        }
      }
      return WASM_FEATURE_VALUES.threads;
    },
    "jspi": () => {
      if (WASM_FEATURE_VALUES.jspi === void 0) {
        const supported = isJspiSupported();
        WASM_FEATURE_VALUES.jspi = Promise.resolve({
          supported,
          error: supported ? void 0 : new Error("JSPI is not supported")
        });
      }
      return WASM_FEATURE_VALUES.jspi;
    },
    "webnn": () => {
      if (WASM_FEATURE_VALUES.webnn === void 0) {
        const supported = isWebNnSupported();
        WASM_FEATURE_VALUES.webnn = Promise.resolve({
          supported,
          error: supported ? void 0 : new Error("WebNN is not supported")
        });
      }
      return WASM_FEATURE_VALUES.webnn;
    }
  };
  async function supportsFeature(feature) {
    const check = WASM_FEATURE_CHECKS[feature]?.();
    if (!check) {
      throw new Error(`Unknown feature: ${feature}`);
    }
    return (await check).supported;
  }
  async function throwIfFeatureNotSupported(feature) {
    const check = WASM_FEATURE_CHECKS[feature]?.();
    if (!check) {
      throw new Error(`Unknown feature: ${feature}`);
    }
    const result = await check;
    if (!result.supported) {
      throw result.error;
    }
  }
  function loadAndCompile(model2, compileOptions) {
    return getGlobalLiteRt().loadAndCompile(model2, compileOptions);
  }
  var LiteRt = class {
    liteRtWasm;
    defaultEnvironment;
    objectsToDelete = /* @__PURE__ */ new Set();
    constructor(wasmModule) {
      this.liteRtWasm = wasmModule;
      this.liteRtWasm.setupLogging();
    }
    setDefaultEnvironment(environment) {
      this.defaultEnvironment = environment;
    }
    getDefaultEnvironment() {
      if (!this.defaultEnvironment) {
        throw new Error("Default environment is not set.");
      }
      return this.defaultEnvironment;
    }
    setWebGpuDevice(device) {
      const oldEnvironment = this.getDefaultEnvironment();
      this.setDefaultEnvironment(new Environment({
        ...oldEnvironment.options,
        webGpuDevice: device
      }));
    }
    getWebGpuDevice() {
      return this.getDefaultEnvironment().webGpuDevice;
    }
    /**
     * Registers an object to be deleted when this LiteRt instance is deleted.
     * Internal use only.
     */
    _registerObjectForDeletion(object) {
      this.objectsToDelete.add(object);
    }
    /**
     * Unregisters an object from being deleted when this LiteRt instance is
     * deleted. Internal use only.
     */
    _unregisterObjectForDeletion(object) {
      this.objectsToDelete.delete(object);
    }
    /**
     * Loads and compiles a LiteRt model.
     *
     * @param model The model data. This can be a string (the model url), a URL
     *     object, a Uint8Array (the model bytes), or a
     *     ReadableStreamDefaultReader (for streaming model loading).
     * @param compileOptions The options for compiling the model. This includes
     *     the accelerator to use ('webgpu' or 'wasm') and the WebGPU device
     *     (for direct GPU model inputs / outputs).
     * @returns A promise that resolves to the CompiledModel.
     */
    async loadAndCompile(model2, compileOptions = {}) {
      let modelData;
      if (typeof model2 === "string" || model2 instanceof URL) {
        modelData = await urlToUint8Array(model2);
      } else if (model2 instanceof Uint8Array) {
        modelData = model2;
      } else if (model2 instanceof ReadableStreamDefaultReader) {
        modelData = await readableStreamDefaultReaderToUint8Array(model2);
      } else {
        throw new Error("Unsupported model type.");
      }
      const environment = compileOptions.environment ?? this.getDefaultEnvironment();
      const accelerator = compileOptions.accelerator ?? (environment.webGpuDevice ? "webgpu" : "wasm");
      const isWebGpu = accelerator === "webgpu";
      if (isWebGpu && !environment.webGpuDevice) {
        throw new Error(
          "WebGPU was requested but no WebGPU device is set in the environment."
        );
      }
      const filledCompileOptions = fillCompileOptions(
        compileOptions,
        environment,
        this.liteRtWasm.getThreadCount()
      );
      const ptr = this.liteRtWasm._malloc(modelData.byteLength);
      this.liteRtWasm.HEAPU8.set(modelData, ptr);
      const wasmModel = this.liteRtWasm.loadModel(
        filledCompileOptions.environment.liteRtEnvironment,
        ptr,
        modelData.byteLength
      );
      const wasmCompiledModel = await this.liteRtWasm.compileModel(
        filledCompileOptions.environment.liteRtEnvironment,
        wasmModel,
        filledCompileOptions
      );
      const loadedModel = new Model(wasmModel, () => {
        this.liteRtWasm._free(ptr);
      });
      const compiledModel = new CompiledModel(
        loadedModel,
        wasmCompiledModel,
        filledCompileOptions,
        () => {
          this.objectsToDelete.delete(compiledModel);
        }
      );
      this.objectsToDelete.add(compiledModel);
      const isWebNn = accelerator === "webnn";
      const acceleratorRequested = isWebGpu || isWebNn;
      if (acceleratorRequested && !compiledModel.isFullyAccelerated) {
        if (isJspiSupported()) {
          console.warn(
            `%c[LiteRT]%c Model not fully compiled for ${accelerator}. Partially delegating to WASM execution.`,
            "background: #FFA000; color: black; font-weight: bold; padding: 2px 5px; border-radius: 3px;",
            "font-weight: bold;"
          );
        } else {
          console.warn(
            `%c[LiteRT]%c Model not fully compiled for ${accelerator} on non-JSPI browser. Falling back to WASM execution.`,
            "background: #D32F2F; color: white; font-weight: bold; padding: 2px 5px; border-radius: 3px;",
            "color: #D32F2F; font-weight: bold;"
          );
          compiledModel.delete();
          const fallbackCompileOptions = {
            ...compileOptions,
            accelerator: "wasm"
          };
          return this.loadAndCompile(modelData, fallbackCompileOptions);
        }
      }
      return compiledModel;
    }
    delete() {
      for (const object of this.objectsToDelete) {
        object.delete();
      }
    }
  };
  function pathToString(path) {
    return path;
  }
  function appendPathSegment(path, segment) {
    if (!path) return segment;
    if (!segment) return path;
    const pathWithSlash = path.endsWith("/") ? path : path + "/";
    const segmentWithoutSlash = segment.startsWith("/") ? segment.substring(1) : segment;
    return pathWithSlash + segmentWithoutSlash;
  }
  var WASM_JS_FILE_NAME = "litert_wasm_internal.js";
  var WASM_JS_COMPAT_FILE_NAME = "litert_wasm_compat_internal.js";
  var WASM_JS_THREADED_FILE_NAME = "litert_wasm_threaded_internal.js";
  var WASM_JS_JSPI_FILE_NAME = "litert_wasm_jspi_internal.js";
  async function load(path, options) {
    const pathString = pathToString(path);
    const isFullFilePath = pathString.endsWith(".wasm") || pathString.endsWith(".js");
    const relaxedSimd = await supportsFeature("relaxedSimd");
    if (options?.threads) {
      if (options?.jspi) {
        throw new Error(
          "The `threads` and `jspi` options are mutually exclusive."
        );
      }
      if (isFullFilePath) {
        console.warn(
          `The \`threads\` option was specified, but the wasm path ${pathString} is a full file path. Whether threads are available or not will depend on the loaded file. To allow LiteRT.js to load the threaded wasm file, use a directory path instead of a full file path.`
        );
      }
      if (!relaxedSimd) {
        throw new Error(
          "Threads are only supported with relaxed SIMD, and the current browser does not support relaxed SIMD."
        );
      }
      await throwIfFeatureNotSupported("threads");
    }
    if (options?.jspi) {
      if (isFullFilePath) {
        console.warn(
          `The \`jspi\` option was specified, but the wasm path ${pathString} is a full file path. Whether JSPI is available or not will depend on the loaded file. To allow LiteRT.js to load the JSPI wasm file, use a directory path instead of a full file path.`
        );
      }
      await throwIfFeatureNotSupported("jspi");
    }
    let fileName = WASM_JS_COMPAT_FILE_NAME;
    if (relaxedSimd) {
      if (options?.threads) {
        fileName = WASM_JS_THREADED_FILE_NAME;
      } else if (options?.jspi) {
        fileName = WASM_JS_JSPI_FILE_NAME;
      } else {
        fileName = WASM_JS_FILE_NAME;
      }
    }
    let jsFilePath = path;
    if (pathString.endsWith(".wasm")) {
      throw new Error(
        "Please load the `.js` file corresponding to the `.wasm` file, or load the directory containing it."
      );
    } else if (!pathString.endsWith(".js")) {
      jsFilePath = appendPathSegment(path, fileName);
    }
    return createWasmLib(LiteRt, jsFilePath);
  }
  function loadLiteRt(path, options) {
    if (hasGlobalLiteRtPromise()) {
      throw new Error("LiteRT is already loading / loaded.");
    }
    setGlobalLiteRtPromise(load(path, options).then(async (liteRt) => {
      setGlobalLiteRt(liteRt);
      liteRt.setDefaultEnvironment(
        await Environment.create()
      );
      return liteRt;
    }).catch((error) => {
      setGlobalLiteRtPromise(void 0);
      throw error;
    }));
    return getGlobalLiteRtPromise();
  }
  var compilationLock = Promise.resolve();
  async function copyHostMemoryToHostMemory(cpuTensor, options = {}) {
    const environment = options.environment ?? cpuTensor.environment;
    const liteRtWasm = getGlobalLiteRt().liteRtWasm;
    const srcTensorBuffer = cpuTensor.liteRtTensorBuffer;
    const bufferType = srcTensorBuffer.bufferType();
    if (bufferType.value !== TensorBufferType.HOST_MEMORY) {
      throw new Error(
        "Source tensor is not in host memory. Cannot copy to host memory."
      );
    }
    const srcTensorMemoryPtr = srcTensorBuffer.lock(
      liteRtWasm.LiteRtTensorBufferLockMode.READ
    );
    let destTensorBuffer;
    try {
      destTensorBuffer = liteRtWasm.LiteRtTensorBuffer.createManaged(
        environment.liteRtEnvironment,
        liteRtWasm.LiteRtTensorBufferType.HOST_MEMORY,
        srcTensorBuffer.tensorType(),
        srcTensorBuffer.size()
      );
      const destMemoryPointer = destTensorBuffer.lock(
        liteRtWasm.LiteRtTensorBufferLockMode.WRITE
      );
      try {
        const srcTensorMemoryView = new Uint8Array(
          liteRtWasm.HEAPU8.buffer,
          srcTensorMemoryPtr,
          srcTensorBuffer.size()
        );
        liteRtWasm.HEAPU8.set(srcTensorMemoryView, destMemoryPointer);
      } finally {
        destTensorBuffer.unlock();
      }
    } finally {
      srcTensorBuffer.unlock();
    }
    if (!destTensorBuffer) {
      throw new Error("Failed to create destination tensor buffer.");
    }
    return new Tensor(destTensorBuffer, environment);
  }
  async function cpuTensorToGpuTensor(cpuTensor, options = {}) {
    const environment = options.environment ?? cpuTensor.environment;
    const device = environment.webGpuDevice;
    if (!device) {
      throw new Error(
        "No WebGPU device is available. Did you forget to pass a destination environment that has a WebGPU device?"
      );
    }
    const liteRtWasm = getGlobalLiteRt().liteRtWasm;
    const byteLength = cpuTensor.liteRtTensorBuffer.size();
    const paddedByteLength = byteLength + 3 & ~3;
    const stagingBuffer = device.createBuffer({
      size: paddedByteLength,
      usage: GPUBufferUsage.MAP_WRITE | GPUBufferUsage.COPY_SRC,
      mappedAtCreation: true
    });
    const mappedBuffer = await stagingBuffer.getMappedRange();
    const mappedArray = new Uint8Array(mappedBuffer);
    const cpuMemoryPtr = cpuTensor.liteRtTensorBuffer.lock(
      liteRtWasm.LiteRtTensorBufferLockMode.READ
    );
    try {
      const cpuMemoryView = new Uint8Array(
        liteRtWasm.HEAPU8.buffer,
        cpuMemoryPtr,
        cpuTensor.liteRtTensorBuffer.size()
      );
      mappedArray.set(cpuMemoryView);
    } finally {
      cpuTensor.liteRtTensorBuffer.unlock();
    }
    stagingBuffer.unmap();
    const buffer = device.createBuffer({
      size: paddedByteLength,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | GPUBufferUsage.STORAGE
    });
    const commandEncoder = device.createCommandEncoder();
    commandEncoder.copyBufferToBuffer(
      stagingBuffer,
      0,
      buffer,
      0,
      paddedByteLength
    );
    device.queue.submit([commandEncoder.finish()]);
    stagingBuffer.destroy();
    return new Tensor(
      buffer,
      cpuTensor.type.layout.dimensions,
      cpuTensor.type.dtype,
      environment,
      () => {
        buffer.destroy();
      }
    );
  }
  async function gpuTensorToCpuTensor(gpuTensor, options = {}) {
    const environment = options.environment ?? gpuTensor.environment;
    const device = gpuTensor.environment.webGpuDevice;
    if (!device) {
      throw new Error(
        "No WebGPU device is available. Does the source tensor have a WebGPU device?"
      );
    }
    const liteRtWasm = getGlobalLiteRt().liteRtWasm;
    const tensorBuffer = gpuTensor.liteRtTensorBuffer;
    const bufferType = tensorBuffer.bufferType();
    if (bufferType !== liteRtWasm.LiteRtTensorBufferType.WEB_GPU_BUFFER_PACKED) {
      throw new Error(`Cannot convert a tensor with a non-WebGPU buffer type ${bufferType} to a CPU tensor.`);
    }
    const gpuBuffer = liteRtWasm.WebGPU.getJsObject(
      tensorBuffer.getWebGpuBuffer()
    );
    const byteOffset = tensorBuffer.offset();
    const tensorType = tensorBuffer.tensorType();
    const layout2 = tensorType.layout();
    const numElements = layout2.numElements();
    const arrayConstructor = getDataType(tensorType.elementType().value).typedArrayConstructor;
    layout2.delete();
    tensorType.delete();
    let mappableBuffer = gpuBuffer;
    let cleanupBuffer = () => {
    };
    if (!(gpuBuffer.usage & GPUBufferUsage.MAP_READ)) {
      mappableBuffer = device.createBuffer({
        size: gpuBuffer.size,
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ
      });
      cleanupBuffer = () => {
        mappableBuffer.destroy();
      };
      const commandEncoder = device.createCommandEncoder();
      commandEncoder.copyBufferToBuffer(
        gpuBuffer,
        0,
        mappableBuffer,
        0,
        gpuBuffer.size
      );
      device.queue.submit([commandEncoder.finish()]);
    }
    await mappableBuffer.mapAsync(GPUMapMode.READ);
    const mappedBuffer = mappableBuffer.getMappedRange();
    const mappedArray = new arrayConstructor(mappedBuffer, byteOffset, numElements);
    const cpuTensor = new Tensor(mappedArray, gpuTensor.type.layout.dimensions, environment);
    mappableBuffer.unmap();
    cleanupBuffer();
    return cpuTensor;
  }
  function makeMoveTo(copyTo) {
    return async (tensor, options) => {
      const result = await copyTo(tensor, options);
      tensor.delete();
      return result;
    };
  }
  function registerCopyFunctions() {
    Tensor.copyFunctions.set(TensorBufferType.HOST_MEMORY, /* @__PURE__ */ new Map([
      [
        TensorBufferType.HOST_MEMORY,
        {
          copyTo: copyHostMemoryToHostMemory,
          // There might be a more efficient way to move
          // from CPU to CPU.
          moveTo: makeMoveTo(copyHostMemoryToHostMemory)
        }
      ],
      [
        TensorBufferType.WEB_GPU_BUFFER_PACKED,
        {
          copyTo: cpuTensorToGpuTensor,
          moveTo: makeMoveTo(cpuTensorToGpuTensor)
        }
      ]
    ]));
    Tensor.copyFunctions.set(TensorBufferType.WEB_GPU_BUFFER_PACKED, /* @__PURE__ */ new Map([
      [
        TensorBufferType.HOST_MEMORY,
        {
          copyTo: gpuTensorToCpuTensor,
          moveTo: makeMoveTo(gpuTensorToCpuTensor)
        }
      ]
    ]));
  }
  registerCopyFunctions();

  // src/network.ts
  var Network = class _Network {
    constructor(model2, input, shape) {
      this.model = model2;
      this.input = input;
      this.shape = shape;
    }
    model;
    input;
    shape;
    /** The processor alone: graphics cards compute wrong on some devices. */
    static async load(runtime, model2) {
      await loadLiteRt(runtime);
      const compiled = await loadAndCompile(model2, { accelerator: "wasm" });
      const entry = compiled.getInputDetails()[0];
      return new _Network(compiled, entry.name, Array.from(entry.shape));
    }
    async run(pixels) {
      const entry = new Tensor(Float32Array.from(pixels.data), this.shape);
      let outputs = {};
      try {
        outputs = await this.model.run({ [this.input]: entry });
        const details = this.model.getOutputDetails();
        const maps = outputs.features;
        const shape = details.find((one) => one.name === "features")?.shape;
        return {
          probabilities: Float64Array.from(outputs.probabilities.toTypedArray()),
          features: maps && shape ? picture(
            maps.toTypedArray().slice(),
            shape[2],
            shape[1],
            shape[3]
          ) : null
        };
      } finally {
        entry.delete();
        for (const one of Object.values(outputs)) one.delete();
      }
    }
  };
  function averaged(features) {
    const { data, channels } = features;
    const sums = new Float64Array(channels);
    for (let k = 0; k < data.length; ) {
      for (let c = 0; c < channels; c++, k++) sums[c] = sums[c] + data[k];
    }
    return sums.map((sum) => sum / (data.length / channels));
  }

  // src/prepare.ts
  function prepare(image, settings) {
    const [height, width] = settings.image_size;
    const grey = settings.color_mode === "grayscale";
    const pixels = grey ? asGrey(image.pixels) : image.pixels;
    const fitted = fit(pixels, width, height, settings.fit);
    const range = settings.grey_range;
    const small = range && range.bits === image.bitDepth ? ranged(fitted, range) : toBytes(fitted, image.bitDepth);
    return grey || small.channels === 3 ? small : threefold(small);
  }
  function fit(pixels, width, height, how) {
    if (how === "stretch") return resized(pixels, width, height);
    if (how === "crop") return resized(centre(pixels, width, height), width, height);
    const [left, top, wide, tall] = padded2(pixels, width, height);
    const inner = resized(pixels, wide, tall);
    const { channels } = pixels;
    const Kind = pixels.data.constructor;
    const canvas = new Kind(width * height * channels);
    for (let row = 0; row < tall; row++) {
      const begin = row * wide * channels;
      canvas.set(
        inner.data.subarray(begin, begin + wide * channels),
        ((top + row) * width + left) * channels
      );
    }
    return picture(canvas, width, height, channels);
  }
  function padded2(pixels, width, height) {
    const scale = Math.min(height / pixels.height, width / pixels.width);
    const tall = Math.min(height, Math.max(1, rounded(pixels.height * scale)));
    const wide = Math.min(width, Math.max(1, rounded(pixels.width * scale)));
    return [Math.floor((width - wide) / 2), Math.floor((height - tall) / 2), wide, tall];
  }
  function kept(pixels, width, height) {
    const tall = Math.min(pixels.height, Math.max(1, rounded(pixels.width * height / width)));
    const wide = Math.min(pixels.width, Math.max(1, rounded(pixels.height * width / height)));
    return [
      Math.floor((pixels.width - wide) / 2),
      Math.floor((pixels.height - tall) / 2),
      wide,
      tall
    ];
  }
  function centre(pixels, width, height) {
    const [left, top, wide, tall] = kept(pixels, width, height);
    const { channels } = pixels;
    const Kind = pixels.data.constructor;
    const part = new Kind(wide * tall * channels);
    for (let row = 0; row < tall; row++) {
      const begin = ((top + row) * pixels.width + left) * channels;
      part.set(pixels.data.subarray(begin, begin + wide * channels), row * wide * channels);
    }
    return picture(part, wide, tall, channels);
  }
  function seenPart(pixels, settings) {
    const [height, width] = settings.image_size;
    if (settings.fit === "stretch") return [0, 0, 1, 1];
    if (settings.fit === "crop") {
      const [left2, top2, wide2, tall2] = kept(pixels, width, height);
      return [left2 / pixels.width, top2 / pixels.height, wide2 / pixels.width, tall2 / pixels.height];
    }
    const [left, top, wide, tall] = padded2(pixels, width, height);
    return [-left / wide, -top / tall, width / wide, height / tall];
  }
  function ranged(pixels, range) {
    const span = range.high - range.low, half = span >> 1;
    const small = new Uint8Array(pixels.data.length);
    for (let k = 0; k < small.length; k++) {
      const above = Math.min(span, Math.max(0, pixels.data[k] - range.low));
      small[k] = Math.floor((above * 255 + half) / span);
    }
    return { ...pixels, data: small };
  }
  function threefold(pixels) {
    const data = new Uint8Array(pixels.data.length * 3);
    for (let k = 0; k < pixels.data.length; k++) data.fill(pixels.data[k], 3 * k, 3 * k + 3);
    return picture(data, pixels.width, pixels.height, 3);
  }

  // src/letters.ts
  var CONTRAST = 60;
  var REACH = 3;
  var MOST_SPOTS = 4e3;
  var FEWEST = 3;
  var SMALLEST3 = 5;
  var SAMPLED_SIDE = 512;
  function lettersIn(image) {
    const small = atMost(image.pixels, SAMPLED_SIDE);
    return countLetters(asGrey(toBytes(small, image.bitDepth)));
  }
  function countLetters(grey) {
    const { data, width, height } = grey;
    let longest = 0;
    for (const shown of [data, negative(data.slice())]) {
      const mask = opened(shown, width, height);
      if (marked(mask, shown) < FEWEST * SMALLEST3) continue;
      longest = Math.max(longest, longestRow(spots(mask, width, height)));
    }
    return longest;
  }
  function marked(left, shown) {
    let count = 0;
    for (let k = 0; k < left.length; k++) {
      const bright = shown[k] - left[k] >= CONTRAST ? 1 : 0;
      left[k] = bright;
      count += bright;
    }
    return count;
  }
  function negative(data) {
    const fours = new Uint32Array(data.buffer, data.byteOffset, data.length >> 2);
    for (let k = 0; k < fours.length; k++) fours[k] = ~fours[k];
    for (let k = 4 * fours.length; k < data.length; k++) data[k] = 255 - data[k];
    return data;
  }
  function opened(data, width, height) {
    return negative(lowest(negative(lowest(data, width, height)), width, height));
  }
  function lowest(data, width, height) {
    const across = new Uint8Array(data.length);
    const line2 = new Uint8Array(Math.max(width, height) + 2 * REACH).fill(255);
    for (let y = 0; y < height; y++) {
      line2.set(data.subarray(y * width, (y + 1) * width), REACH);
      lowestOfSeven(line2, width, across, y * width);
    }
    const wide = new Uint8Array(width * (height + 2 * REACH)).fill(255);
    wide.set(across, REACH * width);
    for (const step of [width, 2 * width, 3 * width]) takeLower(wide, step);
    return wide.subarray(0, data.length);
  }
  function lowestOfSeven(line2, count, to, begin) {
    let last = line2[5];
    let pair3 = lower(line2[3], line2[4]), pair4 = lower(line2[4], last);
    const pair1 = lower(line2[1], line2[2]), pair2 = lower(line2[2], line2[3]);
    let four0 = lower(lower(line2[0], line2[1]), pair2), four1 = lower(pair1, pair3), four2 = lower(pair2, pair4);
    for (let k = 0; k < count; k++) {
      const next = line2[k + 6], pair5 = lower(last, next), four3 = lower(pair3, pair5);
      to[begin + k] = lower(four0, four3);
      last = next;
      pair3 = pair4;
      pair4 = pair5;
      four0 = four1;
      four1 = four2;
      four2 = four3;
    }
  }
  function lower(a, b) {
    const above = a - b;
    return b + (above & above >> 31);
  }
  function takeLower(values, step) {
    const end = values.length - step;
    for (let k = 0; k < end; k++) values[k] = lower(values[k], values[k + step]);
  }
  function spots(mask, width, height) {
    let left = width, top = height;
    for (let y = 0; y < height; y++) {
      const first = mask.subarray(y * width, (y + 1) * width).indexOf(1);
      if (first < 0) continue;
      left = Math.min(left, first);
      top = Math.min(top, y);
    }
    const found = [];
    let count = 1;
    for (let y = top; y < height; y += 2) {
      for (let x = left; x < width; x += 2) {
        for (let part = 0; part < 4; part++) {
          const column = x + (part & 1), row = y + (part >> 1);
          if (column >= width || row >= height || !mask[row * width + column]) continue;
          count++;
          const spot = filled(mask, width, height, row * width + column);
          if (isLetter(spot)) found.push(spot.box);
        }
      }
    }
    if (!(count > FEWEST && count <= MOST_SPOTS)) return [];
    return found.sort((a, b) => a[0] - b[0]);
  }
  function filled(mask, width, height, begin) {
    const waiting = [begin];
    mask[begin] = 0;
    let area = 0, left = width, right = 0, top = height, bottom = 0;
    while (waiting.length) {
      const place = waiting.pop();
      const x = place % width, y = Math.floor(place / width);
      area++;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
        for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
          const next = row * width + column;
          if (mask[next]) {
            mask[next] = 0;
            waiting.push(next);
          }
        }
      }
    }
    return { box: [left, top, right - left + 1, bottom - top + 1], area };
  }
  function isLetter({ box: [, , wide, high], area }) {
    return high >= 4 && high <= 28 && wide <= 1.6 * high + 2 && area >= Math.max(SMALLEST3, 0.18 * wide * high) && (area <= 0.95 * wide * high || wide <= 2);
  }
  function longestRow(boxes) {
    const taken = boxes.map(() => false);
    let longest = 0;
    for (let start2 = 0; start2 < boxes.length; start2++) {
      if (taken[start2]) continue;
      let last = boxes[start2];
      const row = [start2];
      for (let number = start2 + 1; number < boxes.length; number++) {
        const [left, top, , height] = boxes[number];
        const high = Math.max(last[3], height);
        const gap = left - (last[0] + last[2]);
        if (gap > 1.3 * high + 1) break;
        const sameHeight = Math.abs(last[3] - height) <= 0.3 * high + 1;
        const sameLine = Math.abs(last[1] + last[3] - top - height) <= 0.25 * high + 0.5;
        if (!taken[number] && gap >= -1 && sameHeight && sameLine) {
          row.push(number);
          last = boxes[number];
        }
      }
      if (row.length >= FEWEST) for (const number of row) taken[number] = true;
      longest = Math.max(longest, row.length);
    }
    return longest >= FEWEST ? longest : 0;
  }

  // src/warnings.ts
  var SAMPLED_SIDE2 = 512;
  function pictureWarnings(image, prepared, table2) {
    const found = [];
    const { limits } = table2;
    const warn = (code2, told = {}, refuses = false) => {
      found.push({ code: code2, message: written(table2.warnings[code2], told), refuses });
    };
    const { width, height } = image.pixels;
    if (height * 2 <= prepared.height || width * 2 <= prepared.width) {
      warn("low-resolution", {
        width,
        height,
        wanted_width: prepared.width,
        wanted_height: prepared.height
      });
    }
    if (Math.max(width, height) >= limits.shape_ratio * Math.min(width, height)) {
      warn("shape", { width, height });
    }
    if (deviation(prepared.data) < limits.flat_deviation) warn("no-contrast", {}, true);
    const coloured = colouredShare(image.pixels, limits.colour_spread);
    if (coloured > limits.colour_share) {
      warn("colour", { percent: percent(coloured) }, coloured > limits.mostly_coloured);
    }
    const range = table2.preparation.grey_range;
    let notes = image.notes;
    if (range && range.bits === image.bitDepth) {
      notes = notes.filter((name) => name !== "low-range");
      const { data } = image.pixels;
      let outside2 = 0;
      for (const value of data) if (value < range.low || value > range.high) outside2++;
      const cut = outside2 / data.length;
      if (cut > limits.cut_share) {
        warn("beyond-range", { percent: percent(cut), grey_range: table2.grey_range });
      }
    }
    for (const name of notes) found.push({ code: name, message: table2.notes[name], refuses: false });
    if (image.view.startsWith("lateral")) warn("lateral", {}, true);
    if (image.annotated || lettersIn(image) >= limits.text_letters) warn("burned-in-text");
    return found;
  }
  function beyondThisPage(image, table2) {
    const { limits, warnings } = table2;
    const coloured = colouredShare(image.pixels, limits.colour_spread);
    const drawn = image.synthetic || image.descriptions.includes(table2.words.drawn);
    const codes = [
      ...drawn && !table2.synthetic ? ["synthetic"] : [],
      ...coloured > limits.fewest_marked && coloured <= limits.most_marked ? ["marks"] : []
    ];
    return codes.map((code2) => ({ code: code2, message: warnings[code2], refuses: true }));
  }
  function percent(part) {
    const value = 100 * Math.min(part, 0.99), low = Math.floor(value), above = value - low;
    return String(above > 0.5 || above === 0.5 && low % 2 ? low + 1 : low);
  }
  function deviation(data) {
    let sum = 0, squares = 0;
    for (const value of data) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / data.length;
    return Math.sqrt(Math.max(0, squares / data.length - mean * mean));
  }
  function colouredShare({ data, width, height, channels }, spread2) {
    if (channels === 1) return 0;
    const step = Math.max(1, Math.floor(Math.max(width, height) / SAMPLED_SIDE2));
    let coloured = 0, all = 0;
    for (let y = 0; y < height; y += step) {
      for (let x = 0; x < width; x += step) {
        const at = (y * width + x) * 3;
        const [a, b, c] = [data[at], data[at + 1], data[at + 2]];
        if (Math.max(a, b, c) - Math.min(a, b, c) > spread2) coloured++;
        all++;
      }
    }
    return coloured / all;
  }

  // src/judge.ts
  var SHOWN_SIDE = 1024;
  async function judge(data, model2, options) {
    const started = performance.now();
    const { table: table2, network } = model2;
    const image = await decode(data, model2.codecs);
    const prepared = prepare(image, table2.preparation);
    const { probabilities, features } = await network.run(prepared);
    if (!probabilities.every(Number.isFinite)) throw new Refusal("not-judged");
    const warnings = [...pictureWarnings(image, prepared, table2), ...beyondThisPage(image, table2)];
    const verdict = model2.familiar && judged(model2.familiar, described(prepared), features && averaged(features));
    if (verdict?.reason) {
      const { doubt, refuses } = table2.strange[verdict.reason];
      const message = verdict.refuses ? refuses : doubt;
      warnings.push({ code: verdict.reason, message, refuses: verdict.refuses });
    }
    const outputs = Object.fromEntries(table2.classes.map((name, k) => [name, probabilities[k]]));
    const answer = answered(outputs, warnings, table2);
    const place = table2.classes.indexOf(answer.likeliest);
    let heat = null;
    if (options.heat && table2.explain === "cam" && table2.kernel && features) {
      heat = activation(features, table2.kernel, place, prepared.width, prepared.height);
    } else if (options.heat && table2.explain === "occlusion") {
      heat = await occlusion(async (part) => (await network.run(part)).probabilities[place], prepared);
    }
    return {
      answer,
      score: verdict && verdict.score,
      prepared,
      heat,
      seen: seenPart(image.pixels, table2.preparation),
      shown: atMost(image.pixels, SHOWN_SIDE),
      bitDepth: image.bitDepth,
      facts: factsOf(image),
      milliseconds: performance.now() - started
    };
  }
  function factsOf({ format, bitDepth, pixels }) {
    const colour = pixels.channels === 3 ? ", colour" : "";
    return `${format}, ${bitDepth} bit${colour}, ${pixels.width} × ${pixels.height} pixels`;
  }

  // src/proof.ts
  var SCORE_TOLERANCE = 1e-3;
  async function prove(model2, kept2) {
    const started = performance.now();
    const problems = [];
    let largest = 0;
    for (const one of kept2.images) {
      try {
        const differs = await difference(model2, one);
        largest = Math.max(largest, differs.probability);
        if (!differs.pixels) problems.push(`${one.name}: other pixels`);
        if (!(differs.probability <= kept2.tolerance)) problems.push(`${one.name}: ${differs.probability}`);
        if (!(differs.score <= SCORE_TOLERANCE)) problems.push(`${one.name}: score ${differs.score}`);
        if (differs.warnings !== one.warnings) problems.push(`${one.name}: ${differs.warnings || "no warnings"}`);
      } catch (error) {
        problems.push(`${one.name}: ${String(error)}`);
      }
    }
    return {
      passed: problems.length === 0 && kept2.images.length > 0,
      images: kept2.images.length,
      tolerance: kept2.tolerance,
      largest,
      milliseconds: performance.now() - started,
      problems
    };
  }
  async function difference(model2, one) {
    const data = Uint8Array.from(atob(one.data), (letter) => letter.charCodeAt(0));
    const { answer, score, prepared } = await judge(data, model2, { heat: false });
    const far = model2.table.classes.map((name, k) => Math.abs(one.probabilities[k] - answer.outputs[name]));
    return {
      pixels: crc32(prepared.data) === one.pixels,
      probability: Math.max(...far),
      score: Math.abs((score ?? 0) - (one.score ?? 0)),
      warnings: answer.warnings.map((warning) => warning.code).join(" ")
    };
  }

  // src/worker.ts
  var scope = self;
  var RUNTIME = "litert_wasm_compat_internal.js";
  var model;
  async function bytes(name) {
    const answer = await fetch(name);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return new Uint8Array(await answer.arrayBuffer());
  }
  async function json(name) {
    return JSON.parse(new TextDecoder().decode(await bytes(name)));
  }
  async function codecs() {
    importScripts("jpeg.js");
    const wasmBinary = await bytes("jpeg.wasm");
    const quiet = () => void 0;
    return { jpeg: await scope.libjpegturbowasm_decode({ wasmBinary, print: quiet, printErr: quiet }) };
  }
  async function start() {
    try {
      const [table2, familiar, kept2, network, decoders] = await Promise.all([
        json("page.json"),
        json("ood.json"),
        json("self_test.json"),
        bytes("model.tflite").then((file) => Network.load(RUNTIME, file)),
        codecs()
      ]);
      if (familiar && familiar.format !== FORMAT) throw new Error(`ood.json of format ${familiar.format}`);
      const made = { table: table2, familiar, network, codecs: decoders };
      const proof = await prove(made, kept2);
      if (proof.passed) model = made;
      return { kind: "proof", proof };
    } catch (error) {
      return { kind: "unusable", reason: String(error) };
    }
  }
  async function judgement({ id, data, heat }) {
    try {
      if (!model) throw new Refusal("not-judged");
      return { kind: "judged", id, judged: await judge(new Uint8Array(data), model, { heat }) };
    } catch (error) {
      const memory = error instanceof RangeError || error instanceof WebAssembly.RuntimeError;
      const code2 = error instanceof Refusal ? error.code : memory ? "decoder-died" : "damaged";
      return { kind: "refused", id, code: code2 };
    }
  }
  var before = Promise.resolve();
  scope.onmessage = ({ data }) => {
    before = before.then(async () => {
      scope.postMessage(data.kind === "start" ? await start() : await judgement(data));
    });
  };
  return __toCommonJS(worker_exports);
})();
