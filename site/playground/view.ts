import { html, nothing, svg, type TemplateResult } from 'lit-html';
import type { App, Numeral, Side } from './app.ts';
import {
  excess,
  type Field,
  fixed,
  fromSlider,
  openTime,
  rate,
  rounds,
  row,
  slow,
  toSlider,
  tripRules,
  window as windowFields,
} from './fields.ts';
import type { Track } from './play.ts';
import { presets } from './presets.ts';
import { type Mood, moods, numbers, patterns, type Scenario, speeds } from './scenario.ts';
import { cause, countdown, evidence, time, told, trimmed, verdict } from './words.ts';

type Part = TemplateResult | typeof nothing;

const moodNames: Readonly<Record<Mood, string>> = {
  well: 'Well',
  errors: 'Errors',
  hang: 'Hang',
  slow: 'Slow',
};

/** The page. */
export function page(app: App): TemplateResult {
  return html`
    <div class="head">
      <h1>Playground</h1>
      <p>The real library, on virtual time. Break the service, and see what your settings do.</p>
    </div>
    ${complaints(app)}
    <div class="presets" role="group" aria-label="Presets">
      ${presets.map(
        ({ name }, n) =>
          html`<button type="button" aria-pressed=${app.preset === n} @click=${() => app.usePreset(n)}>${name}</button>`,
      )}
    </div>
    <p class="sentence">${app.preset === null ? 'Your own scenario.' : presets[app.preset]?.sentence}</p>
    <div class="desk">
      ${stage(app)} ${settings(app)}
      <div class="panels">
        ${
          app.sides.length === 1
            ? html`<div>${evidencePanel(app, 'a', 0)}${happenings(app)}</div><div>${score(app)}${take(app)}</div>`
            : html`<div>${evidencePanel(app, 'a', 0)}${score(app)}</div><div>${evidencePanel(app, 'b', 1)}${happenings(app)}</div>`
        }
      </div>
      ${app.sides.length === 1 ? nothing : html`<div class="below">${take(app)}</div>`}
    </div>`;
}

function complaints({ complaints: list }: App): Part {
  if (list.length === 0) return nothing;
  return html`<div class="complaint" role="alert">${list.map((it) => html`<p>${it}</p>`)}</div>`;
}

function badge(app: App, side: Side): Part {
  return app.sides.length === 2 ? html`<span class="badge">${side.toUpperCase()}</span>` : nothing;
}

function stage(app: App): TemplateResult {
  const mood = app.play.moodAt(app.now);
  return html`
    <section class="card stage" aria-label="The play">
      <div class="bar">
        <button type="button" class="play" aria-label=${app.paused ? 'Play' : 'Pause'} @click=${() => app.pause(!app.paused)}>
          <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">${app.paused ? play : pause}</svg>
        </button>
        <label class="speed"><span class="hidden">Speed</span>
          <select @change=${(event: Event) => app.setSpeed(Number((event.target as HTMLSelectElement).value))}>
            ${speeds.map((it) => html`<option value=${it} ?selected=${it === app.speed}>×${it}</option>`)}
          </select>
        </label>
        <span class="clock" data-clock>${(Math.floor(app.now / 100) / 10).toFixed(1)} s</span>
        <button type="button" class="plain" @click=${() => app.restart()}>Restart</button>
        <button type="button" class="plain" ?hidden=${!app.paused} @click=${() => app.step()}>+1 s</button>
        <div class="mood" role="group" aria-label="The service is">
          <span class="lead" aria-hidden="true">Service</span>
          ${moods.map(
            (it) =>
              html`<button type="button" class=${it} aria-pressed=${it === mood} @click=${() => app.setMood(it)}>${moodNames[it]}</button>`,
          )}
        </div>
      </div>
      ${app.sides.map(
        (side, n) => html`<div class="lane">
          ${badge(app, side)}
          <canvas class="wire" data-wire=${n} role="img" aria-label=${wireLabel(app, n, side)}></canvas>
        </div>`,
      )}
      ${app.sides.map(
        (side, n) => html`<div class="lane">
          ${badge(app, side)}
          <canvas class="strip" data-strip=${n} role="img" aria-label=${`Calls and states over time${label(app, side)}; the same in words under What happened`}></canvas>
        </div>`,
      )}
      <p class="legend" aria-hidden="true"><span class="good">answered</span><span class="bad">failed</span><span class="refused">refused</span><span class="broken">service broken</span></p>
      ${app.play.tracks.map(
        (track, n) =>
          html`<p class="verdict" data-verdict=${app.sides[n]}>${badge(app, app.sides[n] as Side)} ${verdict(track, app.scenario.turns, app.now)}</p>`,
      )}
    </section>`;
}

