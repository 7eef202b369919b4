import { render } from 'lit-html';
import { App } from './app.ts';
import { type Colours, coloursOf, paperOf } from './paper.ts';
import { drawStage } from './stage.ts';
import { drawStrip } from './strip.ts';
import { page } from './view.ts';
import { told } from './words.ts';

/** Real milliseconds between two renderings of the words; the canvases are drawn at every frame. */
const WORDS = 120;
/** Real milliseconds between two pictures for people who asked for less motion. */
const CALM = 1_000;
/** Real milliseconds between two sentences for screen readers. */
const SAY = 4_000;

/** Opens the playground in an element of the page. `module` is the address of the worker's module. */
export function open(main: HTMLElement, module: string): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)');
  const app = new App(module, calm.matches);
  const live = document.createElement('p');
  live.className = 'hidden';
  live.setAttribute('aria-live', 'polite');
  main.before(live);
  const angles = [0, 0];
  let colours: Colours = coloursOf(document.documentElement);
  let stale = true;
  app.onChange = () => {
    stale = true;
  };
  let [last, words, said, heard, picture] = [0, 0, 0, 0, 0];

  const draw = (): void => {
    for (const [n, track] of app.play.tracks.entries()) {
      const wire = main.querySelector<HTMLCanvasElement>(`[data-wire="${n}"]`);
      const strip = main.querySelector<HTMLCanvasElement>(`[data-strip="${n}"]`);
      const stage = wire && paperOf(wire);
      if (stage) {
        const scene = {
          play: app.play,
          track,
          now: app.now,
          speed: app.speed,
          still: calm.matches,
          angle: angles[n] ?? 0,
        };
        drawStage(stage, colours, scene);
        angles[n] = scene.angle;
      }
      const paper = strip && paperOf(strip);
      if (paper) drawStrip(paper, colours, app.play, track, app.now, app.speed);
    }
  };
  const say = (now: number): void => {
    const changes = app.play.tracks.flatMap((track) => track.changes);
    if (changes.length === heard || now - said < SAY || !app.ready) return;
    heard = changes.length;
    said = now;
    const latest = changes.reduce((one, other) => (other.at >= one.at ? other : one));
    live.textContent = told(latest);
  };
  const frame = (now: number): void => {
    app.frame(Math.min(now - last, 100));
    last = now;
    const due = now - words > (calm.matches ? CALM : WORDS) && (!app.paused || !app.ready);
    if (stale || due) {
      stale = false;
      words = now;
      render(page(app), main);
      main.dataset['now'] = String(app.now);
      main.dataset['ready'] = String(app.ready);
      say(now);
      picture = 0;
    }
    if (!calm.matches || now - picture > CALM) {
      picture = now;
      draw();
    }
    if (app.ready !== (main.dataset['ready'] === 'true')) stale = true;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame((now) => {
    last = now;
    frame(now);
  });

  addEventListener('hashchange', () => {
    app.load(location.hash);
    stale = true;
  });
  document.querySelector('[data-skip]')?.addEventListener('click', (event) => {
    event.preventDefault(); // the hash belongs to the scenario
    main.focus();
  });
  document.querySelector('[data-theme-switch]')?.addEventListener('click', () => {
    const dark = document.documentElement.classList.toggle('dark');
    try {
      localStorage.setItem('vitepress-theme-appearance', dark ? 'dark' : 'light');
    } catch {
      // a browser that keeps nothing: the choice lasts as long as the page
    }
    colours = coloursOf(document.documentElement);
  });
}
