import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { bootstrapApplication } from '@angular/platform-browser';
import { circuitBreakerInterceptor, provideCircuitBreakers } from 'rxjs-circuit-breaker/angular';
import { Shop } from './shop';

bootstrapApplication(Shop, {
  providers: [
    provideHttpClient(withInterceptors([circuitBreakerInterceptor()])),
    provideCircuitBreakers({
      failureRateThreshold: 0.5,
      minimumCalls: 5,
      rollingWindow: 10_000,
      retryTimeout: 4_000,
    }),
  ],
}).catch((error: unknown) => console.error(error));
