import { HttpClient } from '@angular/common/http';
import { Component, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { catchError, EMPTY, exhaustMap, timer } from 'rxjs';
import { injectCircuit } from 'rxjs-circuit-breaker/angular';

interface Order {
  readonly id: number;
  readonly item: string;
}

/** Shows the orders, asks for them every half second, and says so when their backend is down. */
@Component({
  selector: 'shop-root',
  template: `
    <h1>Orders</h1>
    @switch (api.state()) {
      @case ('closed') {
        <p class="counts">
          In the last ten seconds: {{ api.counts().successes }} good answers,
          {{ api.counts().failures }} bad ones.
        </p>
      }
      @case ('open') {
        <p role="status">The orders are not up to date. Next try in <b>{{ api.retryIn() }} s</b>.</p>
      }
      @case ('half-open') {
        <p role="status" class="probing">Trying again …</p>
      }
    }
    <table>
      <thead><tr><th>No.</th><th>Item</th></tr></thead>
      <tbody>
        @for (order of orders(); track order.id) {
          <tr><td>{{ order.id }}</td><td>{{ order.item }}</td></tr>
        }
      </tbody>
    </table>
  `,
})
export class Shop {
  readonly api = injectCircuit();
  readonly orders = signal<readonly Order[]>([]);

  constructor() {
    const http = inject(HttpClient);
    const load = () => http.get<Order[]>('/api/orders').pipe(catchError(() => EMPTY));
    timer(0, 500)
      .pipe(exhaustMap(load), takeUntilDestroyed())
      .subscribe((orders) => this.orders.set(orders));
  }
}
