import * as v from 'valibot';
import type { JobWork, S3Requests } from '../../plugins/ecom-analytics/plugin/cost/s3-requests.ts';
import { statusEverySeconds } from '../../plugins/ecom-analytics/plugin/cost/s3-requests.ts';

const CallSchema = v.object({
  service: v.optional(v.string()),
  accessKeyId: v.optional(v.string()),
  method: v.string(),
  url: v.string(),
});

/** What Spark jobs asked of S3, and what they did with it, by the calls that `npm run cloud -- --record` keeps. */
export function jobRequests(lines: readonly string[]): { requests: S3Requests; work: JobWork } {
  const requests = { writes: 0, reads: 0 };
  const work = { batches: 0, stateCommits: 0, windowBatches: 0, jobSeconds: 0 };
  for (const line of lines) {
    const { service, accessKeyId, method, url } = v.parse(CallSchema, JSON.parse(line));
    if (service !== 's3' || accessKeyId !== 'step') continue;
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'));
    const lists = method === 'GET' && key === '';
    if (method === 'PUT' || method === 'POST' || lists || searchParams.has('list-type')) requests.writes++;
    else if (method === 'GET' || method === 'HEAD') requests.reads++;
    if (method !== 'PUT') continue;
    if (/\/commits\/\d+$/.test(key)) work.batches++;
    if (/\/windows\/commits\/\d+$/.test(key)) work.windowBatches++;
    if (/\/state\/.*\/\d+\.delta$/.test(key)) work.stateCommits++;
    if (/^status\//.test(key)) work.jobSeconds += statusEverySeconds;
  }
  return { requests, work };
}
