export type { CircuitSource } from '../telemetry/sources.js';
export { dashboard, type Handler } from './dashboard.js';
export type { Authorization, DashboardOptions } from './settings.js';
export { type NodeRequest, type NodeResponse, toNode } from './toNode.js';
