import { describe, expect, test } from 'vitest';
import { Model } from './model.ts';
import type { Call } from './stay.ts';
import { playRow, type Side } from './timeline.ts';
import { claims } from './tripRules.ts';
import type { Options } from './words.ts';

/** The model on a clock by hand. */
class ModelSide implements Side {
  readonly model: Model;
  private clock = 0;
  private readonly calls: Call[] = [];

  constructor(options: Options = {}) {
    this.model = new Model(options, 0);
  }

  advance(milliseconds: number): void {
    this.clock += milliseconds;
    this.model.tick(this.clock);
  }

  call(): number | undefined {
    const answer = this.model.ask();
    return 'stay' in answer ? this.calls.push(answer) - 1 : undefined;
  }

  end(index: number, how: 'value' | 'error' | 'complete', what: string): void {
    const call = this.calls[index] as Call;
    if (how === 'complete') this.model.complete(call);
    else this.model[how](call, what);
  }

  /** Good and bad calls, a millisecond each. */
  mark(letters: string): void {
    playRow(letters, this);
  }

  get changes(): string[] {
    return this.model.changes.slice(1).map(({ at, to }) => `${to} at ${at}`);
  }
}

describe('the model holds the claims of the trip rules', () => {
  test.each(claims)('$what', ({ options, calls, changes }) => {
    const side = new ModelSide(options);
    playRow(calls, side);
    expect(side.changes).toEqual(changes);
  });
});

describe('the model holds the edges of the excess rule', () => {
  const excess = ({ model }: ModelSide): readonly number[] => {
    const { excessFailures, troubledFor, balance } = model.counts();
    return [excessFailures, troubledFor, balance];
  };

  test('an ignored call and a cancelled call leave the excess as it is', () => {
    const side = new ModelSide({ classifyError: () => 'ignored' });
    side.mark('n');
    const call = side.model.ask();
    if ('stay' in call) side.model.leave(call);
    expect(excess(side)).toEqual([0, 0, 0]);
  });

  test('a late call leaves the excess as it is', () => {
    const side = new ModelSide();
    const call = side.call() as number;
    side.model.reset();
    side.end(call, 'error', 'f');
    side.model.isolate();
    side.model.lift('isolate');
    expect(excess(side)).toEqual([0, 0, 0]);
    expect(side.model.events.map(({ type }) => type)).toContain('late');
  });

  test('a call that is slow at its end by less than a millisecond is bad then', () => {
    const side = new ModelSide({ slowCallDuration: 5 });
    const call = side.call() as number;
    side.advance(5.5);
    expect(excess(side)).toEqual([0, 0, 0]);
    side.end(call, 'complete', '');
    expect(excess(side)).toEqual([1, 0, -1]);
  });

  test('an amended success keeps the excess that was met before', () => {
    let broken = false;
    const side = new ModelSide({
      tripWhen: () => {
        if (broken) throw new Error('tripWhen');
        return false;
      },
    });
    side.mark('ff');
    broken = true;
    const call = side.call() as number;
    expect(() => side.end(call, 'complete', '')).toThrow('tripWhen');
    expect(excess(side)).toEqual([3, 1, -3]);
  });

  test('many failures at one instant open at the first bad call a second later', () => {
    const side = new ModelSide();
    side.mark('ssssssssssssssssssssssss');
    const calls = Array.from({ length: 12 }, () => side.call() as number);
    for (const call of calls) side.end(call, 'error', 'f');
    expect(side.model.state).toBe('closed');
    side.advance(999);
    side.end(side.call() as number, 'error', 'f');
    expect(side.model.state).toBe('closed');
    side.advance(1);
    side.end(side.call() as number, 'error', 'f');
    expect(side.model.state).toBe('open');
  });

  test('a clock set back makes the hold longer, a leap makes it shorter', () => {
    for (const [set, wanted] of [
      [-5_000, 'closed'],
      [5_000, 'open'],
    ] as const) {
      const model = new Model({}, 10_000);
      const fail = (): void => {
        const call = model.ask();
        if ('stay' in call) model.error(call, 'f');
      };
      for (let i = 0; i < 10; i++) {
        const call = model.ask();
        if ('stay' in call) model.complete(call);
      }
      for (let i = 0; i < 6; i++) fail();
      model.tick(10_000 + set);
      fail();
      expect(model.state).toBe(wanted);
    }
  });

  test('a clock that is no number is an error', () => {
    expect(() => new Model({}, 0).tick(Number.NaN)).toThrow(RangeError);
    expect(() => new Model({}, 0).tick(Number.POSITIVE_INFINITY)).toThrow(RangeError);
  });

  test('disabled keeps the excess, never trips, and lifting begins anew', () => {
    const side = new ModelSide();
    side.model.disable();
    side.mark('fffffff');
    expect(side.model.state).toBe('disabled');
    expect(excess(side)).toEqual([6, 6, -7]);
    side.model.lift('disable');
    expect(excess(side)).toEqual([0, 0, 0]);
  });

  test('a restored excess goes on with the time that has passed', () => {
    const side = new ModelSide();
    side.mark('ssssssssss-fffff');
    side.model.restart(2_000);
    expect(excess(side)).toEqual([5, 1_989, 5]);
    side.end(side.call() as number, 'error', 'f');
    expect(side.model.state).toBe('open');
  });

  test('an excess above a new threshold does not trip before the next bad call', () => {
    const side = new ModelSide();
    side.mark('ssssssssss-fffff');
    side.model.restart(2_000);
    side.model.configure({ excessFailureThreshold: 2 });
    expect(excess(side)[0]).toBe(2);
    expect(side.model.state).toBe('closed');
    side.end(side.call() as number, 'error', 'f');
    expect(side.model.state).toBe('open');
  });
});

describe('the model holds half-open by rounds', () => {
  const open = (options: Options = {}): ModelSide => {
    const side = new ModelSide({ retryTimeout: 15, ...options });
    side.mark('ffffff');
    return side;
  };

  test('a call that may not be a probe waits until no probe has come for as long as one may take', () => {
    const side = open({ probeTimeout: 40 });
    side.advance(15);
    expect(side.model.state).toBe('half-open');
    side.advance(39);
    expect(side.model.ask({ mayProbe: false })).toMatchObject({
      state: 'half-open',
      retryAfter: 1,
    });
    side.advance(1);
    expect(side.model.ask({ mayProbe: false })).toMatchObject({ settled: false });
  });

  test('retryAfter is as long again as the oldest probe has been out, within its bounds', () => {
    const side = open({ probeTimeout: 40 });
    side.advance(15);
    side.model.ask();
    const seen: number[] = [];
    for (const ms of [0, 12, 15, 5]) {
      side.advance(ms);
      seen.push(side.model.retryAfter());
    }
    expect(seen).toEqual([10, 12, 13, 8]);
  });

  test('the open time really served is the bound after halfOpen(), even of a retryTimeout of Infinity', () => {
    const side = open({ retryTimeout: Number.POSITIVE_INFINITY });
    side.advance(3);
    side.model.halfOpen();
    const probe = side.call() as number;
    expect(side.call()).toBeUndefined();
    side.advance(3);
    side.end(probe, 'complete', '');
    expect(side.model.state).toBe('closed');
  });
});
