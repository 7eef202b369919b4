import { release } from './release.ts';

// npm run release -- [patch | minor | major | 1.2.3] [--dry-run]
// Ctrl-C ends the step that runs; that step has then failed, and the release puts everything back
process.on('SIGINT', () => {});
try {
  release(process.cwd(), process.argv.slice(2));
} catch (error) {
  console.error(`release: ${(error as Error).message}`);
  process.exitCode = 1;
}
