import { analyzeTsConfig } from 'ts-unused-exports';
import { bins, entries } from '../../entries.ts';

// Names the exports of src/ that nobody imports. What an entry exports is there for users.
const doors = [...entries, ...bins].map(({ source }) => `${source.replaceAll('.', '\\.')}$`);
const options = [`--excludePathsFromReport=${doors.join(';')}`];
const { unusedExports } = analyzeTsConfig('tsconfig.json', options);
for (const [path, names] of Object.entries(unusedExports)) {
  for (const { exportName, location } of names) {
    console.error(`${path}:${location?.line ?? 1}: nobody imports ${exportName}`);
  }
}
process.exitCode = Object.keys(unusedExports).length > 0 ? 1 : 0;
