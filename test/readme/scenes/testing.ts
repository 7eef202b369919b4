import { expect, vi } from 'vitest';
import type { Scenes } from '../scene.ts';

/** What the snippets about tests do. */
export const testing: Scenes = {
  async 'With TestScheduler, or with fake timers'({ play }) {
    const compared = vi.fn((actual, expected) => expect(actual).toEqual(expected));
    await play({ deepStrictEqual: compared });
    expect(compared).toHaveBeenCalledOnce();
  },

  async 'Steady traffic'({ play }) {
    await play(); // throws if its claims do not hold
  },
};

/** What the snippets beside the marbles do. */
export const marbles: Scenes = {
  async 'In your own tests'({ play }) {
    const names: string[] = [];
    const it = (name: string, test: () => void): void => {
      names.push(name);
      test(); // throws if its claim does not hold
    };
    await play({ it, paymentOptions: { consecutiveFailureThreshold: 5 } });
    expect(names).toEqual(['opens after five failures in a row']);

    await play({ paymentOptions: {} }, 1); // throws, too
  },
};
