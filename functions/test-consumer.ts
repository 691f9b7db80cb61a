import { testConsumer } from 'ecom-analytics/functions';
import pipeline from '../pipeline/definition.ts';

/** Reads a topic back and checks every message. */
export const handler = testConsumer(pipeline);
