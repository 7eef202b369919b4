import type { CircuitState } from '../../index.js';
import type { Change, Column, Hello, Picture, RowFrame } from '../frames.js';

// The script of the page. `npm run page` makes `assets.ts` of this file and of `page.css`.

/** Seconds over which the rates are averaged. */
const RATE_OVER = 5;
/** The most changes in the list. */
const MOST_CHANGES = 100;
/** The page offers a filter from so many rows on. */
const MANY_ROWS = 8;
/** Milliseconds until the page asks again after a refusal. */
const ASK_AGAIN = 5_000;

const SVG = 'http://www.w3.org/2000/svg';

/** The order of the rows. */
const order: Record<CircuitState, number> = {
  open: 0,
  'half-open': 1,
  isolated: 2,
  disabled: 3,
  closed: 4,
};

/** The state as a switch on a wire between two contacts. */
const switches: Record<CircuitState, string> = {
  closed: 'M1 8H21',
  open: 'M1 8H6L14 1.5M16 8H21',
  'half-open': 'M1 8H6L15 4.5M16 8H21',
  isolated: 'M1 8H6L14 1.5M16 8H21M18.5 1L21 3.5M21 1L18.5 3.5',
  disabled: 'M1 8H6M16 8H21M6 8C6 0 16 0 16 8',
};
const contacts = 'M6 8h.01M16 8h.01';

function find<E extends Element>(selector: string): E {
  return document.querySelector(selector) as E;
}

