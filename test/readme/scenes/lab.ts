import { expect } from 'vitest';
import type { Scenes } from '../scene.ts';

/** What the snippets about the lab do. */
export const lab: Scenes = {
  async 'The lab'({ play, printed }) {
    await play();
    expect(printed[0]).toMatch(/^The mean of 20 days\n\n +none +defaults +ours\n/);
    expect(printed[0]).toContain('ours minus none');
  },
};
