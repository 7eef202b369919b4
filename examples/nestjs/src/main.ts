import 'reflect-metadata';
import type { AddressInfo, Server } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { INestApplication, LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { ShopModule, warehouse } from './shop.js';
import { WarehouseModule } from './warehouse.js';

interface Options {
  /** A port of 0 takes any that is free. */
  readonly ports: { readonly shop: number; readonly http: number; readonly tcp: number };
  /** Nest has one logger in a process, so both services share it. */
  readonly logger?: LoggerService;
}

/** Starts both services on loopback. */
export async function start({ ports, logger }: Options): Promise<{
  readonly shop: INestApplication;
  readonly other: INestApplication;
}> {
  const host = '127.0.0.1';
  const other = await NestFactory.create(WarehouseModule, { logger });
  const tcp = other.connectMicroservice<MicroserviceOptions>({
    transport: Transport.TCP,
    options: { host, port: ports.tcp },
  });
  await other.startAllMicroservices();
  await other.listen(ports.http, host);
  warehouse.http = other.getHttpServer().address().port;
  warehouse.tcp = (tcp.unwrap<Server>().address() as AddressInfo).port;

  const shop = await NestFactory.create(ShopModule, { logger });
  shop.enableShutdownHooks();
  await shop.listen(ports.shop, host);
  return { shop, other };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await start({ ports: { shop: 4200, ...warehouse } });
  console.log(`
The shop:             curl -i http://127.0.0.1:4200/left/tea       (and /price/tea, /health, /metrics)
Make its stock sick:  curl -X POST http://127.0.0.1:${warehouse.http}/mood/sick      (and /mood/well)`);
}
