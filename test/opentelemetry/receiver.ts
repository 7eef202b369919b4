import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Point {
  readonly value: number;
  readonly attributes: Record<string, string>;
  readonly buckets?: readonly number[];
}

export interface Metric {
  readonly name: string;
  readonly unit: string;
  /** `sum`, `gauge` or `histogram`, as OTLP has it. */
  readonly kind: string;
  readonly monotonic: boolean;
  readonly points: readonly Point[];
}

export interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly status: { readonly code: number; readonly message?: string };
  readonly attributes: Record<string, string | number>;
}

/** A receiver of OTLP over HTTP in JSON, on loopback. It keeps the last metrics and all spans. */
export interface Receiver {
  readonly url: string;
  /** All that was sent, as it was sent. */
  readonly bodies: string[];
  readonly metrics: Metric[];
  readonly spans: Span[];
  close(): Promise<void>;
}

export async function receiver(): Promise<Receiver> {
  const received: Receiver = {
    url: '',
    bodies: [],
    metrics: [],
    spans: [],
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    received.bodies.push(text);
    const body = JSON.parse(text);
    for (const resource of body.resourceMetrics ?? []) {
      const scopes = resource.scopeMetrics;
      received.metrics.splice(0, Number.POSITIVE_INFINITY, ...scopes.flatMap(metricsOf));
    }
    for (const resource of body.resourceSpans ?? []) {
      for (const scope of resource.scopeSpans) received.spans.push(...scope.spans.map(spanOf));
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  server.keepAliveTimeout = 1;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(received, { url: `http://127.0.0.1:${port}` });
}

type Raw = Record<string, never>;

function metricsOf(scope: { metrics: Raw[] }): Metric[] {
  return scope.metrics.map((metric) => {
    const { name, unit } = metric;
    const kind = ['sum', 'gauge', 'histogram'].find((it) => it in metric) as string;
    const { isMonotonic = false, dataPoints } = metric[kind] as unknown as {
      isMonotonic?: boolean;
      dataPoints: Record<string, number>[];
    };
    const points = dataPoints.map((point) => ({
      value: Number(point['asInt'] ?? point['asDouble'] ?? point['count']),
      attributes: attributesOf(point['attributes']) as Record<string, string>,
      ...('bucketCounts' in point && {
        buckets: (point['bucketCounts'] as unknown as number[]).map(Number),
      }),
    }));
    return { name, unit, kind, monotonic: isMonotonic, points };
  }) as unknown as Metric[];
}

function spanOf(span: Raw): Span {
  return Object.assign({ parentSpanId: '' }, span as unknown as Span, {
    attributes: attributesOf(span['attributes']),
  });
}

function attributesOf(list: unknown): Record<string, string | number> {
  const pairs = list as { key: string; value: Record<string, string | number> }[];
  return Object.fromEntries(
    pairs.map(({ key, value }) => [key, Object.values(value)[0] as string | number]),
  );
}