const pause = svg`<path d="M4 2h3v12H4zM9 2h3v12H9z" fill="currentColor"/>`;
const play = svg`<path d="M4 2l10 6-10 6z" fill="currentColor"/>`;

function label(app: App, side: Side): string {
  return app.sides.length === 2 ? `, settings ${side.toUpperCase()}` : '';
}

function wireLabel(app: App, n: number, side: Side): string {
  const state = app.play.tracks[n]?.lane.breakers[0]?.state ?? 'closed';
  return `The breaker is ${state}; the service is ${app.play.moodAt(app.now) === 'well' ? 'well' : 'broken'}${label(app, side)}`;
}

function evidencePanel(app: App, side: Side, n: number): Part {
  const breaker = app.play.tracks[n]?.lane.breakers[0];
  if (breaker === undefined) return nothing;
  const snapshot = breaker.snapshot();
  const { state, why, retryAfter } = snapshot;
  const options = (app.readings[side]?.options ?? {}) as Readonly<Record<string, unknown>>;
  const waits =
    state === 'open'
      ? retryAfter === null
        ? 'opens no more by itself'
        : html`tries again in <b>${countdown(retryAfter)}</b>`
      : '';
  return html`
    <section class="card" aria-label=${`The breaker${label(app, side)}`}>
      <div class="line">${badge(app, side)}<span class=${`pill ${state}`} data-state=${side}>${state}</span><span class="muted">${waits}</span></div>
      ${
        state === 'closed'
          ? evidence(snapshot, options).map(
              (meter) =>
                html`<div class="meter"><i style=${`width:${(100 * meter.part).toFixed(1)}%`}></i></div><p>${meter.words}</p>`,
            )
          : html`<p>Not closed for ${time(why?.ago ?? 0)}: ${cause(why?.reason ?? '', why?.counts ?? snapshot.counts)}.</p>
            ${state === 'half-open' ? html`<p>Probes: ${snapshot.counts.successes} good, ${snapshot.counts.failures} bad, ${snapshot.counts.inFlight} on the way.</p>` : html`<p>Opening ${snapshot.attempt} since it was last closed.</p>`}`
      }
    </section>`;
}

interface Figure {
  readonly key: string;
  readonly words: string;
  readonly of: (track: Track) => number;
  readonly better: 'more' | 'less' | 'neither';
}

const figures: readonly Figure[] = [
  { key: 'requests', words: 'calls', of: ({ lane }) => lane.tally.requests, better: 'neither' },
  { key: 'answered', words: 'answered', of: ({ lane }) => lane.tally.answered, better: 'more' },
  { key: 'failed', words: 'failed', of: ({ lane }) => lane.tally.failed, better: 'less' },
  { key: 'refused', words: 'refused', of: ({ lane }) => lane.tally.refused, better: 'neither' },
  {
    key: 'refusedInVain',
    words: 'refused though the service was well',
    of: ({ lane }) => lane.tally.refusedInVain,
    better: 'less',
  },
  {
    key: 'letIntoBroken',
    words: 'let into the broken service',
    of: ({ lane }) => lane.tally.letIntoBroken,
    better: 'less',
  },
  {
    key: 'waited',
    words: 'seconds waited for nothing',
    of: ({ lane }) => Math.round(lane.tally.waited / 100) / 10,
    better: 'less',
  },
];

