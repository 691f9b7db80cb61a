import { alertConsumer } from 'ecom-analytics/functions';
import pipeline from '../pipeline/definition.ts';

/** Acts once on each alert: it tells people, and calls `act` here if you add one. */
export const handler = alertConsumer(pipeline);
