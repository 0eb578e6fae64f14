// Shows the states that the server sends. Whatever arrives, the page is drawn at most once a frame, from the
// latest state; elements are kept and changed only where they differ, and of the buffers there are only
// the rows that can be seen.
'use strict';

const $ = (id) => document.getElementById(id);
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const dark = matchMedia('(prefers-color-scheme: dark)');
const OVERSCAN = 4;
const MOST_SEGMENTS = 40;
const SILENCE_MILLIS = 10_000;

// ---- Words and numbers ----

function bytes(count) {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (count >= 1024 && unit < units.length - 1) {
    count /= 1024;
    unit++;
  }
  return `${unit === 0 || count >= 100 ? Math.round(count) : count.toFixed(1)} ${units[unit]}`;
}

function millis(value) {
  if (value >= 1000) return `${(value / 1000).toFixed(1)} s`;
  return value >= 100 ? `${Math.round(value)} ms` : value >= 1 ? `${value.toFixed(1)} ms` : `${value.toFixed(2)} ms`;
}

const number = (count) => count.toLocaleString('en');
const several = (count, one, more = `${one}s`) => `${number(count)} ${count === 1 ? one : more}`;
const words = (constant) => constant.toLowerCase().replaceAll('_', ' ');
const clock = (at) => new Date(at).toLocaleTimeString('en-GB');

// ---- Elements ----

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

function mark(target, key, value) {
  const text = String(value);
  if (target.dataset[key] !== text) target.dataset[key] = text;
}

/** Gives the parent as many children as there are items, made once and then filled. */
function fill(parent, items, make, update) {
  while (parent.children.length > items.length) parent.lastElementChild.remove();
  while (parent.children.length < items.length) parent.append(make());
  items.forEach((item, index) => update(parent.children[index], item, index));
}

