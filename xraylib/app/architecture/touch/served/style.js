// How the drawing looks: the page's own colours, light and dark, from a phone to a wide screen.

export const STYLE = `
.touch {
  --ink: var(--st-text-color, #0d151b);
  --ground: var(--st-background-color, #fff);
  --raised: var(--st-secondary-background-color, #f1f4f6);
  --line: var(--st-border-color, #d5dde2);
  --accent: var(--st-primary-color, #0b6e8a);
  --faint: color-mix(in srgb, var(--ink) 72%, var(--ground));
  color: var(--ink);
  font-family: var(--st-font, system-ui, sans-serif);
  font-size: 14px; line-height: 1.4; container-type: inline-size;
}
.touch * { box-sizing: border-box; }
.touch button, .touch select {
  font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line);
  border-radius: 6px; padding: 4px 10px; cursor: pointer; min-height: 32px;
}
.touch button:hover { border-color: var(--accent); }
.touch :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.touch button[disabled] { opacity: .45; cursor: default; }
.touch canvas { display: block; }
.hidden-words { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap; }
.faint { color: var(--faint); font-size: 13px; }
.row { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }

.strip { position: relative; display: flex; flex-wrap: wrap; gap: 10px 2px; padding: 2px 0 8px;
  align-items: stretch; user-select: none; -webkit-user-select: none; }
.stop { display: flex; flex-direction: column; width: 92px; flex: none; }
.touch .box {
  display: flex; flex-direction: column; align-items: center; gap: 4px; width: 100%; flex: none;
  padding: 6px 3px 5px; background: none; border-color: transparent; border-radius: 8px;
}
.touch .box:hover { background: var(--raised); border-color: var(--line); }
.touch .box[aria-expanded=true] { background: var(--raised); border-color: var(--colour); }
.box .title { font-weight: 600; white-space: nowrap; font-size: 12.5px;
  max-width: 100%; overflow: hidden; text-overflow: ellipsis; border-bottom: 2px solid var(--colour); line-height: 1.3; }
.box .sub { font-size: 11.5px; color: var(--faint); height: calc(var(--lines, 2) * 1.25em); line-height: 1.25;
  text-align: center; display: flex; align-items: center; }
.box .thumb { height: 84px; display: flex; align-items: center; justify-content: center; }
.box .size { font-size: 12.5px; font-weight: 600; font-variant-numeric: tabular-nums; }
.box .verdict { font-size: 11.5px; line-height: 1.2; }
.stop .note {
  margin-top: 2px; font-size: 11.5px; color: var(--faint); border: 0; background: none;
  padding: 1px 4px; min-height: 24px;
}
.touch .note[aria-expanded=true] { background: var(--raised); color: var(--ink); }
.touch .impossible { border: 1.5px dashed #d64545; }
.touch .unreached { color: var(--faint); }
.grip { flex: none; width: 24px; height: 9px; cursor: grab; touch-action: none;
  background: radial-gradient(circle, var(--faint) 1.2px, transparent 1.6px) 0 0 / 6px 5px content-box; padding: 0 3px; }
[data-layer="0"] .grip { visibility: hidden; }
.note .grip { display: inline-block; width: 12px; margin-right: 3px; padding: 0; vertical-align: middle; }
.touch .lifted { z-index: 2; background: var(--ground); border-color: var(--accent); opacity: .94;
  box-shadow: 0 4px 14px rgb(0 0 0 / .3); transition: none; position: relative; }
.touch .leaving { opacity: .4; }
.strip.dragging { scroll-snap-type: none; } /* it would pull each small step back */
.dragging, .touch .dragging * { cursor: grabbing; }
.line { position: absolute; z-index: 1; background: var(--accent); border-radius: 2px; pointer-events: none; }
.line[hidden] { display: none; }
.how { margin: 0 0 8px; }
.how[hidden] { display: none; }
@media (pointer: coarse) {
  .grip { width: 44px; height: 28px; padding: 9px 10px 9px; }
  .note .grip { width: 30px; height: 24px; padding: 7px 9px; margin: 0 0 0 -6px; }
}

.panel { scroll-margin-top: 64px; border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px 14px;
  margin-top: 4px; }
.panel:empty { display: none; }
.panel h3 { font-size: 16px; margin: 0; font-weight: 600; flex: 1 1 200px; }
.panel h4 { font-size: 14px; margin: 14px 0 6px; font-weight: 600; }
.panel p { margin: 4px 0; }
.stage { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 20px;
  margin-top: 10px; }
.touch figure { margin: 0; min-width: 0; }
.touch figcaption { color: var(--faint); font-size: 13px; margin-bottom: 4px;
  font-variant-numeric: tabular-nums; }
.touchable { touch-action: none; cursor: crosshair; border-radius: 3px; max-width: 100%; }
.thumbs { display: flex; gap: 4px; overflow-x: auto; padding: 6px 2px 4px; }
.touch .thumbs button { padding: 2px; min-height: 0; flex: none; line-height: 1.2; font-size: 11px;
  font-variant-numeric: tabular-nums; text-align: center; min-width: 44px; }
.touch .thumbs button[aria-pressed=true] { border-color: #c26300; box-shadow: 0 0 0 1px #c26300; }
.thumbs canvas { margin: 0 auto 1px; }
.transport { margin: 10px 0 4px; }
.touch .main { background: var(--accent); border-color: var(--accent); color: #fff; font-weight: 600;
  min-width: 96px; }
.touch.dark .main { background: none; color: var(--accent); }
.equation { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 10px; margin-top: 10px; }
.equation .sign { font-size: 20px; color: var(--faint); }
.answer { font-variant-numeric: tabular-nums; margin-top: 6px; display: flex; flex-wrap: wrap;
  gap: 2px 10px; align-items: baseline; min-height: 1.6em; }
.answer b { font-size: 17px; }
.answer .lands { color: light-dark(#a34f00, #f2a45e); font-weight: 700; }
.variants { display: grid; grid-template-columns: repeat(var(--columns, 3), minmax(0, 1fr));
  gap: 8px; }
.touch .variants button { display: flex; flex-direction: column; align-items: center; gap: 4px;
  padding: 8px 4px; font-size: 12.5px; background: none; }
.touch .variants button[aria-pressed=true] { border-color: #c26300; box-shadow: 0 0 0 1px #c26300; }
.variants .scene { height: 120px; display: flex; align-items: center; justify-content: center; }
.side { display: flex; flex-wrap: wrap; gap: 10px 16px; align-items: flex-start; }
.touch table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px; }
.touch td, .touch th { padding: 3px 10px 3px 0; text-align: right; border-bottom: 1px solid var(--line);
  font-weight: 400; }
.touch th { color: var(--faint); }
.touch td:first-child, .touch th:first-child { text-align: left; }
.touch .chosen { font-weight: 600; }
.touch .scroll { overflow-x: auto; max-width: 100%; }
.words { margin-top: 12px; color: var(--faint); font-size: 13px; }
.words p { margin: 2px 0; }
.tools { margin: 0 0 8px; gap: 6px 18px; }
.tool { display: inline-flex; gap: 4px; align-items: center; flex-wrap: wrap; }
.touch .tool button { padding: 2px 9px; }
.touch input { font: inherit; color: inherit; background: var(--ground); width: 4.6em;
  border: 1px solid var(--line); border-radius: 6px; padding: 4px 6px; min-height: 32px; }
.touch .tool select { max-width: 190px; }
@container (max-width: 620px) {
  .strip { flex-wrap: nowrap; overflow-x: auto; scroll-snap-type: x proximity; }
  .stop { scroll-snap-align: start; }
  .stage { gap: 6px 10px; }
  .panel { padding: 10px 10px 12px; }
  .variants .scene { height: 96px; }
  .touch button, .touch select { min-height: 38px; }
}
@media (prefers-reduced-motion: no-preference) {
  .touch .box, .touch button { transition: border-color .15s, background .15s; }
}
`;
