import { createServer } from 'node:http';
import express from 'express';
import { describe, expectTypeOf, it } from 'vitest';
import {
  type Authorization,
  type DashboardOptions,
  dashboard,
  type Handler,
  type NodeRequest,
  type NodeResponse,
  toNode,
} from '../../src/dashboard/index.ts';
import { circuitBreaker } from '../../src/index.ts';

const payments = circuitBreaker();

describe('dashboard', () => {
  it('is a handler of the Web standard', () => {
    expectTypeOf(dashboard({ payments })).toEqualTypeOf<Handler>();
    expectTypeOf<Handler>().toEqualTypeOf<(request: Request) => Promise<Response>>();
  });

  it('has options, all of them optional', () => {
    expectTypeOf<Authorization>().toEqualTypeOf<boolean | Response>();
    dashboard({ payments }, { authorize: ({ headers }) => headers.has('cookie') });
    dashboard({ payments }, { authorize: async () => Response.json('no', { status: 401 }) });
    expectTypeOf<DashboardOptions['describeError']>().toEqualTypeOf<
      ((error: unknown) => string) | undefined
    >();
    // @ts-expect-error a text is no permission
    dashboard({ payments }, { authorize: () => 'yes' });
    // @ts-expect-error there is no such option
    dashboard({ payments }, { interval: 5 });
  });
});

describe('toNode', () => {
  it('is a listener of node:http and a handler of Express', () => {
    const handler = toNode(dashboard({ payments }));
    createServer(handler);
    express().use('/breakers', handler);
    expectTypeOf(handler).parameter(0).toEqualTypeOf<NodeRequest>();
    expectTypeOf(handler).parameter(1).toEqualTypeOf<NodeResponse>();
  });
});
