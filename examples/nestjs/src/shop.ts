// The service with circuit breakers: one for each thing that can fail by itself.
import { HttpModule, HttpService } from '@nestjs/axios';
import { Controller, Get, Inject, Injectable, Module, Param } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type ClientProxy, ClientsModule, Transport } from '@nestjs/microservices';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { map, type Observable, timeout } from 'rxjs';
import type { CircuitBreaker } from 'rxjs-circuit-breaker';
import {
  CircuitBreakerHealthIndicator,
  CircuitBreakerModule,
  CircuitBreakerRegistry,
  CircuitOpenFilter,
  InjectCircuitBreaker,
} from 'rxjs-circuit-breaker/nestjs';

/** Where the other service is. */
export const warehouse = { http: 4201, tcp: 4202 };

@Injectable()
class ShopService {
  constructor(
    private readonly http: HttpService,
    @Inject('PRICES') private readonly prices: ClientProxy,
    @InjectCircuitBreaker('stock') private readonly stockCircuit: CircuitBreaker,
    @InjectCircuitBreaker('prices') private readonly priceCircuit: CircuitBreaker,
  ) {}

  left(item: string): Observable<number> {
    return this.http.get<{ left: number }>(`/stock/${item}`).pipe(
      map(({ data }) => data.left),
      this.stockCircuit,
    );
  }

  price(item: string): Observable<{ euros: number }> {
    return this.prices.send<{ euros: number }>('price', item).pipe(
      timeout(2_000), // before the breaker: an answer that is late is a failure
      this.priceCircuit,
    );
  }
}

@Controller()
class ShopController {
  constructor(private readonly shop: ShopService) {}

  @Get('left/:item')
  left(@Param('item') item: string): Observable<number> {
    return this.shop.left(item);
  }

  @Get('price/:item')
  price(@Param('item') item: string): Observable<{ euros: number }> {
    return this.shop.price(item);
  }
}

@Controller()
class OperationsController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly circuitHealth: CircuitBreakerHealthIndicator,
    private readonly circuits: CircuitBreakerRegistry,
  ) {}

  @Get('health')
  @HealthCheck()
  check() {
    return this.health.check([() => this.circuitHealth.check('circuits')]);
  }

  @Get('metrics')
  metrics() {
    return [...this.circuits].map(([name, circuit]) => ({
      name,
      state: circuit.state,
      ...circuit.totals(),
    }));
  }
}

@Module({
  imports: [
    HttpModule.registerAsync({
      useFactory: () => ({ baseURL: `http://127.0.0.1:${warehouse.http}`, timeout: 2_000 }),
    }),
    ClientsModule.registerAsync([
      {
        name: 'PRICES',
        useFactory: () => ({
          transport: Transport.TCP,
          options: { host: '127.0.0.1', port: warehouse.tcp },
        }),
      },
    ]),
    TerminusModule,
    CircuitBreakerModule.forRoot({ consecutiveFailureThreshold: 3, retryTimeout: 1_000 }),
    CircuitBreakerModule.forFeature('stock', 'prices'),
  ],
  controllers: [ShopController, OperationsController],
  providers: [ShopService, { provide: APP_FILTER, useClass: CircuitOpenFilter }],
})
export class ShopModule {}
