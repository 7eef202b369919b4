/** A channel of Node's diagnostics_channel. */
interface Channel {
  readonly hasSubscribers: boolean;
  publish(message: unknown): void;
}

interface NodeProcess {
  getBuiltinModule?(id: 'node:diagnostics_channel'): { channel(name: string): Channel } | undefined;
}

function open(name: string): Channel | undefined {
  const { process } = globalThis as { process?: NodeProcess };
  // at run time: bundlers see no import of a Node module, and other platforms have no channel
  return process
    ?.getBuiltinModule?.('node:diagnostics_channel')
    ?.channel(`rxjs-circuit-breaker:${name}`);
}

/** The channel `rxjs-circuit-breaker:rejected`, with `{ name, state, retryAfter, cause }`. */
export const refusals: Channel | undefined = /* @__PURE__ */ open('rejected');
/** The channel `rxjs-circuit-breaker:state-change`, with `{ name, from, to, reason, snapshot }`. */
export const stateChanges: Channel | undefined = /* @__PURE__ */ open('state-change');

const queue: { channel: Channel; message: unknown }[] = [];
let isPublishing = false;

/** Publishes in order: a message that a subscriber causes waits until all subscribers have the present message. */
export function publish(channel: Channel, message: unknown): void {
  queue.push({ channel, message });
  if (isPublishing) return;
  isPublishing = true;
  try {
    for (let next = queue.shift(); next; next = queue.shift()) next.channel.publish(next.message);
  } finally {
    isPublishing = false;
  }
}
