import { EcomAnalyticsPlugin } from './plugin.ts';

/** What `plugins` of a serverless.yml names: `ecom-analytics/plugin`. osls requires it, and Node hands on this one export. */
export { EcomAnalyticsPlugin as default, EcomAnalyticsPlugin as 'module.exports' };