function score(app: App): TemplateResult {
  const { tracks } = app.play;
  const two = tracks.length === 2;
  return html`
    <section class="card">
      <h2>The score</h2>
      <table>
        <thead class=${two ? '' : 'hidden'}><tr><td></td>${app.sides.map((side) => html`<th scope="col">${side.toUpperCase()}</th>`)}</tr></thead>
        <tbody>
          ${figures.map(({ key, words, of, better }) => {
            const values = tracks.map(of);
            const best = better === 'more' ? Math.max(...values) : Math.min(...values);
            const marks = two && better !== 'neither' && values[0] !== values[1];
            return html`<tr><th scope="row">${words}</th>${values.map(
              (value, n) =>
                html`<td class=${marks && value === best ? 'best' : ''}><span data-figure=${key} data-side=${app.sides[n]}>${value}</span>${marks && value === best ? html`<span class="tick"> ✓<span class="hidden"> better</span></span>` : nothing}</td>`,
            )}</tr>`;
          })}
        </tbody>
      </table>
    </section>`;
}

function happenings(app: App): TemplateResult {
  const all = app.play.tracks.flatMap((track, n) =>
    track.changes.map((change) => ({ change, side: app.sides[n] as Side })),
  );
  const turns = app.scenario.turns.filter(({ at }) => at <= app.now);
  const lines = [
    ...all.map(({ change, side }) => ({
      at: change.at,
      text: told(change),
      side: side as Side | null,
      state: change.event.to as string,
    })),
    ...turns.map(({ at, mood }) => ({ at, text: turnWords[mood], side: null, state: 'service' })),
  ];
  lines.sort((x, y) => y.at - x.at);
  return html`
    <section class="card happened">
      <h2>What happened</h2>
      <ol class="events" tabindex="0" aria-label="Changes, the latest first">
        ${lines
          .slice(0, 60)
          .map(
            ({ at, text, side, state }) =>
              html`<li class=${state}><time>${(at / 1_000).toFixed(1)} s</time>${side === null ? nothing : badge(app, side)}<span>${text}</span></li>`,
          )}
        <li class="closed"><time>0.0 s</time><span>Begins closed.</span></li>
      </ol>
    </section>`;
}

const turnWords: Readonly<Record<Mood, string>> = {
  well: 'The service is well again.',
  errors: 'The service answers with errors.',
  hang: 'The service hangs.',
  slow: 'The service is ten times as slow.',
};

function take(app: App): TemplateResult {
  const faulty = app.readings[app.side]?.fault != null;
  const side = app.sides.length === 2 ? ` ${app.side.toUpperCase()}` : '';
  return html`
    <section class="card">
      <h2>Take it with you${side === '' ? nothing : html` <span class="badge">${app.side.toUpperCase()}</span>`}</h2>
      <pre tabindex="0" aria-label=${app.shown.kind === 'code' ? 'The settings as code' : 'The play as marbles'}><code data-shown=${app.shown.kind}>${app.shown.text}</code></pre>
      <div class="buttons">
        <button type="button" ?disabled=${faulty} @click=${() => app.copyCode()}>Copy code</button>
        <button type="button" ?disabled=${faulty} @click=${() => app.copyMarbles()}>Copy as marbles</button>
        <button type="button" @click=${() => app.copyLink()}>Copy link</button>
      </div>
      <p class="note" role="status">${faulty ? 'Mend the setting in red, then copy.' : app.note}</p>
    </section>`;
}

