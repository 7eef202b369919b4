import type { Scenes } from './scene.ts';
import { angular } from './scenes/angular.ts';
import { front } from './scenes/front.ts';
import { lab } from './scenes/lab.ts';
import { metrics } from './scenes/metrics.ts';
import { nestjs } from './scenes/nestjs.ts';
import { processes } from './scenes/processes.ts';
import { recipes } from './scenes/recipes.ts';
import { marbles, testing } from './scenes/testing.ts';

/** The scenes of each page that has snippets. */
export const scenesOf: Readonly<Record<string, Scenes>> = {
  'README.md': front,
  'marbles/README.md': marbles,
  'site/pages/guide/angular.md': angular,
  'site/pages/guide/lab.md': lab,
  'site/pages/guide/metrics.md': metrics,
  'site/pages/guide/nestjs.md': nestjs,
  'site/pages/guide/processes.md': processes,
  'site/pages/guide/recipes.md': recipes,
  'site/pages/guide/testing.md': testing,
};
