export { loadPartsWith } from './parts.ts';
export { EcomAnalyticsPlugin as default } from './plugin.ts';