function settings(app: App): TemplateResult {
  const { scenario, side } = app;
  const given = app.settings;
  const has = (fields: readonly Field[]): boolean => fields.some(({ name }) => name in given);
  const windowed = has(windowFields);
  const others = [
    'failureRateThreshold',
    'failureThreshold',
    'consecutiveFailureThreshold',
    'slowCallRateThreshold',
  ].some((name) => name in given);
  const excessOn = has(excess.fields) || (!others && !windowed);
  const rateOn = has(rate.fields) || (windowed && !others && !has(excess.fields));
  const windowOn = rateOn || windowed || 'slowCallRateThreshold' in given;
  const fixedOn = has(fixed);
  const on = {
    [excess.add]: excessOn,
    [rate.add]: rateOn,
    [row.add]: has(row.fields),
    [slow.add]: has(slow.fields),
  };
  const known = [
    ...tripRules.flatMap(({ fields }) => fields),
    ...windowFields,
    openTime,
    rounds,
    ...fixed,
  ].map(({ name }) => name);
  const foreign = Object.keys(given).filter((name) => !known.includes(name));
  const fault = app.readings[side]?.fault ?? null;
  const group = (fields: readonly Field[], also: readonly string[] = []): TemplateResult[] =>
    fields.map((field, n) =>
      settingRow(app, field, n === 0 ? [...fields.map(({ name }) => name), ...also] : [field.name]),
    );
  const missing = tripRules.filter(({ add }) => !on[add]);
  return html`
    <section class="card settings" aria-label=${`Settings${label(app, side)}`}>
      <div class="line">
        <h2>Settings</h2>
        ${
          app.sides.length === 2
            ? html`<div class="sides" role="group" aria-label="Settings of">${(['a', 'b'] as const).map((it) => html`<button type="button" aria-pressed=${it === side} @click=${() => app.turnTo(it)}>${it.toUpperCase()}</button>`)}</div>
              <button type="button" class="plain end" @click=${() => app.compare(false)}>Keep ${side.toUpperCase()} only</button>`
            : html`<button type="button" class="plain end" @click=${() => app.compare(true)}>Compare with another</button>`
        }
      </div>
      <h3>Open when</h3>
      ${excessOn ? group(excess.fields) : nothing}
      ${
        rateOn
          ? group(
              rate.fields,
              windowFields.map(({ name }) => name),
            )
          : nothing
      }
      ${windowOn ? windowFields.map((field) => settingRow(app, field, [field.name])) : nothing}
      ${has(row.fields) ? group(row.fields) : nothing}
      ${has(slow.fields) ? group(slow.fields) : nothing}
      ${foreign.map((name) => settingRow(app, { name, label: name, default: '', from: 0, to: 1, step: 1 }, [name], false))}
      ${
        missing.length === 0
          ? nothing
          : html`<p class="adds">or when ${missing.map(
              (it) =>
                html`<button type="button" class="plain" @click=${() => app.set(it.fields[0]?.name as string, it.start)}>+ ${it.add}</button>`,
            )}</p>`
      }
      <h3>Open and half-open</h3>
      ${settingRow(app, openTime, [openTime.name])}
      ${
        fixedOn
          ? group(fixed)
          : html`${settingRow(app, rounds, [rounds.name])}<p class="adds"><button type="button" class="plain" @click=${() => app.swap([rounds.name], { successThreshold: '3' })}>+ fixed number of probes</button></p>`
      }
      ${fault !== null && !shownAtRow(fault.option, on, windowOn, fixedOn, foreign) ? html`<p class="fault" role="alert">${fault.message}</p>` : nothing}
      ${advice(app)}
      <h3>Traffic and service</h3>
      ${numberRow(app, 'rate', 'Calls a second')}
      <div class="row"><label for="pattern">Traffic</label>
        <select id="pattern" class="wide" @change=${(event: Event) => app.setPattern((event.target as HTMLSelectElement).value as Scenario['pattern'])}>
          ${patterns.map((it) => html`<option value=${it} ?selected=${it === scenario.pattern}>${it}</option>`)}
        </select></div>
      ${numberRow(app, 'latency', 'Answer time, ms')}
      ${numberRow(app, 'limit', 'Callers wait, ms')}
      ${numberRow(app, 'broken', 'Fail when broken')}
      ${numberRow(app, 'noise', 'Fail when well')}
    </section>`;
}

/** Whether the row of an option is on the page, so that its fault can stand there. */
function shownAtRow(
  option: string | null,
  on: Readonly<Record<string, boolean>>,
  windowOn: boolean,
  fixedOn: boolean,
  foreign: readonly string[],
): boolean {
  if (option === null) return false;
  const rule = tripRules.find(({ fields }) => fields.some(({ name }) => name === option));
  if (rule !== undefined) return on[rule.add] === true;
  if (windowFields.some(({ name }) => name === option)) return windowOn;
  if (fixed.some(({ name }) => name === option)) return fixedOn;
  if (option === rounds.name) return !fixedOn;
  return option === openTime.name || foreign.includes(option);
}

