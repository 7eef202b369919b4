import { HttpService } from '@nestjs/axios';
import { Test } from '@nestjs/testing';
import { of } from 'rxjs';
import { expect } from 'vitest';
import { CircuitBreakerRegistry } from '../../../src/nestjs/index.ts';
import type { Scenes } from '../scene.ts';

/** What the snippet about NestJS does. */
export const nestjs: Scenes = {
  async NestJS({ play }) {
    const { AppModule, ShopService } = await play();
    const app = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(HttpService)
      .useValue({ get: (url: string) => of(url) })
      .compile();
    const told: string[] = [];
    app
      .get(ShopService, { strict: false })
      .left('tea')
      .subscribe((value: string) => told.push(value));
    expect(told).toEqual(['/stock/tea']);
    const registry = app.get(CircuitBreakerRegistry, { strict: false });
    expect([...registry].map(([name]) => name).sort()).toEqual(['prices', 'stock']);
    expect(registry.get('stock')?.totals().successes).toBe(1);
    await app.close();
  },
};
