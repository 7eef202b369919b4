import type { CircuitBreakerOptions } from 'rxjs-circuit-breaker';
import { adviser } from './advice.ts';
import { Play } from './play.ts';
import { presets } from './presets.ts';
import {
  fromHash,
  LONGEST,
  type Mood,
  numbers,
  type Place,
  type Scenario,
  toHash,
} from './scenario.ts';
import { asModule, type Reading, read, type Settings } from './settings.ts';
import { AHEAD } from './stage.ts';

/** Milliseconds that are played before the first picture, so that there is something to see. */
const BEFOREHAND = 12_000;
/** Real milliseconds that a frame may play. */
const BUDGET = 12;
/** Virtual milliseconds of one step; between two steps the page looks at the clock. */
const STEP = 2_000;

export type Side = 'a' | 'b';
export type Numeral = keyof typeof numbers;

/** A number of the scenario as it was typed, with the fault in it. */
export interface Slip {
  readonly text: string;
  readonly message: string;
}

/** What the page knows, and everything that a visitor can do. */
export class App {
  scenario: Scenario = presets[0].scenario;
  speed = 1;
  paused = false;
  until: number | null = null;
  preset: number | null = 0;
  /** The side whose settings are on the desk. */
  side: Side = 'a';
  complaints: readonly string[] = [];
  /** What the lab says about the settings of each side; null while it thinks. */
  advice: Record<Side, readonly string[] | null> = { a: null, b: null };
  slips: Partial<Record<Numeral, Slip>> = {};
  readings!: Record<Side, Reading | null>;
  play!: Play;
  /** What was copied last, for the eye and for the screen reader. */
  note = '';
  /** Code or marbles, as they stand in the panel. */
  shown: { readonly kind: 'code' | 'marbles'; readonly text: string } = { kind: 'code', text: '' };
  /** Asks for another picture. */
  onChange: () => void = () => {};
  private target = BEFOREHAND;
  private readonly good: Record<Side, CircuitBreakerOptions> = { a: {}, b: {} };
  private readonly ask: Record<Side, ReturnType<typeof adviser>>;
  private readonly still: boolean;

  constructor(module: string, still: boolean) {
    this.ask = { a: adviser(module), b: adviser(module) };
    this.still = still;
    this.load(location.hash);
  }

  get now(): number {
    return this.play.now;
  }

  get settings(): Settings {
    return this.scenario[this.side] ?? this.scenario.a;
  }

  /** The sides that play: one or two. */
  get sides(): readonly Side[] {
    return this.scenario.b === null ? ['a'] : ['a', 'b'];
  }

  /** Whether the play has reached what the page promises to show. */
  get ready(): boolean {
    return this.play.now >= Math.floor(this.target);
  }

  get over(): boolean {
    return this.target >= (this.until ?? LONGEST);
  }

  /** Takes everything from the part of the link behind the `#`. */
  load(hash: string): void {
    const fresh = hash.length <= 1;
    const otherwise: Place = {
      scenario: presets[0].scenario,
      at: BEFOREHAND,
      speed: 1,
      paused: false,
      until: null,
    };
    const { place, complaints } = fresh
      ? { place: otherwise, complaints: [] }
      : fromHash(hash, otherwise);
    this.complaints = complaints;
    this.scenario = place.scenario;
    this.speed = place.speed;
    this.paused = place.paused || (fresh && this.still);
    this.until = place.until;
    this.target = Math.min(place.at, place.until ?? LONGEST);
    this.side = 'a';
    this.slips = {};
    this.preset = presets.findIndex(({ scenario }) => same(scenario, place.scenario));
    if (this.preset < 0) this.preset = null;
    this.good.a = {};
    this.good.b = {};
    this.replay();
  }

  /** The link to what is on the page now. */
  link(): string {
    const { scenario, speed, paused, until } = this;
    const hash = toHash({ scenario, speed, paused, until, at: Math.floor(this.target) });
    return `${location.href.replace(/#.*/s, '')}#${hash}`;
  }

  usePreset(index: number): void {
    const preset = presets[index];
    if (preset === undefined) return;
    this.scenario = preset.scenario;
    this.preset = index;
    this.side = 'a';
    this.slips = {};
    this.until = null;
    this.complaints = [];
    this.target = BEFOREHAND;
    this.changed();
  }

  /** Sets a setting of the breaker; an empty text takes it back to its default. */
  set(name: string, text: string): void {
    this.change((settings) => {
      if (text.trim() === '') delete settings[name];
      else settings[name] = text.trim();
    });
  }

  /** Takes settings back to their defaults, and gives others a value. */
  swap(out: readonly string[], into: Settings = {}): void {
    this.change((settings) => {
      for (const name of out) delete settings[name];
      Object.assign(settings, into);
    });
  }

  setNumber(name: Numeral, text: string): void {
    const [from, to] = numbers[name];
    const value = Number(text);
    if (text.trim() === '' || !(value >= from && value <= to)) {
      this.slips = {
        ...this.slips,
        [name]: {
          text,
          message: `must be a number from ${from} to ${to}, got ${text.trim() === '' ? 'nothing' : text}`,
        },
      };
      this.onChange();
      return;
    }
    const { [name]: _, ...slips } = this.slips;
    this.slips = slips;
    this.scenario = { ...this.scenario, [name]: value };
    this.changed();
  }