function place(heap) {
  const made = element('span', 'at-heap', heap);
  const dot = element('span', 'dot');
  dot.dataset.heap = heaps.colour(heap);
  made.prepend(dot);
  return made;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

// ---- Figures ----

const figures = {
  show(state) {
    const sum = (list, of) => list.reduce((total, each) => total + of(each), 0);
    const used = sum(state.heaps, (heap) => heap.usedBytes);
    const held = sum(state.buffers, (buffer) => buffer.holders.length);
    const waiting = sum(state.buffers, (buffer) => buffer.waiting);
    const lingering = sum(state.heaps, (heap) => heap.lingering.sizeBytes);
    this.put('used', used, bytes(used));
    say($('used-note'), lingering > 0 ? `and ${bytes(lingering)} lingering` : `in ${several(state.heaps.length, 'heap')}`);
    this.put('buffer-count', state.buffers.length, number(state.buffers.length));
    say($('buffer-note'), this.states(state.buffers));
    this.put('mappings', held, number(held));
    say($('mappings-note'), waiting > 0 ? `${several(waiting, 'map')} waiting` : 'no map waiting');
    this.put('moves', state.totals.moved, number(state.totals.moved));
    say($('moves-note'), `${bytes(state.totals.copied)} copied, ${number(state.totals.rolledBack)} rolled back`);
    const longest = state.stalls.longestMillis;
    this.put('longest', longest, longest === 0 ? 'none' : millis(longest));
    say($('at'), `As of ${clock(Date.parse(state.taken))}, ${several(state.devices.length, 'device')} registered`);
  },

  put(id, value, text) {
    mark($(id), 'value', value);
    say($(id), text);
  },

  states(buffers) {
    const counts = new Map();
    buffers.forEach((buffer) => counts.set(words(buffer.state), (counts.get(words(buffer.state)) ?? 0) + 1));
    return [...counts].map(([state, count]) => `${number(count)} ${state}`).join(', ') || 'none exported';
  },
};

// ---- Heaps ----

const heaps = {
  names: [],
  width: 0,
  scales: new Map(),

  colour(name) {
    return Math.max(0, this.names.indexOf(name)) % 5;
  },

  show(state) {
    this.names = state.heaps.map((heap) => heap.name);
    const residents = new Map(this.names.map((name) => [name, []]));
    state.buffers.forEach((buffer) => residents.get(buffer.heap)?.push(buffer));
    const closed = state.closedHeaps.map((heap) => ({ closed: heap }));
    fill($('heaps'), [...state.heaps, ...closed], () => element('li'), (item, heap) => {
      if (heap.closed) this.showClosed(item, heap.closed);
      else this.showOpen(item, heap, residents.get(heap.name));
    });
  },

  showClosed(item, heap) {
    item.className = 'closed';
    say(item, `${heap.name} is closed: ${heap.reason}. ${heap.remedy}`);
  },

  showOpen(item, heap, residents) {
    if (item.className === 'closed') {
      item.className = '';
      item.replaceChildren();
    }
    if (!item.firstElementChild) {
      const line = element('div', 'heap-line');
      line.append(element('span', 'dot'), element('span', 'name'), element('span', 'muted small kind'), element('span', 'amount'));
      const bar = element('div', 'bar');
      bar.setAttribute('role', 'meter');
      bar.setAttribute('aria-valuemin', '0');
      item.append(line, bar);
    }
    mark(item, 'name', heap.name);
    mark(item, 'used', heap.usedBytes);
    mark(item, 'heap', this.colour(heap.name));
    say(item.querySelector('.name'), heap.name);
    say(item.querySelector('.kind'), heap.vanished === null ? this.kind(heap.traits) : `vanished: ${heap.vanished}`);
    const capacity = heap.traits.capacityBytes.value;
    const limit = capacity === null ? '(no limit known)' : `of ${bytes(capacity)}`;
    const amount = `${bytes(heap.usedBytes)} ${limit}, ${several(heap.backings, 'backing')}`;
    say(item.querySelector('.amount'), amount);
    const scale = this.scale(heap, capacity);
    const bar = item.querySelector('.bar');
    bar.setAttribute('aria-label', `Heap ${heap.name}`);
    bar.setAttribute('aria-valuemax', scale);
    bar.setAttribute('aria-valuenow', heap.usedBytes);
    bar.setAttribute('aria-valuetext', amount);
    // Asked for once a size: each time would have the page laid out amid the changes.
    this.width ||= bar.clientWidth;
    fill(bar, this.segments(heap, residents), () => element('span'), (span, segment) => {
      const share = `${(100 * segment.bytes / scale).toFixed(2)}%`;
      if (span.style.width !== share) span.style.width = share;
      if (span.className !== segment.kind) span.className = segment.kind;
      if (span.title !== segment.title) span.title = segment.title;
      say(span, this.width * segment.bytes / scale > 8 * segment.label.length + 8 ? segment.label : '');
    });
  },

  kind(traits) {
    const below = traits.addressBits.value ?? 64;
    const model = traits.modelled.value ? 'modelled, ' : '';
    return `${model}${traits.contiguous.value ? 'contiguous' : 'scattered'}${below < 64 ? `, ${below} address bits` : ''}`;
  },

  /** Each buffer, or all in one if they are too many to tell apart; then what is no buffer's place. */
  segments(heap, residents) {
    const placed = residents.reduce((total, buffer) => total + buffer.sizeBytes, 0);
    const list = residents.length <= MOST_SEGMENTS
      ? residents.map((buffer) => ({ kind: '', bytes: buffer.sizeBytes, label: buffer.name, title: `${buffer.name}: ${bytes(buffer.sizeBytes)}` }))
      : [{ kind: '', bytes: placed, label: several(residents.length, 'buffer'), title: several(residents.length, 'buffer') }];
    const other = heap.usedBytes - placed;
    if (other > 0) list.push({ kind: 'other', bytes: other, label: '', title: `${bytes(other)} being moved into, or left and still read` });
    if (heap.lingering.sizeBytes > 0) list.push({ kind: 'lingering', bytes: heap.lingering.sizeBytes, label: '', title: `${bytes(heap.lingering.sizeBytes)} given back, but somebody has a descriptor` });
    return list;
  },

  /** The capacity; where none is known, twice the most seen, rounded up, so that bars do not jump. */
  scale(heap, capacity) {
    const full = heap.usedBytes + heap.lingering.sizeBytes;
    if (capacity !== null) return Math.max(capacity, full, 1);
    const most = Math.max(this.scales.get(heap.name) ?? 1, 2 ** Math.ceil(Math.log2(Math.max(1, full * 1.5))));
    this.scales.set(heap.name, most);
    return most;
  },
};

// ---- Buffers ----

const buffers = {
  all: [],
  shown: [],
  places: new Map(),
  moved: new Map(),

  show(state) {
    this.all = state.buffers.sort((one, other) => one.id - other.id);
    this.all.forEach((buffer) => {
      buffer.devices = buffer.attachments.map((attachment) => attachment.device);
    });
    const before = this.places;
    this.places = new Map(this.all.map((buffer) => [buffer.id, buffer.heap]));
    const now = performance.now();
    for (const [id, heap] of this.places) {
      if (heap !== null && before.has(id) && before.get(id) !== heap) this.moved.set(id, now);
    }
    for (const [id, at] of this.moved) {
      if (now - at > 1600) this.moved.delete(id);
    }
    this.filter();
  },

  filter() {
    const wanted = $('filter').value.trim().toLowerCase();
    this.shown = wanted === ''
      ? this.all
      : this.all.filter((buffer) => [buffer.name, buffer.heap ?? '', buffer.state, ...buffer.devices]
        .some((text) => text.toLowerCase().includes(wanted)));
    $('no-buffers').hidden = this.shown.length > 0;
    say($('no-buffers'), wanted === '' ? 'No buffers.' : `No buffer matches “${wanted}”.`);
    $('buffers').setAttribute('aria-rowcount', this.shown.length + 1);
    this.draw();
  },

  draw() {
    const view = $('buffers');
    const height = parseFloat(colour('--row')) * parseFloat(getComputedStyle(document.documentElement).fontSize);
    const total = `${this.shown.length * height}px`;
    if ($('rows').style.height !== total) $('rows').style.height = total;
    const first = Math.max(0, Math.floor(view.scrollTop / height) - OVERSCAN);
    const last = Math.min(this.shown.length, Math.ceil((view.scrollTop + view.clientHeight) / height) + OVERSCAN);
    fill($('rows'), this.shown.slice(first, last), () => this.row(), (row, buffer, index) => {
      const top = `${(first + index) * height}px`;
      if (row.style.top !== top) row.style.top = top;
      row.setAttribute('aria-rowindex', first + index + 2);
      this.update(row, buffer);
    });
  },

  row() {
    const row = element('div', 'row');
    row.setAttribute('role', 'row');
    const name = element('span');
    name.append(element('b'), element('small'));
    const place = element('span');
    place.append(element('span', 'dot'), ' ', element('span', 'where'), element('small'));
    const state = element('span');
    state.append(element('span', 'state'));
    const cells = [name, place, state, element('span', 'chips')];
    cells.forEach((cell) => cell.setAttribute('role', 'cell'));
    row.append(...cells);
    return row;
  },

  update(row, buffer) {
    const [name, place, state, chips] = row.children;
    mark(row, 'name', buffer.name);
    say(name.firstChild, buffer.name);
    say(name.lastChild, `${buffer.spec}${buffer.moves.done > 0 ? `, moved ${several(buffer.moves.done, 'time')}` : ''}`);
    place.firstChild.hidden = buffer.heap === null;
    mark(place.firstChild, 'heap', heaps.colour(buffer.heap));
    say(place.children[1], buffer.heap ?? 'no memory');
    say(place.lastChild, buffer.heap === null ? '' : bytes(buffer.sizeBytes));
    mark(state.firstChild, 'state', words(buffer.state));
    say(state.firstChild, `${words(buffer.state)}${buffer.pinned.length > 0 ? ', pinned' : ''}`);
    const held = new Map(buffer.holders.map((holder) => [holder.device, holder]));
    const devices = [...new Set([...buffer.devices, ...held.keys()])];
    fill(chips, devices, () => this.chip(), (chip, device) => this.updateChip(chip, buffer, device, held.get(device)));
    const moved = this.moved.has(buffer.id);
    if (row.classList.contains('moved') !== moved) row.classList.toggle('moved', moved);
  },

  chip() {
    const chip = element('span', 'chip');
    chip.append(element('span'), element('span', 'hidden'), element('span'));
    return chip;
  },

  /** How long it holds is told once it is long: the rest would only flicker. */
  updateChip(chip, buffer, device, holder) {
    mark(chip, 'device', device);
    mark(chip, 'holds', holder !== undefined);
    say(chip.children[0], device);
    const access = holder && words(holder.access);
    say(chip.children[1], holder ? ` holds it (${access})` : '');
    say(chip.children[2], holder && holder.ageNanos >= 1e9 ? millis(holder.ageNanos / 1e6) : '');
    const title = holder ? `${device} holds a mapping (${access}), made by ${holder.thread}` : buffer.attachments.some((each) => each.device === device && each.leftOut) ? `${device} is attached, but left out` : `${device} is attached`;
    if (chip.title !== title) chip.title = title;
  },
};

// ---- What happened ----

const activity = {
  last: null,

  show(state) {
    const list = $('activity');
    $('no-activity').hidden = state.activities.length > 0;
    list.hidden = state.activities.length === 0;
    const first = this.last === null;
    const restarted = !first && state.activities.length > 0 && state.activities[0].id < this.last;
    if (restarted) list.replaceChildren();
    const since = first || restarted ? 0 : this.last;
    const fresh = state.activities.filter((entry) => entry.id > since);
    fresh.reverse().forEach((entry) => {
      const item = this.item(entry);
      if (!first && !reduced.matches) item.classList.add('new');
      list.prepend(item);
    });
    while (list.children.length > 40) list.lastElementChild.remove();
    if (fresh.length > 0) {
      this.last = fresh[fresh.length - 1].id;
      if (!first) this.announce(fresh);
    } else if (first || restarted) {
      this.last = 0;
    }
  },

  item(entry) {
    const item = element('li');
    item.dataset.kind = entry.kind;
    item.dataset.buffer = entry.buffer;
    const what = element('span', 'what');
    const verb = element('span', 'verb', entry.kind === 'allocated' ? 'allocated in' : entry.kind);
    what.append(element('b', '', entry.buffer), verb);
    if (entry.from) what.append(place(entry.from), '→');
    what.append(entry.to ? place(entry.to) : 'nowhere');
    const cost = element('span', 'cost', entry.kind === 'allocated' ? `${millis(entry.tookMillis)}` : `stalled ${millis(entry.stallMillis)}`);
    const why = element('span', 'why', this.why(entry));
    const time = element('time', '', clock(entry.at));
    time.dateTime = new Date(entry.at).toISOString();
    item.append(what, cost, why, time);
    return item;
  },

  why(entry) {
    if (entry.kind === 'allocated') return bytes(entry.sizeBytes);
    if (entry.kind === 'rolled back') return `${entry.failure ?? ''} ${entry.holders.join('; ')}`.trim();
    const copied = entry.copiedBytes > 0 ? `${bytes(entry.copiedBytes)} copied in ${millis(entry.copyMillis)}` : 'contents dead, not copied';
    return `${entry.cause === 'room' ? 'room for' : `${entry.cause} of`} ${entry.beneficiary}: ${copied}`;
  },

  /** One line for a screen reader, however much happened. */
  announce(fresh) {
    const moves = fresh.filter((entry) => entry.kind !== 'allocated');
    if (moves.length > 0) {
      const newest = moves[moves.length - 1];
      say($('latest'), `${newest.buffer} ${newest.kind} from ${newest.from} to ${newest.to ?? 'nowhere'}${moves.length > 1 ? `, and ${moves.length - 1} more` : ''}`);
    }
  },
};

// ---- Events that listeners missed ----

const dropped = {
  show(state) {
    $('dropped').hidden = state.droppedEvents === 0;
    const behind = state.listeners.filter((listener) => listener.dropped > 0);
    say($('dropped'), `${several(state.droppedEvents, 'event')} dropped, as too many waited for a listener`
      + behind.map((listener) => `; ${listener.type} missed ${number(listener.dropped)}`).join(''));
  },
};

// ---- Streams ----

const streams = {
  show(state) {
    $('stream-panel').hidden = state.streams.length === 0;
    fill($('streams'), state.streams, () => this.item(), (item, stream) => this.update(item, stream));
  },

  item() {
    const item = element('li');
    const line = element('div', 'heap-line');
    line.append(element('span', 'name'), element('span', 'muted small kind'), element('span', 'amount'));
    const bar = element('div', 'bar');
    bar.setAttribute('role', 'meter');
    bar.setAttribute('aria-valuemin', '0');
    item.append(line, bar, element('p', 'muted small counts'), element('ul', 'consumers'));
    return item;
  },

  update(item, stream) {
    ['depth', 'inFlight', 'starved'].forEach((key) => mark(item, key, stream[key]));
    mark(item, 'name', stream.name);
    say(item.querySelector('.name'), stream.name);
    say(item.querySelector('.kind'), `${words(stream.state)}${stream.heldBack === null ? '' : `, does not grow: ${stream.heldBack}`}`);
    const amount = `${number(stream.depth)} of at most ${several(stream.maxBuffers, 'buffer')}, ${bytes(stream.sizeBytes)}`;
    say(item.querySelector('.amount'), amount);
    const bar = item.querySelector('.bar');
    bar.setAttribute('aria-label', `Stream ${stream.name}`);
    bar.setAttribute('aria-valuemax', stream.maxBuffers);
    bar.setAttribute('aria-valuenow', stream.depth);
    bar.setAttribute('aria-valuetext', `${amount}; ${stream.filling} being filled, ${stream.inFlight} in flight, ${stream.free} free`);
    const uses = [['filling', stream.filling], ['flight', stream.inFlight], ['free', stream.free]]
      .flatMap(([use, count]) => Array(count).fill(use));
    fill(bar, uses, () => element('span'), (span, use) => {
      mark(span, 'use', use);
      span.style.width = `${100 / stream.maxBuffers}%`;
    });
    say(item.querySelector('.counts'), `${several(stream.submitted, 'frame')}, starved ${several(stream.starved, 'time')}, `
      + `grown by ${number(stream.grown)}, shrunk by ${number(stream.shrunk)}`);
    fill(item.querySelector('.consumers'), stream.consumers, () => this.consumer(), (row, consumer) => {
      mark(row, 'device', consumer.holds.device);
      mark(row, 'dropped', consumer.dropped);
      say(row.firstChild, consumer.holds.device);
      say(row.lastChild, `${words(consumer.policy)}: holds ${number(consumer.holds.now)}, ${number(consumer.queued)} queued, ${number(consumer.dropped)} dropped`);
    });
  },

  consumer() {
    const row = element('li');
    row.append(element('span', 'chip'), element('span', 'muted small'));
    return row;
  },
};

// ---- Refusals ----

const refusals = {
  newest: -1,

  show(state) {
    const newest = state.refusals[0]?.id ?? 0;
    if (newest === this.newest) return;
    this.newest = newest;
    $('no-refusals').hidden = newest !== 0;
    $('refusals').replaceChildren(...state.refusals.slice(0, 5).map((entry) => this.item(entry)));
  },

  item(entry) {
    const item = element('li');
    const line = element('div', 'line');
    line.append(element('b', '', `${entry.of} was refused ${entry.buffer}`), element('time', 'muted small', clock(entry.at)));
    if (!entry.clauses.length) line.firstChild.textContent = `${entry.of} gave nothing for ${entry.buffer}`;
    item.append(line, element('p', '', entry.why));
    if (entry.wouldHelp.length > 0) {
      const list = element('ul');
      entry.wouldHelp.forEach((help) => list.append(element('li', '', help)));
      item.append(element('p', 'muted small', 'It would fit if'), list);
    }
    const more = element('details');
    more.append(element('summary', '', 'In full'), element('pre', '', entry.explanation));
    item.append(more);
    return item;
  },
};

// ---- Stalls ----

const stalls = {
  chart: null,
  drawn: '',

  ranges(bounds) {
    return [...bounds.map((bound) => `up to ${bound < 10 ? bound : bound.toFixed(bound % 1 ? 1 : 0)} ms`), 'longer'];
  },

  show(state) {
    const { boundsMillis, columns, newestSecond } = state.stalls;
    const key = `${newestSecond} ${JSON.stringify(columns)}`;
    if (key === this.drawn) return;
    this.drawn = key;
    const ranges = this.ranges(boundsMillis);
    this.chart ??= this.make(ranges, columns.length);
    this.chart.data.datasets.forEach((set, bucket) => {
      set.data = columns.map((column) => column[bucket]);
    });
    this.chart.update('none');
    const totals = ranges.map((_, bucket) => columns.reduce((total, column) => total + column[bucket], 0));
    fill($('stall-legend'), ranges, () => {
      const item = element('li');
      item.append(element('i'), element('span'));
      return item;
    }, (item, range, bucket) => {
      item.firstChild.style.background = `var(--stall-${bucket})`;
      say(item.lastChild, `${range}: ${number(totals[bucket])}`);
    });
    const said = ranges.map((range, bucket) => `${totals[bucket]} ${range}`).filter((_, bucket) => totals[bucket] > 0).join(', ');
    $('stalls').setAttribute('aria-label', said ? `Maps that waited in the last minute: ${said}` : 'No map had to wait in the last minute');
  },

  make(ranges, seconds) {
    const chart = new Chart($('stalls'), {
      type: 'bar',
      data: {
        labels: Array.from({ length: seconds }, (_, index) => index - seconds + 1),
        datasets: ranges.map((range, bucket) => ({ label: range, data: [], backgroundColor: colour(`--stall-${bucket}`), stack: 'all', categoryPercentage: 1, barPercentage: 0.86 })),
      },
      options: {
        animation: false, responsive: true, maintainAspectRatio: false, resizeDelay: 100,
        interaction: { mode: 'index', intersect: false },
        plugins: {
          legend: { display: false }, colors: { enabled: false },
          tooltip: { filter: (item) => item.raw > 0, callbacks: { title: ([item]) => item ? `${-Number(item.label)} s ago` : '' } },
        },
        scales: {
          x: { stacked: true, grid: { display: false }, ticks: { autoSkip: false, maxRotation: 0, callback: (_, index) => (seconds - 1 - index) % 15 ? null : index === seconds - 1 ? 'now' : `${index - seconds + 1} s` } },
          y: { stacked: true, beginAtZero: true, suggestedMax: 4, ticks: { precision: 0, maxTicksLimit: 5 }, border: { display: false } },
        },
      },
    });
    this.colour(chart);
    dark.addEventListener('change', () => {
      this.colour(chart);
      chart.update('none');
    });
    return chart;
  },

  colour(chart) {
    chart.data.datasets.forEach((set, bucket) => {
      set.backgroundColor = colour(`--stall-${bucket}`);
    });
    Object.values(chart.options.scales).forEach((scale) => {
      scale.ticks.color = colour('--muted');
    });
    chart.options.scales.y.grid = { color: colour('--line') };
  },
};

// ---- Health ----

const health = {
  show(state) {
    const { status, reasons } = state.health;
    $('health').hidden = false;
    mark($('health'), 'state', status);
    say($('health'), { UP: 'Healthy', DEGRADED: 'Degraded', DOWN: 'Down' }[status]);
    $('health-reasons').hidden = reasons.length === 0;
    fill($('health-reasons'), reasons, () => element('li'), say);
  },
};

// ---- The strict device ----

const control = {
  attached: false,

  show(state) {
    this.attached = state.displayAttached ?? null;
    const button = $('display');
    button.hidden = !state.control;
    button.disabled = false;
    mark(button, 'attached', this.attached);
    say(button, this.attached ? 'Detach the display' : 'Attach the display');
    $('display-state').hidden = this.attached === null; // A service has no such device.
    say($('display-state'), `${this.attached ? 'The display is attached' : 'No display is attached'}${state.control ? '' : ' · read only'}`);
  },

  async press() {
    const answer = await fetch(`control/display/${this.attached ? 'detach' : 'attach'}`, { method: 'POST' })
      .catch((failure) => ({ ok: false, text: async () => failure.message }));
    $('failure').hidden = answer.ok;
    say($('failure'), answer.ok ? '' : `The display could not be changed: ${await answer.text()}`);
  },
};

// ---- The connection ----

const connection = {
  source: null,
  heard: 0,
  state: null,
  updates: 0,

  open() {
    this.source?.close();
    this.heard = performance.now();
    const source = new EventSource('events');
    this.source = source;
    source.onmessage = (message) => this.receive(message.data);
    source.onerror = () => {
      this.tell('lost', 'Connection lost, trying again');
      // The browser tries again by itself unless the server answered with an error.
      if (source.readyState === EventSource.CLOSED) setTimeout(() => this.source === source && this.open(), 2000);
    };
  },

  close() {
    this.source?.close();
    this.source = null;
  },

  receive(text) {
    this.heard = performance.now();
    this.updates++;
    const waits = this.state !== null;
    this.state = text;
    if (!waits) requestAnimationFrame(() => this.draw());
  },

  draw() {
    const { snapshot, ...rest } = JSON.parse(this.state);
    const state = { ...snapshot, ...rest };
    this.state = null;
    [heaps, figures, buffers, streams, activity, dropped, stalls, refusals, health, control].forEach((part) => part.show(state));
    this.tell('live', 'Live');
  },

  tell(state, words) {
    mark($('connection'), 'state', state);
    say($('connection'), words);
    document.body.classList.toggle('lost', state === 'lost');
  },
};

addEventListener('DOMContentLoaded', () => {
  $('display').addEventListener('click', () => control.press());
  $('filter').addEventListener('input', () => {
    $('buffers').scrollTop = 0;
    buffers.filter();
  });
  $('buffers').addEventListener('scroll', () => buffers.draw(), { passive: true });
  addEventListener('resize', () => {
    heaps.width = 0;
    buffers.draw();
  });
  connection.open();
  // A page that nobody sees keeps no connection; one that has heard nothing for long gets a new one.
  document.addEventListener('visibilitychange', () => (document.hidden ? connection.close() : connection.open()));
  setInterval(() => {
    if (connection.source && performance.now() - connection.heard > SILENCE_MILLIS) {
      connection.tell('lost', 'Connection lost, trying again');
      connection.open();
    }
  }, 1000);
});
