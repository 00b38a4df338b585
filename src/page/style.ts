// The page's sheet: light and dark as the reader's system is, one column, and on paper without what only a screen can do.

export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #fff; --card: #f7f7f8; --ink: #1d1c1d; --soft: #454245; --line: #d9d9de; --link: #0b5cad; --code: #f0f0f2;
  --alarm: #a33000; --caution: #7a4b00; --good: #00684a; --unsure: #454245; --ring: #0b5cad; --hit: #6a1b9a;
  --same: #e4e6ea; --leads: #f5c98f; --before: #c9d6df; --now: #d55e00; --on-tone: #1d1c1d;
  --grew-1: #fbe0cd; --grew-2: #f6b98f; --grew-3: #ec8c52; --shrank-1: #d5e8f5; --shrank-2: #9ccbeb; --shrank-3: #56a9dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #17181a; --card: #202225; --ink: #ececee; --soft: #b9bbbf; --line: #3c3f44; --link: #7fb8f0; --code: #2a2d31;
    --alarm: #ff9d6b; --caution: #f2c078; --good: #6fd3ae; --unsure: #c9cacd; --ring: #7fb8f0; --hit: #d7a6f2;
    --same: #3d4147; --leads: #7a5b2a; --before: #55646f; --now: #d5712a; --on-tone: #f4f4f5;
    --grew-1: #4a3226; --grew-2: #7a4520; --grew-3: #a8561a; --shrank-1: #24404f; --shrank-2: #23587a; --shrank-3: #1f6ea6;
  }
  /* Pictures are drawn once, on white: turned, white becomes the ground, and each colour keeps its hue. */
  figure img { filter: invert(.91) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: anywhere; }
header, nav, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1.25rem 0 .25rem; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
a { color: var(--link); }
code, .flame text, .stack ol { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: .86em; }
code { background: var(--code); padding: .05em .3em; border-radius: 3px; }
:focus-visible { outline: 3px solid var(--ring); outline-offset: 1px; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .5rem; }
.verdict { border-left: 6px solid var(--soft); background: var(--card); padding: .75rem 1rem; border-radius: 4px; }
.verdict strong { font-size: 1.1rem; } .verdict p { margin: .25rem 0; }
.alarm { border-color: var(--alarm); } .alarm strong { color: var(--alarm); }
.caution { border-color: var(--caution); } .caution strong { color: var(--caution); }
.good { border-color: var(--good); } .good strong { color: var(--good); }
.soft { color: var(--soft); font-size: .92rem; }
nav ul { list-style: none; padding: 0; display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
.find { position: sticky; top: 0; z-index: 2; background: var(--ground); padding: .5rem 1rem; border-bottom: 1px solid var(--line); max-width: 70rem; margin: 0 auto; display: none; gap: .5rem 1rem; flex-wrap: wrap; align-items: center; }
.alive .find { display: flex; }
.find input { flex: 1 1 16rem; font: inherit; padding: .4rem .6rem; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 4px; }
.find input::placeholder { color: var(--soft); opacity: 1; }
.find output { flex: 1 1 12rem; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--soft); padding: .25rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid var(--line); }
/* A column is never narrower than its longest word; what is long enough for a line of its own, a name or a path, may break. */
th, td { overflow-wrap: break-word; } td.words:nth-child(-n+2) { min-width: 4.5rem; } td.words:nth-child(2) { overflow-wrap: anywhere; min-width: 7rem; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 40rem) {
  .stacks thead { position: absolute; clip-path: inset(50%); } .stacks tr { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; padding: .3rem 0; border-bottom: 1px solid var(--line); }
  .stacks td { border: 0; padding: 0; } .stacks td.words:nth-child(n+2) { flex: 1 1 100%; order: 1; } .stacks td.words:nth-child(3):not(:last-child) { flex: 0 1 auto; order: 0; }
}
.wide { overflow-x: auto; }
ul.plain { list-style: none; padding: 0; } ul.plain li { margin: .3rem 0; }
figure { margin: 1rem 0; } figure img { max-width: 100%; width: 520px; height: auto; background: #fff; border-radius: 4px; display: block; }
figure svg { max-width: 100%; height: auto; } figcaption { color: var(--soft); font-size: .92rem; }
.pictures { display: flex; flex-wrap: wrap; gap: 1rem; } .pictures figure { margin: 0; flex: 1 1 22rem; max-width: 520px; }
.stack { border: 1px solid var(--line); border-radius: 4px; margin: .5rem 0; padding: .4rem .75rem; }
.stack summary { cursor: pointer; } .stack ol { padding-left: 2.5rem; } .stack li { margin: .15rem 0; } .stack li span { color: var(--soft); }
.hit { background: color-mix(in srgb, var(--hit) 22%, transparent); } rect.hit { stroke: var(--hit); stroke-width: 2.5; }
.flame-view { display: none; } .flame-view.alive { display: block; }
.flame-view.alive ~ .still { display: none; }
.flame { width: 100%; } .flame svg { display: block; } .flame text { fill: var(--on-tone); font-size: 12px; pointer-events: none; }
.flame g { cursor: pointer; outline: none; } .flame g:focus-visible rect, .flame g:hover rect { stroke: var(--ink); stroke-width: 2; }
.flame-view output { display: block; min-height: 3em; color: var(--soft); font-size: .92rem; }
.controls { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; align-items: center; margin: .5rem 0; }
.controls button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--soft); border-radius: 4px; padding: .2rem .7rem; }
.legend { display: inline-flex; align-items: center; gap: .4rem; } .legend svg { flex: none; }
.ink { fill: var(--ink); } .soft-ink { fill: var(--soft); } .ground { fill: var(--ground); } .line { fill: var(--line); }
.same { fill: var(--same); } .leads { fill: var(--leads); } .before { fill: var(--before); } .now { fill: var(--now); }
.grew-1 { fill: var(--grew-1); } .grew-2 { fill: var(--grew-2); } .grew-3 { fill: var(--grew-3); }
.shrank-1 { fill: var(--shrank-1); } .shrank-2 { fill: var(--shrank-2); } .shrank-3 { fill: var(--shrank-3); }
.edge-ink { stroke: var(--ink); stroke-width: 2; } .edge-line { stroke: var(--line); }
.drawing text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media print {
  :root { color-scheme: light; --ground: #fff; --card: #fff; --ink: #000; --soft: #333; --line: #bbb; --on-tone: #1d1c1d; --code: #fff;
    --alarm: #a33000; --caution: #7a4b00; --good: #00684a; --same: #e4e6ea; --leads: #f5c98f; --before: #c9d6df; --now: #d55e00;
    --grew-1: #fbe0cd; --grew-2: #f6b98f; --grew-3: #ec8c52; --shrank-1: #d5e8f5; --shrank-2: #9ccbeb; --shrank-3: #56a9dc; }
  figure img { filter: none; }
  body { font-size: 11pt; } nav, .alive .find, .flame-view.alive, .skip { display: none; } .flame-view.alive ~ .still { display: block; }
  .stack, figure, tr { break-inside: avoid; }
}
`;
