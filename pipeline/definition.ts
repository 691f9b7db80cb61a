import { defaultTopics, definePipeline } from 'ecom-analytics';
import { catalog } from './catalog.ts';
import { rules } from './rules.ts';

/** The pipeline of this shop. A further topic or order field is one entry. */
export default definePipeline({
  currency: 'USD',
  topics: {
    ...defaultTopics,
  },
  // One-minute windows every 30 seconds, final 30 seconds after their end.
  windows: { sizeMs: 60_000, slideMs: 30_000, watermarkMs: 30_000, deduplicate: true },
  rules,
  catalog,
  orderFields: {},
});
