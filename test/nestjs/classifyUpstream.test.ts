import { runInNewContext } from 'node:vm';
import {
  NotFoundException,
  RequestTimeoutException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { TimeoutError } from 'rxjs';
import { expect, test } from 'vitest';
import { CircuitOpenError } from '../../src/index.ts';
import { classifyUpstream } from '../../src/nestjs/index.ts';

const both = (error: unknown): string =>
  `${classifyUpstream(error, 'closed')}, ${classifyUpstream(error, 'half-open')}`;

const failure = 'failure, failure';
const ignored = 'ignored, ignored';
const answered = 'ignored, success';

test.each([
  [new NotFoundException(), answered],
  [new ServiceUnavailableException(), failure],
  [new RequestTimeoutException(), failure],
  [Object.assign(new Error('x'), { response: { status: 429 } }), ignored],
  [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), failure],
  [new TimeoutError(), failure],
  [new CircuitOpenError('other', 'open', 1), ignored],
  [new TypeError("Cannot read properties of undefined (reading 'id')"), ignored],
])('HTTP: %s is judged as everywhere (%#)', (error, verdict) => {
  expect(both(error)).toBe(verdict);
});

test.each([
  ['a handler that crashed', { status: 'error', message: 'Internal server error' }, failure],
  ['a handler that crashed, over Kafka', 'Internal server error', failure],
  ['a text that a handler threw', { status: 'error', message: 'out of stock' }, answered],
  ['a text, over Kafka', 'out of stock', answered],
  ['an object that a handler threw', { reason: 'out of stock' }, answered],
  ['an object with a status', { statusCode: 503, message: 'x' }, failure],
  ['an object with another status', { statusCode: 404, message: 'x' }, answered],
  [
    'the answer of CircuitOpenFilter',
    { status: 'error', statusCode: 503, code: 'ECIRCUITOPEN' },
    failure,
  ],
  ['nothing at all, as of permit.failure()', undefined, failure],
  ['null', null, failure],
  ['a closed connection', new Error('Connection closed'), failure],
  ['an exception of this app', new RpcException('x'), failure],
  ['an error of another realm', runInNewContext('new Error("x")'), failure],
])('microservices: %s', (_, error, verdict) => {
  expect(both(error)).toBe(verdict);
});

test.each([
  [0, 'success, success'],
  [1, ignored],
  [2, failure],
  [3, answered],
  [4, failure],
  [5, answered],
  [6, answered],
  [7, answered],
  [8, ignored],
  [9, answered],
  [10, answered],
  [11, answered],
  [12, failure],
  [13, failure],
  [14, failure],
  [15, failure],
  [16, answered],
  [17, failure],
])('gRPC: the code %i', (code, verdict) => {
  expect(both(Object.assign(new Error('x'), { code, details: 'x' }))).toBe(verdict);
});

test('a number in code that is not of gRPC decides nothing', () => {
  expect(both(Object.assign(new Error('x'), { code: 5 }))).toBe(failure);
});