function advice(app: App): Part {
  if (app.readings[app.side]?.fault != null) {
    return html`<p class="advice">The play goes on with the last good settings.</p>`;
  }
  const found = app.advice[app.side];
  if (found === null || found === undefined)
    return html`<p class="advice thinking">The lab tries 20 outages ...</p>`;
  if (found.length > 0) {
    return html`<div class="advice warning" data-advice><span class="sign" aria-hidden="true">!</span><div>${found.map((it) => html`<p>${it}</p>`)}</div></div>`;
  }
  const { rate: calls, broken } = app.scenario;
  return html`<p class="advice fine" data-advice>In 20 outages at ${calls} random calls a second${broken < 1 && broken > 0 ? ` (${trimmed(broken * 100)} % fail)` : ''}: open within 10 s, closed again within a minute.</p>`;
}

function settingRow(app: App, field: Field, out: readonly string[], slider = true): TemplateResult {
  const text = app.settings[field.name];
  const fault = app.readings[app.side]?.fault;
  const faulty = fault != null && fault.option === field.name;
  return rowOf({
    id: `set-${field.name}`,
    label: field.label,
    title: field.name,
    text: text ?? '',
    placeholder: field.default,
    slider: slider ? field : null,
    value: Number(text ?? field.default),
    fault: faulty ? fault.message : null,
    set: (it) => app.set(field.name, it),
    remove: text === undefined ? null : () => app.swap(out),
  });
}

const sliders: Readonly<Record<Numeral, Field>> = {
  rate: { name: 'rate', label: '', default: '', from: 0.1, to: 200 },
  latency: { name: 'latency', label: '', default: '', from: 1, to: 10_000 },
  limit: { name: 'limit', label: '', default: '', from: 10, to: 60_000 },
  broken: { name: 'broken', label: '', default: '', from: 0, to: 1, step: 0.05 },
  noise: { name: 'noise', label: '', default: '', from: 0, to: 0.5, step: 0.01 },
};

function numberRow(app: App, name: Numeral, words: string): TemplateResult {
  const slip = app.slips[name];
  const value = app.scenario[name];
  return rowOf({
    id: `number-${name}`,
    label: words,
    title: `from ${numbers[name][0]} to ${numbers[name][1]}`,
    text: slip?.text ?? String(value),
    placeholder: '',
    slider: sliders[name],
    value,
    fault: slip === undefined ? null : `${words}: ${slip.message}`,
    set: (it) => app.setNumber(name, it),
    remove: null,
  });
}

interface RowParts {
  readonly id: string;
  readonly label: string;
  readonly title: string;
  readonly text: string;
  readonly placeholder: string;
  readonly slider: Field | null;
  readonly value: number;
  readonly fault: string | null;
  readonly set: (text: string) => void;
  readonly remove: (() => void) | null;
}

function rowOf({
  id,
  label: words,
  title,
  text,
  placeholder,
  slider,
  value,
  fault,
  set,
  remove,
}: RowParts): TemplateResult {
  const place =
    slider === null ? 0 : toSlider(slider, Number.isFinite(value) ? value : slider.from);
  const live = (event: Event): void => set((event.target as HTMLInputElement).value);
  return html`
    <div class=${`row ${text === '' ? 'default' : ''}`}>
      <label for=${id} title=${title}>${words}</label>
      ${
        slider === null
          ? html`<span></span>`
          : html`<input type="range" aria-label=${`${words}, slider`} aria-valuetext=${text === '' ? `${placeholder}, the default` : text}
              min=${slider.step === undefined ? 0 : slider.from} max=${slider.step === undefined ? 1_000 : slider.to} step=${slider.step ?? 1}
              .value=${String(place)} @input=${(event: Event) => set(String(fromSlider(slider, Number((event.target as HTMLInputElement).value))))}>`
      }
      <input id=${id} type="text" inputmode="decimal" autocomplete="off" spellcheck="false" placeholder=${placeholder} .value=${text}
        aria-invalid=${fault !== null} aria-describedby=${fault === null ? nothing : `${id}-fault`} @change=${live} @input=${live}>
      ${remove === null ? html`<span></span>` : html`<button type="button" class="plain remove" aria-label=${`${words}: back to the default`} @click=${remove}>×</button>`}
      ${fault === null ? nothing : html`<p class="fault" id=${`${id}-fault`} role="alert">${fault}</p>`}
    </div>`;
}