/** An element with a class and a text. Names and keys come from outside, so all texts are set as text. */
function element(tag: string, className = '', text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function drawing(tag: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function pill(state: CircuitState, text: string): HTMLElement {
  const made = element('span', `pill ${state}`);
  const svg = drawing('svg', { viewBox: '0 0 22 12', 'aria-hidden': 'true' });
  svg.append(
    drawing('path', { d: switches[state] }),
    drawing('path', { d: contacts, class: 'contacts' }),
  );
  made.append(svg, element('span', '', text));
  return made;
}

function rate(value: number): string {
  return value === 0 || value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}

function span(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function clock(at: number): string {
  return new Date(at).toLocaleTimeString([], {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

let { every, columns: length }: Hello = { every: 1_000, columns: 60 };

/** A row of the table. */
class Row {
  readonly element: HTMLElement = element('tr');
  frame: RowFrame;
  private columns: Column[] = [];
  /** The end of the open time on this page's clock. */
  private until = 0;
  private shown = '';
  private readonly name = element('th');
  private readonly state = element('td', 'state');
  private readonly text = element('span');
  private readonly why = element('span', 'why');
  private readonly strip = drawing('svg', { class: 'strip', role: 'img' });
  private readonly bars = ['base', 'good', 'bad', 'refused'].map((of) =>
    drawing('path', { class: of }),
  );
  private readonly numbers = ['Calls/s', 'Failed', 'Refused/s', 'In flight'].map((label) => {
    const cell = element('td', 'number');
    cell.dataset['label'] = label;
    return cell;
  });

  constructor(frame: RowFrame) {
    this.frame = frame;
    this.name.setAttribute('scope', 'row');
    this.name.textContent = frame.label;
    const minute = element('td', 'minute');
    this.strip.append(...this.bars);
    minute.append(this.strip);
    this.element.append(this.name, this.state, minute, ...this.numbers);
  }

  update(frame: RowFrame): void {
    this.frame = frame;
    this.columns = frame.whole
      ? [...frame.columns]
      : [...this.columns, ...frame.columns].slice(-length);
    this.until = frame.retryAfter === null ? 0 : Date.now() + frame.retryAfter;
    this.element.className = frame.state === 'closed' ? '' : 'trouble';
    this.element.style.setProperty('--edge', edges[frame.state]);
    this.tick();
    this.write();
    this.draw();
  }

  /** Counts down between two pictures. */
  tick(): void {
    const { state } = this.frame;
    if (this.shown !== state) {
      this.shown = state;
      const made = pill(state, '');
      this.text.textContent = '';
      made.lastElementChild?.replaceWith(this.text);
      this.state.replaceChildren(made, this.why);
    }
    const left = this.until - Date.now();
    const text = left > 0 ? `${state} ${span(left)}` : state;
    if (this.text.textContent !== text) this.text.textContent = text;
  }

  private write(): void {
    const { why, since, inFlight, state } = this.frame;
    const ago = since === null ? '' : ` · ${span(since)} ago`.replace(/(?!^) /g, '\u00a0'); // breaks before the dot only
    this.why.textContent = state === 'closed' ? '' : `${why}${ago}`;
    const recent = this.columns.slice(-Math.max(1, Math.round((RATE_OVER * 1_000) / every)));
    const seconds = (recent.length * every) / 1_000 || 1;
    const [good, bad, refused] = add(recent);
    const failed = good + bad === 0 ? 0 : bad / (good + bad);
    this.number(0, rate((good + bad) / seconds), good + bad);
    this.number(1, `${Math.round(failed * 100)} %`, failed);
    this.number(2, rate(refused / seconds), refused);
    this.number(3, String(inFlight), inFlight);
    this.numbers[1]?.classList.toggle('failing', failed > 0);
    this.numbers[2]?.classList.toggle('failing', refused > 0);
  }

  private number(place: number, text: string, value: number): void {
    const cell = this.numbers[place] as HTMLElement;
    if (cell.textContent !== text) cell.textContent = text;
    cell.classList.toggle('zero', value === 0);
  }

  private draw(): void {
    const peak = Math.max(1, ...this.columns.map((column) => total(column)));
    const width = 240 / length;
    const bar = width < 3 ? width : width * 0.8; // narrow columns have no room for a gap
    const start = 240 - this.columns.length * width;
    const paths = ['', '', ''];
    this.columns.forEach((column, index) => {
      let y = 32;
      column.forEach((calls, kind) => {
        if (calls === 0) return;
        const height = Math.max(1.5, (calls / peak) * 30);
        y -= height;
        const x = start + index * width;
        paths[kind] +=
          `M${x.toFixed(1)} ${y.toFixed(1)}h${bar.toFixed(2)}v${height.toFixed(1)}h-${bar.toFixed(2)}z`;
      });
    });
    this.bars[0]?.setAttribute('d', 'M0 32.5h240v1H0z');
    for (const [kind, path] of paths.entries()) this.bars[kind + 1]?.setAttribute('d', path);
    this.strip.setAttribute('viewBox', '0 0 240 34');
    this.strip.setAttribute('preserveAspectRatio', 'none');
    const [good, bad, refused] = add(this.columns);
    this.strip.setAttribute(
      'aria-label',
      `Last minute: ${good} ok, ${bad} failed, ${refused} refused`,
    );
  }
}

const edges: Record<CircuitState, string> = {
  closed: 'transparent',
  open: 'var(--open-ground)',
  'half-open': 'var(--half-ground)',
  isolated: 'var(--held-ground)',
  disabled: 'var(--off)',
};

function total([good, bad, refused]: Column): number {
  return good + bad + refused;
}

function add(columns: readonly Column[]): [number, number, number] {
  const sum: [number, number, number] = [0, 0, 0];
  for (const [good, bad, refused] of columns) {
    sum[0] += good;
    sum[1] += bad;
    sum[2] += refused;
  }
  return sum;
}

const rows = new Map<number, Row>();
const body = find<HTMLElement>('#rows');
const summary = find<HTMLElement>('#summary');
const none = find<HTMLElement>('#none');
const list = find<HTMLElement>('#changes');
const told = find<HTMLElement>('#told');
const filter = find<HTMLElement>('#filter');
const input = find<HTMLInputElement>('#filter input');
const pause = find<HTMLButtonElement>('#pause');

let latest: Picture | undefined;
let isPaused = false;
/** The rows of the pictures that came while the page was paused, with all their columns. */
const missed = new Map<number, RowFrame>();

function show(picture: Picture): void {
  latest = picture;
  const gone = new Set(rows.keys());
  for (const frame of picture.rows) {
    gone.delete(frame.id);
    const row = rows.get(frame.id) ?? new Row(frame);
    rows.set(frame.id, row);
    row.update(frame);
  }
  for (const id of gone) {
    rows.get(id)?.element.remove();
    rows.delete(id);
  }
  arrange();
  summarize(picture);
}

/** Sorts and filters the rows. A row in the right place is left alone: a screen reader may be there. */
function arrange(): void {
  const wanted = input.value.trim().toLowerCase();
  const sorted = [...rows.values()].sort(
    (a, b) =>
      order[a.frame.state] - order[b.frame.state] || a.frame.label.localeCompare(b.frame.label),
  );
  let found = 0;
  sorted.forEach((row, place) => {
    const isWanted = row.frame.label.toLowerCase().includes(wanted);
    row.element.hidden = !isWanted;
    if (isWanted) found++;
    if (body.children[place] !== row.element) {
      body.insertBefore(row.element, body.children[place] ?? null);
    }
  });
  filter.hidden = rows.size < MANY_ROWS && wanted === '';
  const more = (latest?.total ?? 0) - rows.size;
  none.hidden = found > 0 && more === 0;
  none.textContent =
    found > 0
      ? `${more} more: closed and quiet, or beyond the ${rows.size} shown.`
      : 'No breaker to show.';
}

function summarize({ total: all, notClosed }: Picture): void {
  const text =
    all === 0
      ? 'No breakers yet'
      : notClosed === 0
        ? `${all === 1 ? 'The breaker is' : `All ${all} are`} closed`
        : `${notClosed} of ${all} not closed`;
  if (summary.textContent !== text) summary.textContent = text;
  summary.classList.toggle('trouble', notClosed > 0);
  document.title = notClosed > 0 ? `(${notClosed}) Circuit breakers` : 'Circuit breakers';
}

/** The changes that came while the page was paused. */
const waiting: Change[] = [];

function tell(change: Change): void {
  const { at, label, from, to, why, error } = change;
  find('#quiet')?.remove();
  const line = element('li');
  const time = element('time', '', clock(at));
  time.setAttribute('datetime', new Date(at).toISOString());
  const turn = element('span', 'turn');
  const before = element('span', 'pill from', from);
  turn.append(before, element('span', '', '→'), pill(to, to));
  const reason = element('span', 'reason', error === '' ? why : `${why}: ${error}`);
  line.append(time, element('span', 'who', label), turn, reason);
  list.prepend(line);
  while (list.children.length > MOST_CHANGES) list.lastElementChild?.remove();
  told.textContent = `${label} is ${to}: ${why}`;
}

function keep(picture: Picture): void {
  for (const frame of picture.rows) {
    const before = missed.get(frame.id);
    const isFirst = frame.whole || before === undefined;
    const columns = isFirst ? frame.columns : [...before.columns, ...frame.columns].slice(-length);
    missed.set(frame.id, { ...frame, whole: frame.whole || before?.whole === true, columns });
  }
}

function resume(): void {
  for (const change of waiting.splice(0)) tell(change);
  if (latest !== undefined) {
    show({
      ...latest,
      rows: latest.rows.map((frame) => missed.get(frame.id) ?? { ...frame, columns: [] }),
    });
  }
  missed.clear();
}

pause.addEventListener('click', () => {
  isPaused = !isPaused;
  pause.setAttribute('aria-pressed', String(isPaused));
  pause.textContent = isPaused ? 'Go on' : 'Pause';
  if (!isPaused) resume();
});
input.addEventListener('input', arrange);
setInterval(() => {
  if (!isPaused) for (const row of rows.values()) row.tick();
}, 250);

function connect(): void {
  const events = new EventSource('events');
  events.addEventListener('hello', ({ data }) => {
    ({ every, columns: length } = JSON.parse(data) as Hello);
  });
  events.addEventListener('picture', ({ data }) => {
    const picture = JSON.parse(data) as Picture;
    if (!isPaused) {
      show(picture);
      return;
    }
    latest = picture;
    keep(picture);
  });
  events.addEventListener('change', ({ data }) => {
    const change = JSON.parse(data) as Change;
    if (isPaused) waiting.push(change);
    else tell(change);
  });
  events.addEventListener('error', () => {
    summary.textContent = 'No connection to the process';
    summary.classList.add('trouble');
    if (events.readyState !== EventSource.CLOSED) return; // the browser asks again by itself
    setTimeout(connect, ASK_AGAIN);
  });
}
connect();
