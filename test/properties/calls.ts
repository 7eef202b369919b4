import type { CallOptions } from './model/words.ts';
import { same, type UserCode } from './userCode.ts';

/** How single calls are judged, by number: what `with`, `acquire` and the steps of a run use. */
export const callKinds: readonly UserCode<CallOptions>[] = [
  same('{}', {}),
  same('{ mayProbe: false }', { mayProbe: false }),
  same(
    "{ context: 'c', classifyError: (error, state, context) => (error === 'f' ? (context === 'c' ? 'success' : 'trip') : 'failure') }",
    {
      context: 'c',
      classifyError: (error, _state, context) => {
        if (error !== 'f') return 'failure';
        return context === 'c' ? 'success' : 'trip';
      },
    },
  ),
  same("{ classifyValue: (value) => (value === 'g' ? 'failure' : 'undecided') }", {
    classifyValue: (value) => (value === 'g' ? 'failure' : 'undecided'),
  }),
  same("{ successOn: 'first-value' }", { successOn: 'first-value' }),
  same('{ successOn: { after: 5 } }', { successOn: { after: 5 } }),
];
