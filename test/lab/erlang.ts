/** Erlang's C formula: the probability that a call has to wait before `servers` workers under `load` erlangs. */
export function erlangC(servers: number, load: number): number {
  let blocked = 1; // Erlang B by its recursion
  for (let n = 1; n <= servers; n++) blocked = (load * blocked) / (n + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** Mean time in the system of M/M/c, in the unit of `work`: the wait, and the work itself. */
export function meanTime(servers: number, rate: number, work: number): number {
  const load = rate * work;
  return work + (erlangC(servers, load) * work) / (servers - load);
}
