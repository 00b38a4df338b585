// The script of the page, as it stands in the page: a browser runs it from the file, without a build and without a
// network. It reads the flames from their block of data, draws them, zooms, and searches; everything foreign goes in as
// text, never as markup. Without it the page shows the same flame as a picture and every stack.

/** Plain ES2020. No back-tick and no closing tag of a script may stand in it. */
export const SCRIPT = String.raw`'use strict';
(() => {
  const ROW = 20, TYPE = 7.25, GAP = 1;
  const SVG = 'http://www.w3.org/2000/svg';
  const flames = JSON.parse(document.getElementById('flames').textContent);
  const search = document.getElementById('search');
  const found = document.getElementById('found');

  const bytes = (value) => {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let size = Math.abs(value), unit = 0;
    while (size >= 1024 && unit < 4) { size /= 1024; unit += 1; }
    const text = unit === 0 || size >= 100 ? String(Math.round(size)) : String(Number(size.toFixed(size >= 10 ? 1 : 2)));
    return (value < 0 ? '-' : '') + text + ' ' + units[unit];
  };
  const count = (value) => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',');
  const percent = (share) => (share >= 0.01 || share === 0 ? Math.round(share * 100) : (share * 100).toFixed(1)) + ' %';

  /** The name without the path of its package; paths in type arguments stay. */
  const local = (name) => {
    const bracket = name.search(/[[(]/);
    const head = bracket < 0 ? name : name.slice(0, bracket);
    return name.slice(head.lastIndexOf('/') + 1);
  };
  const within = (name, room) => {
    if (name.length <= room) return name;
    const short = local(name);
    if (short.length <= room) return short;
    const method = short.slice(short.lastIndexOf('.') + 1);
    if (method.length <= room) return method;
    return room < 5 ? '' : short.slice(0, Math.floor(room / 2) - 1) + '…' + short.slice(-Math.ceil(room / 2));
  };
  const tone = (was, is) => {
    const larger = Math.max(was, is), growth = larger > 0 ? (is - was) / larger : 0, size = Math.abs(growth);
    if (size < 0.05) return 'same';
    return (growth > 0 ? 'grew-' : 'shrank-') + (size < 0.2 ? 1 : size < 0.5 ? 2 : 3);
  };

  const views = [];
  for (const [kind, flame] of Object.entries(flames)) {
    const home = document.getElementById('flame-' + kind);
    if (!home || !flame) continue;
    const said = home.querySelector('output');
    const drawing = home.querySelector('.flame');
    const say = kind === 'heap' ? bytes : count;
    const { names, parents, calls, after } = flame;
    const before = flame.before || null;
    const nameOf = (node) => (node === 0 ? 'all' : names[calls[node]]);
    let zoom = 0, side = after, query = '', last = 0;

    const share = (node) => (side[0] > 0 ? side[node] / side[0] : 0);
    const words = (node) => {
      const change = before ? ', ' + say(before[node]) + ' before (' + (after[node] > before[node] ? '+' : '') + say(after[node] - before[node]) + ')' : '';
      return nameOf(node) + ': ' + say(after[node]) + ' now' + change + ', ' + percent(share(node)) + ' of all';
    };
    const isHit = (node) => query !== '' && node > 0 && names[calls[node]].toLowerCase().includes(query);

    /** Boxes of the zoomed call, its callers above it at full width. */
    const layout = () => {
      const above = [];
      for (let node = parents[zoom]; node >= 0; node = parents[node]) above.unshift(node);
      const boxes = above.map((node, row) => ({ node, row, from: 0, to: 1 }));
      const placed = new Map();
      const whole = side[zoom] || 1;
      for (let node = zoom; node < parents.length; node += 1) {
        const parent = node === zoom ? { row: above.length - 1, next: 0 } : placed.get(parents[node]);
        if (!parent) break;
        const from = parent.next, to = from + side[node] / whole;
        parent.next = to;
        placed.set(node, { row: parent.row + 1, next: from });
        boxes.push({ node, row: parent.row + 1, from, to });
      }
      return boxes;
    };

    const draw = () => {
      const width = Math.max(280, drawing.clientWidth);
      const boxes = layout().filter(({ from, to }) => (to - from) * width >= 1);
      const rows = 1 + Math.max(...boxes.map(({ row }) => row));
      const svg = document.createElementNS(SVG, 'svg');
      svg.setAttribute('width', String(width));
      svg.setAttribute('height', String(rows * ROW));
      svg.setAttribute('role', 'tree');
      svg.setAttribute('aria-label', home.dataset.label);
      for (const { node, row, from, to } of boxes) {
        const box = document.createElementNS(SVG, 'g');
        box.setAttribute('role', 'treeitem');
        box.setAttribute('aria-label', words(node));
        box.setAttribute('aria-level', String(row + 1));
        box.setAttribute('tabindex', node === last ? '0' : '-1');
        box.dataset.node = String(node);
        const rect = document.createElementNS(SVG, 'rect');
        const x = from * width, wide = Math.max(1, (to - from) * width - GAP);
        rect.setAttribute('x', String(x));
        rect.setAttribute('y', String(row * ROW));
        rect.setAttribute('width', String(wide));
        rect.setAttribute('height', String(ROW - GAP));
        rect.setAttribute('class', (before ? tone(before[node], after[node]) : 'same') + (isHit(node) ? ' hit' : ''));
        box.append(rect);
        const label = within(nameOf(node), Math.floor((wide - 8) / TYPE));
        if (label !== '') {
          const text = document.createElementNS(SVG, 'text');
          text.setAttribute('x', String(x + 4));
          text.setAttribute('y', String(row * ROW + 14));
          text.textContent = label;
          box.append(text);
        }
        svg.append(box);
      }
      if (!svg.querySelector('[tabindex="0"]')) { last = zoom; const first = svg.querySelector('[data-node="' + zoom + '"]'); if (first) first.setAttribute('tabindex', '0'); }
      drawing.replaceChildren(svg);
      home.querySelector('.whole').disabled = zoom === 0;
    };

    const nodeAt = (event) => {
      const box = event.target.closest('[data-node]');
      return box ? Number(box.dataset.node) : -1;
    };
    const focus = (node) => {
      const box = drawing.querySelector('[data-node="' + node + '"]');
      if (box) box.focus();
    };
    const zoomTo = (node) => { zoom = node; last = node; draw(); said.textContent = words(node); };
    drawing.addEventListener('click', (event) => { const node = nodeAt(event); if (node >= 0) { zoomTo(node); focus(node); } });
    drawing.addEventListener('pointerover', (event) => { const node = nodeAt(event); if (node >= 0) said.textContent = words(node); });
    drawing.addEventListener('focusin', (event) => {
      const node = nodeAt(event);
      if (node < 0) return;
      for (const box of drawing.querySelectorAll('[tabindex="0"]')) box.setAttribute('tabindex', '-1');
      event.target.setAttribute('tabindex', '0');
      last = node;
      said.textContent = words(node);
    });
    drawing.addEventListener('keydown', (event) => {
      const node = nodeAt(event);
      if (node < 0) return;
      const drawn = [...drawing.querySelectorAll('[data-node]')].map((box) => Number(box.dataset.node));
      const beside = drawn.filter((other) => parents[other] === parents[node]);
      const to = {
        ArrowUp: parents[node],
        ArrowDown: drawn.find((other) => parents[other] === node),
        ArrowLeft: beside[beside.indexOf(node) - 1],
        ArrowRight: beside[beside.indexOf(node) + 1],
      }[event.key];
      if (event.key === 'Enter' || event.key === ' ') { zoomTo(node); focus(node); }
      else if (event.key === 'Escape') { zoomTo(0); focus(0); }
      else if (to !== undefined && to >= 0) focus(to);
      else return;
      event.preventDefault();
    });
    home.querySelector('.whole').addEventListener('click', () => zoomTo(0));
    for (const choice of home.querySelectorAll('input[type=radio]'))
      choice.addEventListener('change', () => { side = choice.value === 'before' && before ? before : after; zoomTo(0); });

    home.classList.add('alive');
    draw();
    said.textContent = words(0);
    views.push({
      draw,
      search: (wanted) => {
        query = wanted;
        draw();
        // A call inside another that was found is part of it already.
        let sum = 0;
        const inside = [];
        const hits = [];
        for (let node = 1; node < parents.length; node += 1) {
          const hit = isHit(node);
          inside[node] = inside[parents[node]] || hit;
          if (hit) hits.push(node);
          if (hit && !inside[parents[node]]) sum += side[node];
        }
        const heaviest = hits.reduce((a, b) => (side[b] > side[a] ? b : a), hits[0]);
        return { hits: hits.length, words: hits.length > 0 ? home.dataset.what + ': ' + say(sum) + ', ' + percent(side[0] > 0 ? sum / side[0] : 0) : '', show: () => { if (heaviest !== undefined) { zoomTo(parents[heaviest] > 0 ? parents[heaviest] : 0); focus(heaviest); home.scrollIntoView(); } } };
      },
    });
  }

  const stacks = [...document.querySelectorAll('.stack')].map((stack) => ({
    stack,
    lines: [...stack.querySelectorAll('li')].map((line) => ({ line, text: line.textContent.toLowerCase() })),
    text: stack.textContent.toLowerCase(),
    open: stack.open,
  }));
  let first = () => {};
  const run = () => {
    const query = search.value.trim().toLowerCase();
    let shown = 0;
    for (const { stack, lines, text, open } of stacks) {
      const hit = query !== '' && text.includes(query);
      stack.hidden = query !== '' && !hit;
      stack.open = query === '' ? open : hit && shown < 20;
      for (const line of lines) line.line.classList.toggle('hit', query !== '' && line.text.includes(query));
      if (hit) shown += 1;
    }
    const results = views.map((view) => view.search(query)).filter(({ hits }) => hits > 0);
    const parts = [...(shown > 0 ? [count(shown) + (shown === 1 ? ' stack' : ' stacks')] : []), ...results.map((result) => result.words)];
    found.textContent = query === '' ? '' : parts.length > 0 ? 'Found: ' + parts.join('; ') : 'Nothing found.';
    first = results.length > 0 ? results[0].show : () => { const hit = stacks.find(({ stack }) => !stack.hidden); if (hit && query !== '') hit.stack.querySelector('summary').focus(); };
  };
  let waiting = 0;
  search.addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(run, 80); });
  search.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') { clearTimeout(waiting); run(); first(); event.preventDefault(); }
    if (event.key === 'Escape') { search.value = ''; run(); }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && document.activeElement !== search) { search.focus(); event.preventDefault(); }
  });
  let resized = 0;
  window.addEventListener('resize', () => { clearTimeout(resized); resized = setTimeout(() => views.forEach((view) => view.draw()), 100); });
  window.addEventListener('beforeprint', () => { for (const { stack } of stacks) stack.open = true; });
  document.documentElement.classList.add('alive');
})();`;
