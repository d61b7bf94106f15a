'use strict';

// Draws the page from the JSON blocks it carries. Text enters the page as text nodes only: names, ids and captions are not trusted.
//   #run          the run's facts and every query; see RunBlock.cs
//   #rows-N       columns of rowsPerBlock rows each: shard, row, id, caption, picture
//   #pictures-N   base64 of picturesPerBlock encoded pictures each
// Blocks of rows and pictures are parsed when something of theirs is first shown.
(() => {
  const TOP_BYTES = 24;          // row u32, influence, lossDifference, baseLoss, zScore, percentile f32
  const CARDS_AT_ONCE = 100;
  const STRIPS_AROUND = 6;       // strips kept above and below the window
  const NO_PICTURE = -1;
  const FIRST_POSITIVE_BIN = 2048;

  const run = takeBlock('run');
  const rankWords = { proponents: 'strongest proponents', opponents: 'strongest opponents', absolute: 'largest influences, for or against' }[run.rank];
  const rowBlocks = [];
  const pictureBlocks = [];
  const main = document.querySelector('main');
  const search = document.querySelector('.search');
  const pager = document.querySelector('.pager');
  const home = document.querySelector('.home-title');
  const searchable = run.queries.map(query =>
    [query.name, ...query.rows.flatMap(index => [rowAt(index).id, rowAt(index).caption])].filter(text => text !== null).join('\n').toLowerCase());
  let matches = run.queries.map((_, index) => index);   // query indices that fit the search, in order
  let leave = () => { };                                // undoes the view's listeners
  let overviewScroll = 0;

  // ---- data ----

  function takeBlock(id) {
    const element = document.getElementById(id);
    const value = JSON.parse(element.textContent);
    element.remove();
    return value;
  }

  function rowAt(index) {
    const blockIndex = Math.floor(index / run.rowsPerBlock), at = index % run.rowsPerBlock;
    const block = rowBlocks[blockIndex] ??= takeBlock(`rows-${blockIndex}`);
    return { shard: block.shard[at], row: block.row[at], id: block.id[at], caption: block.caption[at], picture: block.picture[at] };
  }

  function pictureAt(index) {
    const blockIndex = Math.floor(index / run.picturesPerBlock);
    const block = pictureBlocks[blockIndex] ??= takeBlock(`pictures-${blockIndex}`);
    const text = block[index % run.picturesPerBlock];
    const type = { i: 'png', '/': 'jpeg', R: 'gif', U: 'webp' }[text[0]];   // base64 of their first bytes
    return `data:image/${type};base64,${text}`;
  }

  function topOf(query) {
    if (query.entries) return query.entries;
    const text = atob(query.top);
    const view = new DataView(new ArrayBuffer(text.length));
    for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
    query.entries = [];
    for (let at = 0; at < text.length; at += TOP_BYTES) {
      query.entries.push({
        rank: query.entries.length + 1,
        rowIndex: view.getUint32(at, true),
        influence: view.getFloat32(at + 4, true),
        lossDifference: view.getFloat32(at + 8, true),
        baseLoss: view.getFloat32(at + 12, true),
        zScore: view.getFloat32(at + 16, true),
        percentile: view.getFloat32(at + 20, true),
      });
    }
    return query.entries;
  }

  // ---- words and figures ----

  const whole = value => value.toLocaleString('en-US');
  const plural = (count, one) => `${whole(count)} ${count === 1 ? one : one + 's'}`;
  const minus = text => text.replaceAll('-', '−');

  function figure(value, digits) {
    if (value === 0) return '0';
    const size = Math.abs(value);
    if (!Number.isFinite(value)) return '–';
    if (size < 1e-3 || size >= 1e6) return minus(value.toExponential(digits - 1).replace('e+', 'e'));
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return minus(value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
  }

  const signed = (value, digits) => (value > 0 ? '+' : '') + figure(value, digits);
  const side = value => value < 0 ? 'opponent' : value > 0 ? 'proponent' : '';

  function percent(value) {
    if (!Number.isFinite(value)) return '–';
    const away = Math.min(value, 100 - value);
    const shift = 10 ** (away >= 1 ? 1 : away >= .1 ? 2 : 3);
    return `${Math.floor(value * shift) / shift} %`;   // never rounded up to 100
  }

  const zScore = value => Number.isFinite(value)
    ? (value > 0 ? '+' : '') + minus(value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 }))
    : '–';

  const placeOf = row => `${run.shardNames[row.shard]}:${whole(row.row)}`;
  const placeLine = row => h('p', { class: 'where', title: `${run.shards[row.shard]} : ${row.row}` },
    h('span', { class: 'file' }, run.shardNames[row.shard]), h('span', null, `:${whole(row.row)}`));
  const labelOf = row => row.id ?? placeOf(row);
  const linkTo = query => `#query=${encodeURIComponent(query.name)}`;

  // ---- elements ----

  function h(tag, attributes, ...children) {
    const node = tag.startsWith('svg:') ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
    }
    node.append(...children.filter(child => child !== null && child !== undefined));
    return node;
  }

  function picture(row, alt) {
    if (row.picture < 0) return h('div', { class: 'picture empty' }, row.picture === NO_PICTURE ? 'no picture' : 'picture left out');
    const image = h('img', { alt, decoding: 'async', draggable: 'false' });
    image.addEventListener('load', () => image.classList.toggle('small', image.naturalWidth < 150), { once: true });
    image.src = pictureAt(row.picture);
    return h('div', { class: 'picture' }, image);
  }

  function terms(name, pairs) {
    return h('dl', { class: name }, ...pairs.flatMap(([label, value, title]) => [h('dt', null, label), h('dd', { title }, value)]));
  }

  function isSamePicture(query, row) {
    return row.picture >= 0 && query.rows.some(index => rowAt(index).picture === row.picture);
  }

  // ---- all queries ----

  function showOverview() {
    document.title = run.title;
    home.textContent = 'Mirrored Influence';
    pager.hidden = true;
    const list = h('ol', { class: run.hasPictures ? 'list' : run.hasCaptions ? 'list lines' : 'list lines bare' });
    const foundCount = h('span', { class: 'count', role: 'status' });
    main.replaceChildren(
      opening(),
      h('div', { class: 'queries-head' },
        h('h2', null, 'Queries', foundCount),
        h('p', null, `Each query, then its ${rankWords}, first to last.`, run.hasSamePictures ? ' Ringed: the query’s own picture.' : null)),
      list,
      facts());

    const shown = new Map();   // place in matches → its strip
    let width = 0, stripHeight = 0, tileCount = 0;

    function layOut() {
      width = list.clientWidth;
      for (const strip of shown.values()) strip.remove();
      shown.clear();
      const style = getComputedStyle(list);
      stripHeight = parseFloat(style.getPropertyValue('--strip'));
      const queryWidth = parseFloat(style.getPropertyValue('--query'));
      const isStacked = style.getPropertyValue('--query').trim() === '100%';
      const room = width - (isStacked ? 0 : queryWidth + 24);
      const gap = isStacked ? 10 : 12;
      tileCount = Math.max(1, Math.floor((room + gap) / (parseFloat(style.getPropertyValue('--tile')) + gap)));
      list.style.height = `${matches.length * stripHeight}px`;
      foundCount.textContent = matches.length === run.queries.length ? whole(matches.length) : `${whole(matches.length)} of ${whole(run.queries.length)}`;
      fill();
    }

    function fill() {
      const above = list.getBoundingClientRect().top;
      const first = Math.max(0, Math.floor(-above / stripHeight) - STRIPS_AROUND);
      const end = Math.min(matches.length, Math.ceil((innerHeight - above) / stripHeight) + STRIPS_AROUND);
      for (const [place, strip] of shown) {
        if (place < first || place >= end) {
          strip.remove();
          shown.delete(place);
        }
      }
      for (let place = first; place < end; place++) {
        if (shown.has(place)) continue;
        const strip = drawStrip(run.queries[matches[place]], place, tileCount);
        strip.style.top = `${place * stripHeight}px`;
        shown.set(place, strip);
        const after = shown.get(place + 1);
        if (after) after.before(strip); else list.append(strip);
      }
    }

    let isFrameAsked = false;
    const onScroll = () => {
      if (isFrameAsked) return;
      isFrameAsked = true;
      requestAnimationFrame(() => { isFrameAsked = false; fill(); });
    };
    const sizes = new ResizeObserver(() => { if (list.clientWidth !== width) layOut(); });
    addEventListener('scroll', onScroll, { passive: true });
    sizes.observe(main);
    layOut();
    scrollTo(0, overviewScroll);
    fill();
    leave = () => {
      overviewScroll = scrollY;
      removeEventListener('scroll', onScroll);
      sizes.disconnect();
    };
    return layOut;
  }

  function drawStrip(query, place, tileCount) {
    const top = topOf(query);
    const first = query.rows.length > 0 ? rowAt(query.rows[0]) : null;
    const words = h('div', { class: 'words' },
      h('p', { class: 'name', title: query.name }, query.name),
      first?.caption ? h('p', { class: 'caption clamp' }, first.caption) : null,
      query.rowCount > 1 ? h('p', { class: 'lead' }, plural(query.rowCount, 'test row')) : null,
      top.length > 0 ? h('p', { class: 'lead', title: 'z-score of the first row: its distance from the mean in deviations' }, `first row: z-score ${zScore(top[0].zScore)}`) : null);
    const who = h('div', { class: 'who' }, run.hasPictures && first ? picture(first, `picture of ${query.name}`) : null, words);
    const what = run.hasPictures
      ? h('div', { class: 'tiles' }, ...top.slice(0, tileCount).map(entry => {
        const row = rowAt(entry.rowIndex);
        return h('div', { class: isSamePicture(query, row) ? 'tile same' : 'tile', title: `#${entry.rank} ${labelOf(row)}` },
          picture(row, `rank ${entry.rank}: ${labelOf(row)}`),
          h('span', { class: `value ${side(entry.influence)}` }, signed(entry.influence, 3)));
      }))
      : h('ul', { class: 'lines' }, ...top.slice(0, 3).map(entry => {
        const row = rowAt(entry.rowIndex);
        return h('li', null,
          h('span', { class: `value ${side(entry.influence)}` }, signed(entry.influence, 3)),
          h('span', { class: 'text' }, row.caption ?? labelOf(row)));
      }));
    return h('li', { class: 'strip', 'aria-setsize': matches.length, 'aria-posinset': place + 1 }, h('a', { href: linkTo(query), 'aria-label': query.name }, who, what));
  }

  function opening() {
    const sign = text => h('span', { class: 'sign', 'aria-hidden': 'true' }, text);
    const term = (count, words) => h('div', { class: 'term' }, h('dt', null, words), h('dd', null, whole(count)));
    const parts = [[run.scored, 'scored'], ...run.unscorable.map(([reason, count]) => [count, reason])];
    if (run.unscorable.length === 0) parts.push([0, 'unscorable']);
    return h('section', { class: 'opening' },
      h('h1', null, run.title),
      h('p', { class: 'lede' }, 'How much each of ', h('b', null, plural(run.expected, 'training row')), ' pushes the model on ',
        h('b', null, plural(run.queries.length, 'query').replace('querys', 'queries')),
        '. Positive influence marks a proponent: training on that row lowers the query’s loss. Negative marks an opponent.'),
      h('dl', { class: 'balance', title: 'Every row is accounted for' },
        h('div', null, term(run.expected, 'training rows')),
        ...parts.map(([count, words], index) => h('div', null, sign(index === 0 ? '=' : '+'), term(count, words)))),
      ...run.notes.map(note => h('p', { class: 'notice' }, note)));
  }

  function facts() {
    return h('details', { class: 'facts', open: true },
      h('summary', null, 'The run'),
      h('div', { class: 'columns' }, ...run.facts.map(section => h('section', null,
        h('h3', null, section.title),
        h('dl', null, ...section.items.flatMap(([label, value]) =>
          [h('dt', null, label), h('dd', { class: /^[0-9a-f]{32,}$/.test(value) ? 'digest' : null }, value)]))))));
  }

  // ---- one query ----

  function showQuery(query) {
    const top = topOf(query);
    document.title = `${query.name} · ${run.title}`;
    home.textContent = run.title;
    pager.hidden = false;
    const queryIndex = run.queries.indexOf(query);
    if (!matches.includes(queryIndex)) {
      search.value = '';
      matches = run.queries.map((_, index) => index);
    }
    const place = matches.indexOf(queryIndex);
    pager.querySelector('.place').textContent = `${whole(place + 1)} of ${whole(matches.length)}`;
    setLink(pager.querySelector('.previous'), matches[place - 1]);
    setLink(pager.querySelector('.next'), matches[place + 1]);

    const cards = h('ol', { class: !run.hasPictures && run.hasCaptions ? 'cards lines' : 'cards' });
    const more = h('button', { class: 'more', type: 'button' });
    const plot = distribution(query, top, index => point(cards.children[index]));
    let pointed = null;
    plot.element.addEventListener('click', () => pointed?.scrollIntoView({ block: 'center', behavior: 'smooth' }));
    function point(card) {
      pointed?.classList.remove('pointed');
      pointed = card ?? null;
      pointed?.classList.add('pointed');
    }
    function addCards() {
      const shownCount = cards.children.length;
      cards.append(...top.slice(shownCount, shownCount + CARDS_AT_ONCE).map(entry => {
        const card = drawCard(query, entry, Math.abs(top[0].influence));
        card.addEventListener('pointerenter', () => plot.point(entry.rank - 1));
        card.addEventListener('pointerleave', () => plot.point(null));
        return card;
      }));
      const leftCount = top.length - cards.children.length;
      more.hidden = leftCount === 0;
      more.textContent = `Show ${whole(Math.min(leftCount, CARDS_AT_ONCE))} more of ${whole(leftCount)}`;
    }
    more.addEventListener('click', addCards);
    addCards();

    main.replaceChildren(
      h('section', { class: 'query-head' },
        h('div', null, h('h1', null, query.name), ...queryWords(query), sums(query)),
        plot.element),
      h('section', null,
        h('div', { class: 'tops-head' },
          h('h2', null, `${rankWords[0].toUpperCase()}${rankWords.slice(1)}`),
          h('p', null, `first ${whole(top.length)} of ${plural(query.count, 'scored row')}`)),
        cards, more),
      ...(query.groups ? [groups(query.groups)] : []));
    plot.draw();
    scrollTo(0, 0);
    const sizes = new ResizeObserver(plot.draw);
    sizes.observe(main);
    leave = () => sizes.disconnect();
  }

  function setLink(link, queryIndex) {
    if (queryIndex === undefined) link.removeAttribute('href');
    else link.setAttribute('href', linkTo(run.queries[queryIndex]));
  }

  function queryWords(query) {
    const rows = query.rows.map(rowAt);
    const left = query.rowCount - rows.length;
    const pictures = run.hasPictures
      ? h('div', { class: rows.length === 1 ? 'test-rows single' : 'test-rows' },
        ...rows.map(row => h('div', { title: labelOf(row) }, picture(row, `test row ${labelOf(row)}`))),
        left > 0 ? h('span', { class: 'more' }, `and ${whole(left)} more`) : null)
      : null;
    const captions = rows.filter(row => row.caption !== null).slice(0, 5).map(row => h('p', { class: 'caption' }, row.caption));
    return [...captions, pictures].filter(part => part !== null);
  }

  function sums(query) {
    const rows = query.rows.map(rowAt);
    return terms('sums', [
      [query.rowCount === 1 ? 'test row' : 'test rows', query.rowCount === 1 && rows.length === 1 ? (rows[0].id === null ? placeOf(rows[0]) : `${rows[0].id} (${placeOf(rows[0])})`) : whole(query.rowCount)],
      ['mean influence', signed(query.mean, 4)],
      ['deviation', figure(query.deviation, 4)],
    ]);
  }

  function drawCard(query, entry, largest) {
    const row = rowAt(entry.rowIndex);
    const isSame = isSamePicture(query, row);
    const bar = h('i');
    bar.style.width = `${largest > 0 ? 100 * Math.min(1, Math.abs(entry.influence) / largest) : 0}%`;
    const share = h('div', { class: `share ${side(entry.influence)}`, 'aria-hidden': 'true' }, bar);
    const amount = h('div', { class: 'amount' },
      h('div', { class: 'first' },
        h('span', { class: `value ${side(entry.influence)}`, title: 'influence' }, signed(entry.influence, 4)),
        h('span', { class: 'rank' }, whole(entry.rank))),
      share);
    const tag = h('span', { class: 'tag', title: 'Byte for byte' }, 'the query’s own picture');
    const figures = [['z-score', zScore(entry.zScore)], ['percentile', percent(entry.percentile)], ['base loss', figure(entry.baseLoss, 4)]];
    if (Math.abs(entry.lossDifference) !== Math.abs(entry.influence)) figures.push(['loss difference', signed(entry.lossDifference, 4)]);
    return h('li', { class: isSame ? 'card same' : 'card' },
      run.hasPictures ? h('div', { class: 'figure' }, picture(row, `picture of ${labelOf(row)}`), isSame ? tag : null) : null,
      amount,
      h('div', { class: 'text' },
        row.id !== null ? h('p', { class: 'id' }, row.id) : null,
        row.caption !== null ? h('p', { class: 'caption clamp', title: row.caption }, row.caption) : null,
        placeLine(row)),
      terms('', figures));
  }

  function groups(rows) {
    const largest = Math.max(...rows.map(([, , mean]) => Math.abs(mean)));
    return h('section', { class: 'groups' },
      h('h2', null, 'Groups, by mean influence'),
      h('table', null,
        h('thead', null, h('tr', null, h('th', null, 'group'), h('th', { class: 'number' }, 'rows'), h('th', { class: 'number' }, 'mean influence'), h('th', { class: 'meter' }))),
        h('tbody', null, ...rows.map(([name, count, mean]) => {
          const bar = h('i', { class: side(mean) });
          bar.style.width = `${largest > 0 ? 100 * Math.abs(mean) / largest : 0}%`;
          return h('tr', null,
            h('td', null, name ?? 'no group'),
            h('td', { class: 'number' }, whole(count)),
            h('td', { class: `number ${side(mean)}` }, signed(mean, 4)),
            h('td', { class: 'meter', 'aria-hidden': 'true' }, h('div', null, bar)));
        }))));
  }

  // ---- the distribution ----

  // Influence on a symmetric-log axis, linear within ± the median |influence|; counts on a log axis.
  function distribution(query, top, onPoint) {
    const left = 40, right = 8, upper = 10, rugHeight = 18;
    const bins = binsOf(query);
    const svg = h('svg:svg', { role: 'img', 'aria-label': describe(query, top) });
    const told = h('p', { class: 'told' });
    const element = h('div', { class: 'distribution' }, h('h2', null, `Influence of ${plural(query.count, 'scored row')}`), svg, told);
    const scale = scaleOf(bins, top);
    let xOf = null, pointer = null;

    function draw() {
      const width = svg.clientWidth, height = svg.clientHeight;
      const axisY = height - 48, rugEnd = axisY + rugHeight;
      const lowest = scale.forward(scale.low), highest = scale.forward(scale.high);
      xOf = value => left + (scale.forward(value) - lowest) / (highest - lowest) * (width - left - right);
      const columnCount = Math.max(24, Math.floor((width - left - right) / 7));
      const columns = spread(bins, scale, columnCount);
      const most = Math.max(1, ...columns);
      const yOf = count => axisY - (axisY - upper) * Math.log1p(count) / Math.log1p(most);
      const columnWidth = (width - left - right) / columnCount;
      const bars = columns.map((count, index) => count > 0
        ? `M${(left + index * columnWidth + .5).toFixed(1)} ${axisY}V${Math.min(axisY - 1, yOf(count)).toFixed(1)}h${(columnWidth - 1).toFixed(1)}V${axisY}z` : '').join('');

      svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
      svg.replaceChildren(
        ...countTicks(most).flatMap(count => [
          h('svg:line', { class: 'grid', x1: left, x2: width - right, y1: yOf(count), y2: yOf(count) }),
          h('svg:text', { x: left - 8, y: yOf(count) + 4, 'text-anchor': 'end' }, short(count)),
        ]),
        h('svg:path', { class: 'bars', d: bars }),
        h('svg:line', { class: 'axis', x1: left, x2: width - right, y1: axisY, y2: axisY }),
        h('svg:line', { class: 'mean', x1: xOf(query.mean), x2: xOf(query.mean), y1: upper, y2: axisY }),
        ...top.map(entry => h('svg:line', { class: entry.influence < 0 ? 'top negative' : 'top', x1: xOf(entry.influence), x2: xOf(entry.influence), y1: axisY + 2, y2: rugEnd })).reverse(),
        ...valueTicks(scale, xOf).map(([value, x]) => h('svg:text', { x, y: height - 10, 'text-anchor': x > width - 30 ? 'end' : x < left + 10 ? 'start' : 'middle' }, tickText(value))));
      pointer = h('svg:line', { class: 'pointed', y1: axisY - 10, y2: rugEnd, visibility: 'hidden' });
      svg.append(pointer);
      point(null);
    }

    function point(index) {
      const entry = index === null ? null : top[index];
      pointer.setAttribute('visibility', entry ? 'visible' : 'hidden');
      if (!entry) {
        told.replaceChildren(`Marked below the axis: ${rankWords}. Dotted: the mean. Both axes are logarithmic.`);
        return;
      }
      pointer.setAttribute('x1', xOf(entry.influence));
      pointer.setAttribute('x2', xOf(entry.influence));
      told.replaceChildren(h('b', null, `#${whole(entry.rank)} ${labelOf(rowAt(entry.rowIndex))}`), `  ${signed(entry.influence, 4)}, z-score ${zScore(entry.zScore)}`);
    }

    svg.addEventListener('pointermove', event => {
      if (top.length === 0) return;
      const x = event.clientX - svg.getBoundingClientRect().left;
      const distance = entry => Math.abs(xOf(entry.influence) - x);
      let nearest = 0;
      for (let i = 1; i < top.length; i++) if (distance(top[i]) < distance(top[nearest])) nearest = i;
      const index = distance(top[nearest]) < 24 ? nearest : null;
      point(index);
      onPoint(index ?? -1);
    });
    svg.addEventListener('pointerleave', () => { point(null); onPoint(-1); });
    return { element, draw, point };
  }

  function describe(query, top) {
    const best = top.length > 0 ? ` The first of the ranking lies at ${signed(top[0].influence, 4)}, z-score ${zScore(top[0].zScore)}.` : '';
    return `Histogram of influence over ${plural(query.count, 'row')}: mean ${signed(query.mean, 4)}, deviation ${figure(query.deviation, 4)}.${best}`;
  }

  // A bin is the upper 12 bits of a float32: its sign, exponent and the top three bits of its mantissa. Bins ascend with the influence.
  function binsOf(query) {
    const bits = new DataView(new ArrayBuffer(4));
    const edge = magnitude => { bits.setUint32(0, magnitude * 0x100000); return Math.min(bits.getFloat32(0), 3.4e38); };
    return query.bins.map((bin, index) => {
      const isNegative = bin < FIRST_POSITIVE_BIN;
      const magnitude = isNegative ? FIRST_POSITIVE_BIN - 1 - bin : bin - FIRST_POSITIVE_BIN;
      const near = edge(magnitude), far = edge(magnitude + 1);
      return { low: isNegative ? -far : near, high: isNegative ? -near : far, count: query.counts[index] };
    });
  }

  function scaleOf(bins, top) {
    const size = bin => Math.max(Math.abs(bin.low), Math.abs(bin.high));
    const bySize = [...bins].sort((one, other) => size(one) - size(other));
    const half = bins.reduce((sum, bin) => sum + bin.count, 0) / 2;
    let linear = 1;
    for (let i = 0, sum = 0; i < bySize.length && sum < half; i++) {
      sum += bySize[i].count;
      linear = size(bySize[i]);
    }
    const largest = bySize.length > 0 ? size(bySize[bySize.length - 1]) : 1;
    linear = Math.min(Math.max(linear, largest * 1e-9), largest);
    const forward = value => Math.sign(value) * Math.log10(1 + Math.abs(value) / linear);
    const backward = value => Math.sign(value) * linear * (10 ** Math.abs(value) - 1);
    const values = [...bins.flatMap(bin => [bin.low, bin.high]), ...top.map(entry => entry.influence), 0];
    const low = forward(values.reduce((one, other) => Math.min(one, other))), high = forward(values.reduce((one, other) => Math.max(one, other)));
    const margin = Math.max((high - low) * .02, .01);
    return { forward, linear, low: backward(low - margin), high: backward(high + margin) };
  }

  // Counts per column of equal width on the axis; a bin over several columns is shared out by overlap.
  function spread(bins, scale, columnCount) {
    const start = scale.forward(scale.low), step = (scale.forward(scale.high) - start) / columnCount;
    const columns = new Array(columnCount).fill(0);
    for (const bin of bins) {
      const low = (scale.forward(bin.low) - start) / step, high = (scale.forward(bin.high) - start) / step;
      for (let column = Math.max(0, Math.floor(low)); column < Math.min(columnCount, Math.ceil(high)); column++) {
        const overlap = Math.min(high, column + 1) - Math.max(low, column);
        columns[column] += bin.count * overlap / (high - low);
      }
    }
    return columns;
  }

  function countTicks(most) {
    const ticks = [];
    for (let count = 1; count <= most; count *= 10) ticks.push(count);
    return ticks.length > 5 ? ticks.filter((_, index) => index % 2 === 0) : ticks;
  }

  function valueTicks(scale, xOf) {
    const ticks = [[0, xOf(0)]];
    const isFree = x => ticks.every(([, taken]) => Math.abs(taken - x) >= 52);
    for (const end of [scale.low, scale.high]) if (isFree(xOf(end))) ticks.push([end, xOf(end)]);
    const largest = Math.max(Math.abs(scale.low), Math.abs(scale.high));
    for (let power = Math.floor(Math.log10(largest)); power >= Math.floor(Math.log10(scale.linear)); power--) {
      for (const value of [10 ** power, -(10 ** power)]) {
        if (value >= scale.low && value <= scale.high && isFree(xOf(value))) ticks.push([value, xOf(value)]);
      }
    }
    return ticks;
  }

  const tickText = value => value === 0 ? '0' : signed(value, Number.isInteger(Math.log10(Math.abs(value))) ? 1 : 2);
  const short = count => count >= 1e6 ? `${count / 1e6}M` : count >= 1e3 ? `${count / 1e3}k` : `${count}`;

  // ---- where we are, and keys ----

  let relist = null;   // draws the overview's list again; null on a query's page

  function route() {
    leave();
    leave = () => { };
    relist = null;
    const query = run.queries.find(candidate => linkTo(candidate) === location.hash);
    if (query) showQuery(query); else relist = showOverview();
  }

  function find() {
    const wanted = search.value.trim().toLowerCase();
    matches = run.queries.map((_, index) => index).filter(index => searchable[index].includes(wanted));
    overviewScroll = 0;
    if (relist) relist(); else location.hash = '';
  }

  addEventListener('keydown', event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target === search;
    if (event.key === 'Escape') {
      if (isTyping && search.value !== '') { search.value = ''; find(); }
      else if (isTyping) search.blur();
      else if (!relist) location.hash = '';
    } else if (isTyping) {
      if (event.key === 'Enter' && matches.length > 0) { search.blur(); location.hash = linkTo(run.queries[matches[0]]); }
    } else if (event.key === '/') {
      event.preventDefault();
      search.focus();
    } else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      if (!relist) pager.querySelector(event.key === 'ArrowLeft' ? '.previous' : '.next').click();
    }
  });
  search.addEventListener('input', find);
  addEventListener('hashchange', route);
  route();
  document.documentElement.dataset.ready = String(run.queries.length);
})();