  setPattern(pattern: Scenario['pattern']): void {
    this.scenario = { ...this.scenario, pattern };
    this.changed();
  }

  /** Puts the service in a mood, from now on. What a preset had in store for later is dropped. */
  setMood(mood: Mood): void {
    const at = Math.floor(this.now);
    const turns = this.scenario.turns.filter((turn) => turn.at < at);
    if ((turns.at(-1)?.mood ?? 'well') !== mood) turns.push({ at, mood });
    this.scenario = { ...this.scenario, turns };
    this.changed();
  }

  compare(on: boolean): void {
    const { a, b } = this.scenario;
    if (on) {
      this.scenario = {
        ...this.scenario,
        b: Object.keys(a).length > 0 ? {} : { failureRateThreshold: '0.5', retryTimeout: '5000' },
      };
      this.side = 'b';
    } else {
      this.scenario = { ...this.scenario, a: this.side === 'b' && b !== null ? b : a, b: null };
      this.side = 'a';
    }
    this.changed();
  }

  turnTo(side: Side): void {
    this.side = side;
    this.showCode();
    this.onChange();
  }

  setSpeed(speed: number): void {
    this.speed = speed;
    this.sync();
  }

  pause(paused: boolean): void {
    if (!paused && this.over) {
      this.until = null;
      if (this.target >= LONGEST) this.target = 0;
      if (this.play.now > this.target) this.replay();
    }
    this.paused = paused;
    this.sync();
  }

  restart(): void {
    this.target = 0;
    this.until = null;
    this.replay();
    this.sync();
  }

  step(): void {
    this.target = Math.min(Math.floor(this.target) + 1_000, LONGEST);
    this.sync();
  }

  /** Plays on by a frame: real milliseconds since the frame before. */
  frame(passed: number): void {
    const { play } = this;
    if (this.ready && !this.paused) {
      this.target = Math.min(this.target + passed * this.speed, this.until ?? LONGEST);
      if (this.over) this.pause(true);
    }
    const limit = performance.now() + BUDGET;
    const end = Math.floor(this.target);
    while (play.now < end && performance.now() < limit)
      play.advance(Math.min(play.now + STEP, end));
    play.lookAhead(play.now + AHEAD * this.speed);
  }

  async copyCode(): Promise<void> {
    this.showCode();
    await this.copy(this.shown.text, 'The code is copied.');
  }

  async copyLink(): Promise<void> {
    await this.copy(this.link(), 'The link is copied. It opens the page as it is now.');
  }

  async copyMarbles(): Promise<void> {
    this.note = 'The marbles are drawn ...';
    this.onChange();
    try {
      const { asMarbles } = await loadMarbles();
      const to = Math.max(this.now, 2_000);
      this.shown = { kind: 'marbles', text: asMarbles(this.scenario, this.settings, to) };
      await this.copy(this.shown.text, 'The marbles are copied, and hold in assertMarble.');
    } catch (error) {
      this.note = `No marbles: ${(error as Error).message}`;
      this.onChange();
    }
  }

  showCode(): void {
    this.shown = { kind: 'code', text: asModule(this.settings) };
  }

  private async copy(text: string, note: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.note = note;
    } catch {
      this.note = 'The browser did not let the page copy. Mark the text and copy it by hand.';
    }
    this.onChange();
  }

  private change(deed: (settings: Record<string, string>) => void): void {
    const settings = { ...this.settings };
    deed(settings);
    this.scenario = { ...this.scenario, [this.side]: settings };
    this.changed();
  }

  private changed(): void {
    const { scenario } = this;
    const index = presets.findIndex((it) => same(it.scenario, scenario));
    this.preset = index < 0 ? null : index;
    this.note = '';
    this.replay();
    this.sync();
  }

  /** The address of the page follows the page. */
  private sync(): void {
    history.replaceState(null, '', this.link());
    this.onChange();
  }

  /** Plays the scenario from the beginning; the frames after this bring it to where it was. */
  private replay(): void {
    const { a, b } = this.scenario;
    this.readings = { a: read(a), b: b === null ? null : read(b) };
    for (const side of this.sides) {
      const reading = this.readings[side];
      if (reading === null || reading.options === null) {
        this.advice[side] = [];
        continue;
      }
      this.good[side] = reading.options;
      this.advice[side] = null;
      const { rate, broken, latency } = this.scenario;
      const failureRate = broken > 0 ? broken : 1;
      this.ask[side](reading.options, { rate, failureRate, latency }, (sentences) => {
        this.advice[side] = sentences;
        this.onChange();
      });
    }
    this.showCode();
    this.play = new Play(
      this.scenario,
      this.sides.map((side) => this.good[side]),
    );
    this.play.advance(0);
  }
}

function same(one: Scenario, other: Scenario): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The marble kit is a file of its own, which the build leaves beside the page. */
function loadMarbles(): Promise<typeof import('./marbles.ts')> {
  return import('./marbles.js');
}
