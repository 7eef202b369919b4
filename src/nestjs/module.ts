import {
  type ConfigurableModuleAsyncOptions,
  ConfigurableModuleBuilder,
  type DynamicModule,
  Module,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { type CircuitBreakerFeature, FEATURES, featuresIn, nameOf } from './feature.js';
import { CircuitBreakerHealthIndicator } from './health.js';
import { type CircuitBreakerModuleOptions, CircuitBreakerRegistry } from './registry.js';
import { getCircuitBreakerToken } from './token.js';

/**
 * The source of the options of `forRootAsync`: `useFactory` (with `inject` and `imports`), `useClass` or `useExisting`.
 *
 * @example
 * ```ts
 * const options: CircuitBreakerModuleAsyncOptions = { useFactory: async () => ({ failureThreshold: 5 }) };
 * CircuitBreakerModule.forRootAsync(options);
 * ```
 */
export type CircuitBreakerModuleAsyncOptions = ConfigurableModuleAsyncOptions<
  CircuitBreakerModuleOptions,
  'createCircuitBreakerOptions'
>;

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  /* @__PURE__ */ new ConfigurableModuleBuilder<CircuitBreakerModuleOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createCircuitBreakerOptions')
    .build();

/**
 * Circuit breakers for Nest: `forRoot` once, with the options of all breakers; `forFeature` in each module, with the
 * breakers that the module's providers inject.
 *
 * @example
 * ```ts
 * @Module({ imports: [CircuitBreakerModule.forFeature('stock', { name: 'prices', retryTimeout: 5_000 })] })
 * class ShopModule {}
 *
 * @Module({ imports: [CircuitBreakerModule.forRoot({ failureRateThreshold: 0.5 }), ShopModule] })
 * class AppModule {}
 * ```
 */
// biome-ignore lint/complexity/noStaticOnlyClass: Nest takes a class for a module
export class CircuitBreakerModule {
  /**
   * The registry for the whole app, with the options of all breakers. For the root module.
   *
   * @param options The options of all breakers. @default those of `circuitBreaker`, with `classifyUpstream`
   */
  static forRoot(options: CircuitBreakerModuleOptions = {}): DynamicModule {
    return root(ConfigurableModuleClass.forRoot(options));
  }

  /**
   * `forRoot` with options that come from another provider.
   *
   * @example
   * ```ts
   * CircuitBreakerModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({ optionsFor: (name) => config.get(`circuits.${name}`) }),
   * });
   * ```
   */
  static forRootAsync(options: CircuitBreakerModuleAsyncOptions): DynamicModule {
    return root(ConfigurableModuleClass.forRootAsync(options));
  }

  /**
   * The breakers that a module's providers inject: each a name, or a name with options. The same name in two modules
   * is the same breaker; then one of the modules gives the options.
   *
   * @throws TypeError or RangeError for a name that is no text.
   */
  static forFeature(
    ...features: readonly [CircuitBreakerFeature, ...CircuitBreakerFeature[]]
  ): DynamicModule {
    const tokens = features.map((feature) => getCircuitBreakerToken(nameOf(feature)));
    return {
      module: CircuitBreakerModule,
      providers: [
        { provide: FEATURES, useValue: features },
        ...features.map((feature, at) => ({
          provide: tokens[at] as string,
          inject: [{ token: CircuitBreakerRegistry, optional: true }],
          useFactory: (registry?: CircuitBreakerRegistry) => {
            if (registry !== undefined) return registry.get(nameOf(feature));
            throw new Error(
              'CircuitBreakerModule.forFeature needs CircuitBreakerModule.forRoot() in the imports of the root module',
            );
          },
        })),
      ],
      exports: tokens,
    };
  }
}

Module({})(CircuitBreakerModule); // a call, for decorators would need the compiler options of an app

function root({ providers = [], ...rest }: DynamicModule): DynamicModule {
  return {
    ...rest,
    module: CircuitBreakerModule,
    global: true,
    providers: [
      ...providers,
      {
        provide: CircuitBreakerRegistry,
        inject: [MODULE_OPTIONS_TOKEN, ModulesContainer],
        useFactory: (options: CircuitBreakerModuleOptions, modules: ModulesContainer) => {
          const roots = [...modules.values()].filter((module) =>
            module.providers.has(CircuitBreakerRegistry),
          );
          if (roots.length > 1) {
            throw new Error(
              `CircuitBreakerModule.forRoot is imported ${roots.length} times; import it once, in the root module`,
            );
          }
          return new CircuitBreakerRegistry(options, () => featuresIn(modules));
        },
      },
      {
        provide: CircuitBreakerHealthIndicator,
        inject: [CircuitBreakerRegistry, ModulesContainer],
        useFactory: (registry: CircuitBreakerRegistry, modules: ModulesContainer) =>
          new CircuitBreakerHealthIndicator(registry, modules),
      },
    ],
    exports: [CircuitBreakerRegistry, CircuitBreakerHealthIndicator],
  };
}
