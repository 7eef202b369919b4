// The picture for the README: what a call through each contender costs, over a bare subscription.

const title = 'Cost of a successful call, in bare subscriptions';
const labels = {
  ours: 'rxjs-circuit-breaker',
  pass: 'an empty operator',
  await: 'no breaker, a promise',
};
const width = 720;
const left = 190;
const bar = 22;

export function chart({ isolated, shared }) {
  const inOrder = isolated
    .map((entry, at) => ({ name: entry.name, cost: entry.overBare, shared: shared[at].overBare }))
    .sort((a, b) => a.cost - b.cost);
  const top = 64;
  const height = top + inOrder.length * bar + 24;
  // logarithmic: the slowest costs a thousand times the fastest
  const longest = Math.log10(Math.max(...inOrder.map(({ cost }) => cost)));
  const length = (cost) => Math.max(2, (Math.log10(cost) / longest) * (width - left - 150));
  const bars = inOrder.map(({ name, cost, shared: other }, at) => {
    const y = top + at * bar;
    const kind = name === 'ours' ? 'ours' : 'other';
    const label = labels[name] ?? name;
    const figures = `${cost.toPrecision(3)} × (${other.toPrecision(3)} ×)`;
    return `  <text class="name ${kind}" x="${left - 10}" y="${y + 12}">${label}</text>
  <rect class="${kind}" x="${left}" y="${y}" width="${length(cost).toFixed(1)}" height="16" rx="3"/>
  <text x="${(left + length(cost) + 8).toFixed(1)}" y="${y + 12}">${figures}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
  <title>${title}</title>
  <style>
    text { font: 12px system-ui, sans-serif; fill: #57606a; }
    .name { text-anchor: end; }
    .name.ours, .head { font-weight: 600; fill: #1f2328; }
    .head { font-size: 15px; }
    rect.other { fill: #afb8c1; }
    rect.ours { fill: #1a7f37; }
    @media (prefers-color-scheme: dark) {
      text { fill: #9198a1; }
      .name.ours, .head { fill: #f0f6fc; }
      rect.other { fill: #59636e; }
      rect.ours { fill: #3fb950; }
    }
  </style>
  <text class="head" x="16" y="26">${title} (less is better)</text>
  <text x="16" y="46">A process each (in brackets: all in one process). Bars on a logarithmic scale.</text>
${bars.join('\n')}
</svg>
`;
}
