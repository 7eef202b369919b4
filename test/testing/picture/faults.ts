import type { Box, Picture, Shape } from './shapes.ts';

/** What is wrong with a picture, in words; empty for a good one. */
export function faultsOf({ box, shapes, desc }: Picture): string[] {
  const of = (tag: string, ...classes: string[]): Shape[] =>
    shapes.filter(
      (shape) => shape.tag === tag && classes.every((name) => shape.classes.includes(name)),
    );
  const faults: string[] = [];
  const circles = of('circle');
  const texts = of('text');

  const stems = of('path', 'stem');
  const pills = of('rect', 'pill').filter((pill) =>
    stems.some(({ top }) => near(top, pill.bottom)),
  );
  for (const stem of stems) {
    const own = pills.filter((pill) => near(pill.bottom, stem.top) && spans(pill, stem.left));
    if (own.length !== 1) faults.push(`a stem at ${stem.left} has ${own.length} pills`);
    const crossed = [...pills, ...circles, ...of('rect', 'box')].filter(
      (shape) => !own.includes(shape) && spans(shape, stem.left) && overlap(stem, shape, 'y'),
    );
    for (const shape of crossed) faults.push(`a stem at ${stem.left} crosses ${say(shape)}`);
  }
  if (pills.length !== stems.length) faults.push(`${stems.length} stems, ${pills.length} pills`);

  for (const look of of('path', 'look')) {
    const over = circles.filter(
      (disc) => spans(disc, look.left) && overlap(look, disc, 'y') && disc.order < look.order,
    );
    for (const disc of over) faults.push(`a look line at ${look.left} runs through ${say(disc)}`);
  }

  for (const [i, one] of texts.entries()) {
    for (const other of texts.slice(i + 1)) {
      if (overlap(one, other, 'x') && overlap(one, other, 'y')) {
        faults.push(`${say(one)} overlaps ${say(other)}`);
      }
    }
  }
  for (const [i, one] of circles.entries()) {
    for (const other of circles.slice(i + 1)) {
      if (near(one.left, other.left, 2) && near(one.top, other.top, 2)) {
        faults.push(`${say(one)} hides ${say(other)}`);
      }
    }
  }
  for (const shape of shapes) {
    const out =
      shape.left < box.left ||
      shape.top < box.top ||
      shape.right > box.right ||
      shape.bottom > box.bottom;
    if (out) faults.push(`${say(shape)} leaves the picture`);
    if (!Number.isFinite(shape.left + shape.top)) faults.push(`${say(shape)} is nowhere`);
  }
  const bands = shapes.filter(({ classes }) => classes.some((name) => name.startsWith('band')));
  for (const word of of('text', 'word')) {
    if (!/^(closed|open|half-open|isolated|disabled)$/.test(word.text)) {
      faults.push(`the state ${word.text}`);
    }
    if (!bands.some((band) => contains(band, word))) faults.push(`${say(word)} leaves its band`);
  }
  if (/\b1 are\b|\b([02-9]|\d\d+) is\b|\b1 calls\b|\b0 call\b/.test(desc)) {
    faults.push(`numbers that disagree: ${desc}`);
  }
  return faults;
}

function near(a: number, b: number, tolerance = 0.2): boolean {
  return Math.abs(a - b) <= tolerance;
}

function spans({ left, right }: Box, x: number): boolean {
  return x > left && x < right;
}

function contains(outer: Box, inner: Box): boolean {
  return (
    outer.left <= inner.left &&
    outer.right >= inner.right &&
    outer.top <= inner.top &&
    outer.bottom >= inner.bottom
  );
}

function overlap(a: Box, b: Box, axis: 'x' | 'y'): boolean {
  return axis === 'x'
    ? a.left < b.right - 0.5 && b.left < a.right - 0.5
    : a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
}

function say({ tag, classes, text, left, top }: Shape): string {
  return `${tag}.${classes.join('.')}${text && ` '${text}'`} at ${left.toFixed(1)} ${top.toFixed(1)}`;
}
