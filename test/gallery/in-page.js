// Looks at the page as it is shown, from inside: what is clipped, pale, small, nameless or empty, and where what stands.
// Evaluated in the browser, whose globals it uses; gives plain values.
(() => {
  const LEAST_FONT_PX = 11;
  const LEAST_CONTRAST = 4.5;
  /** Large text may be paler: 24 px, or 18.66 px when bold. */
  const LARGE = { px: 24, boldPx: 18.66, contrast: 3 };

  const isShown = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return (
      width > 0 && height > 0 && element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    );
  };
  /** The dialog hides what is behind it. */
  const root = () => document.querySelector('dialog[open]') ?? document.body;
  const all = (selector) => [...root().querySelectorAll(selector)].filter(isShown);
  const named = (element) => {
    const said = (element.getAttribute('aria-label') ?? element.textContent ?? '')
      .replace(/\s+/g, ' ')
      .trim();
    const kind =
      element.className && typeof element.className === 'string' ? `.${element.className.split(' ')[0]}` : '';
    return `${element.tagName.toLowerCase()}${kind} "${said.slice(0, 60)}"`;
  };
  const ownText = (element) =>
    [...element.childNodes]
      .filter((node) => node.nodeType === 3)
      .map((node) => node.data)
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim();

  // --- what is cut off ---
  const scrolls = (element) => {
    for (let each = element; each; each = each.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(each).overflowX) && each.scrollWidth > each.clientWidth)
        return true;
    }
    return false;
  };
  function clipped() {
    const found = [];
    for (const element of all('*')) {
      const { overflowX } = getComputedStyle(element);
      const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
      if (isCut && /hidden|clip/.test(overflowX) && !element.title) {
        found.push(
          `${named(element)} is cut off: ${element.scrollWidth} px of text in ${element.clientWidth} px, and no title says it in full`,
        );
      }
      const { left, right } = element.getBoundingClientRect();
      // What stands beyond the left edge as a whole waits there for the focus: a link that skips.
      const isBeyond = right > innerWidth + 1 || (left < -1 && right > 0);
      if (isBeyond && !scrolls(element)) {
        found.push(
          `${named(element)} reaches beyond the screen: ${Math.round(left)} to ${Math.round(right)} of ${innerWidth} px`,
        );
      }
    }
    return found;
  }

  // --- colours ---
  const paint = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  function rgba(colour) {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paint.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  }
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a)];
  function backgroundOf(element) {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      layers.push(colour);
      if (colour[3] > 0.99) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  }
  function luminance([r, g, b]) {
    const [R, G, B] = [r, g, b].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * R + 0.7152 * G + 0.0722 * B;
  }
  function contrast(colour, background) {
    const [high, low] = [luminance(over(colour, background)), luminance(background)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  }
  function pale() {
    const found = [];
    const check = (element, style, text) => {
      const px = Number.parseFloat(style.fontSize);
      if (px < LEAST_FONT_PX - 0.01) found.push(`${named(element)} is too small: ${px} px`);
      const isLarge = px >= LARGE.px || (px >= LARGE.boldPx && Number(style.fontWeight) >= 700);
      const wanted = isLarge ? LARGE.contrast : LEAST_CONTRAST;
      const is = contrast(rgba(style.color), backgroundOf(element));
      if (is < wanted - 0.01)
        found.push(
          `"${text.slice(0, 60)}" in ${named(element)} is too pale: contrast ${is.toFixed(2)}, wanted ${wanted}`,
        );
    };
    for (const element of all('*')) {
      const text = ownText(element);
      if (text && element.tagName !== 'OPTION' && !element.disabled)
        check(element, getComputedStyle(element), text);
      if (element.placeholder && !element.value)
        check(element, getComputedStyle(element, '::placeholder'), element.placeholder);
    }
    return found;
  }

  // --- pictures ---
  const GRID = { columns: 12, rows: 8 };
  /** Brightness of a picture in a coarse grid, 0..15 each, as hexadecimal digits. */
  function grid(image) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: GRID.columns, height: GRID.rows });
    const pen = canvas.getContext('2d');
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(image, 0, 0, GRID.columns, GRID.rows);
    const { data } = pen.getImageData(0, 0, GRID.columns, GRID.rows);
    const cells = [];
    for (let at = 0; at < data.length; at += 4)
      cells.push(Math.round((data[at] + data[at + 1] + data[at + 2]) / 48 / 1.0001));
    return cells.map((cell) => Math.min(15, cell).toString(16)).join('');
  }
  function colours(image) {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 160, height: 100 });
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0, 160, 100);
    return new Set(new Uint32Array(pen.getImageData(0, 0, 160, 100).data.buffer)).size;
  }
  function pictures() {
    const found = [];
    for (const image of all('img')) {
      if (!image.alt.trim())
        found.push(`a picture (${image.getAttribute('src')}) has no text for those who cannot see it`);
      if (image.naturalWidth === 0) found.push(`the picture "${image.alt}" is empty`);
      else if (colours(image) < 2) found.push(`the picture "${image.alt}" is of one colour`);
    }
    for (const drawing of all('svg')) {
      const isHidden = drawing.closest('[aria-hidden="true"]');
      if (!isHidden && !drawing.getAttribute('aria-label'))
        found.push(`a drawing in ${named(drawing.parentElement)} has no name`);
    }
    return found;
  }

  // --- controls ---
  const CONTROLS =
    'button, a[href], select, textarea, input:not([type=hidden]), summary, [tabindex="0"], [role=button]';
  function nameOf(control) {
    const labelled = control.getAttribute('aria-labelledby');
    const label = labelled
      ? document.getElementById(labelled)?.textContent
      : control.labels?.[0]?.textContent;
    const inside = [...control.querySelectorAll('img[alt], svg[aria-label]')].map(
      (each) => each.alt ?? each.getAttribute('aria-label'),
    );
    const isTyped = /INPUT|SELECT|TEXTAREA/.test(control.tagName);
    const text = isTyped ? '' : control.textContent;
    return (
      [control.getAttribute('aria-label'), label, text, ...inside, control.title].find((each) =>
        each?.trim(),
      ) ?? ''
    );
  }
  function nameless() {
    return all(CONTROLS)
      .filter((control) => !nameOf(control))
      .map((control) => `${named(control)} has no name a screen reader could say`);
  }
  /** Marks what must be reached by the Tab key; `reached` says what was. */
  function wanted() {
    // Of radio buttons the Tab key comes to the chosen one; arrows lead to the others.
    for (const control of all(CONTROLS)) {
      if (!control.disabled && (control.type !== 'radio' || control.checked)) control.dataset.wanted = 'yes';
    }
    document.activeElement?.blur();
    return all('[data-wanted]').length;
  }
  function step() {
    const { activeElement } = document;
    if (activeElement?.dataset) activeElement.dataset.reached = 'yes';
    return all('[data-wanted]:not([data-reached])').length;
  }
  function unreached() {
    const found = all('[data-wanted]:not([data-reached])').map(
      (control) => `${named(control)} cannot be reached with the Tab key`,
    );
    for (const each of document.querySelectorAll('[data-wanted], [data-reached]')) {
      delete each.dataset.wanted;
      delete each.dataset.reached;
    }
    return found;
  }

  // --- where what stands ---
  const isInline = (element) =>
    /^inline/.test(getComputedStyle(element).display) ||
    element.tagName === 'BR' ||
    element.tagName === 'WBR';
  const box = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left, top, width, height].map(Math.round);
  };
  /** A line for each piece of text, picture and control: its box, what it is, and what it says. */
  function layout() {
    const lines = [];
    const walk = (element) => {
      if (!isShown(element)) return;
      const { tagName } = element;
      if (tagName === 'IMG')
        return lines.push({ box: box(element), what: 'picture', text: element.alt, grid: grid(element) });
      if (/^(INPUT|TEXTAREA)$/.test(tagName))
        return lines.push({ box: box(element), what: 'field', text: element.value || element.placeholder });
      if (tagName === 'SELECT')
        return lines.push({ box: box(element), what: 'menu', text: element.selectedOptions[0]?.text ?? '' });
      if (tagName === 'PRE')
        return lines.push({
          box: box(element),
          what: 'code',
          text: element.textContent.trim().split('\n').join(' ⏎ '),
        });
      if (tagName === 'svg') return;
      const children = [...element.children];
      const isText = children.every(isInline) && !element.querySelector('img, input, select, textarea');
      if (isText) {
        // biome-ignore lint/performance/useDomNodeTextContent: a line break is a blank only here
        const text = element.innerText.replace(/\s+/g, ' ').trim();
        const drawn = [...element.querySelectorAll('svg[aria-label]')]
          .map((each) => `:${each.getAttribute('aria-label')}:`)
          .join(' ');
        if (text || drawn)
          lines.push({
            box: box(element),
            what: tagName === 'BUTTON' ? 'button' : 'text',
            text: [drawn, text].filter(Boolean).join(' '),
          });
        return;
      }
      const own = ownText(element);
      if (own) lines.push({ box: box(element), what: 'text', text: own });
      for (const child of children) walk(child);
    };
    walk(root());
    return lines;
  }

  globalThis.gallery = {
    problems: () => [...new Set([...clipped(), ...pale(), ...pictures(), ...nameless()])],
    layout,
    wanted,
    step,
    unreached,
  };
})();
