import { producer } from 'ecom-analytics/functions';
import pipeline from '../pipeline/definition.ts';

/** Sends simulated orders for a while. */
export const handler = producer(pipeline);
