import * as v from 'valibot';
import type { Use } from './use.ts';

/** Which IAM actions on which resources calls to AWS are, as `npm run cloud -- --record` keeps them. */

const account = '000000000000';
const region = 'us-east-1';

const ReceivedSchema = v.object({
  service: v.optional(v.string()),
  accessKeyId: v.optional(v.string()),
  application: v.optional(v.string()),
  method: v.string(),
  url: v.string(),
  target: v.optional(v.string()),
  copySource: v.optional(v.string()),
  body: v.string(),
});
type Received = v.InferOutput<typeof ReceivedSchema>;

type Call = Pick<Use, 'action' | 'resource' | 'prefix'>;

/** Source: service authorization reference, Amazon S3, and the API of each request. */
function s3Calls({ method, url, copySource, body }: Received): Call[] {
  const { pathname, searchParams: query } = new URL(url, 'http://localhost');
  const [bucket = '', ...rest] = pathname.slice(1).split('/');
  const key = decodeURIComponent(rest.join('/'));
  const bucketArn = `arn:aws:s3:::${bucket}`;
  const onBucket = (action: string): Call => ({ action: `s3:${action}`, resource: bucketArn });
  const onObject = (action: string, of = key): Call => ({
    action: `s3:${action}`,
    resource: `${bucketArn}/${of}`,
  });
  if (key === '') {
    if (query.has('location')) return [onBucket('GetBucketLocation')];
    if (query.has('uploads')) return [onBucket('ListBucketMultipartUploads')];
    if (query.has('versions')) return [onBucket('ListBucketVersions')];
    if (query.has('delete'))
      return [...body.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, of]) => onObject('DeleteObject', of));
    if (method === 'HEAD') return [onBucket('ListBucket')];
    if (method === 'GET') return [{ ...onBucket('ListBucket'), prefix: query.get('prefix') ?? '' }];
  } else {
    const copied =
      copySource === undefined
        ? []
        : [
            {
              action: 's3:GetObject',
              resource: `arn:aws:s3:::${decodeURIComponent(copySource).replace(/^\//, '').replace(/\?.*/, '')}`,
            },
          ];
    if (method === 'GET') return [onObject(query.has('uploadId') ? 'ListMultipartUploadParts' : 'GetObject')];
    if (method === 'HEAD') return [onObject('GetObject')];
    if (method === 'PUT' || method === 'POST') return [onObject('PutObject'), ...copied];
    if (method === 'DELETE')
      return [onObject(query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject')];
  }
  throw new Error(`Which permission of S3 is this? ${method} ${url}`);
}

const TableSchema = v.object({ TableName: v.string() });
const ClusterSchema = v.object({ ClusterId: v.optional(v.string()), JobFlowId: v.optional(v.string()) });

function callsOf(received: Received): Call[] {
  const { service, target = '', body, method, url } = received;
  const operation = target.split('.').at(-1) ?? '';
  if (service === 's3') return s3Calls(received);
  if (service === 'dynamodb') {
    const { TableName } = v.parse(TableSchema, JSON.parse(body));
    const resource = `arn:aws:dynamodb:${region}:${account}:table/${TableName}`;
    return [{ action: `dynamodb:${operation}`, resource }];
  }
  if (service === 'sns') {
    const form = new URLSearchParams(body);
    return [{ action: `sns:${form.get('Action')}`, resource: form.get('TopicArn') ?? '' }];
  }
  if (service === 'monitoring') {
    const named = new URLSearchParams(body).get('Action') ?? (operation || url.split('/').at(-1));
    return [{ action: `cloudwatch:${named}`, resource: '*' }];
  }
  if (service === 'elasticmapreduce') {
    const { ClusterId, JobFlowId } = v.parse(ClusterSchema, JSON.parse(body));
    const resource = `arn:aws:elasticmapreduce:${region}:${account}:cluster/${ClusterId ?? JobFlowId}`;
    return [{ action: `elasticmapreduce:${operation}`, resource }];
  }
  const [, mapping] = /\/event-source-mappings\/([\w-]+)$/.exec(url) ?? [];
  if (service === 'lambda' && mapping !== undefined && method === 'GET') {
    const resource = `arn:aws:lambda:${region}:${account}:event-source-mapping:${mapping}`;
    return [{ action: 'lambda:GetEventSourceMapping', resource }];
  }
  if (service === 'kafka' && /\/bootstrap-brokers$/.test(url))
    return [{ action: 'kafka:GetBootstrapBrokers', resource: '*' }];
  throw new Error(`Which permission is this? ${service} ${method} ${url} ${target}`);
}

/** Of Spark's, and of the functions': what a person's commands call is theirs to be allowed. */
export function awsUses(lines: readonly string[]): Use[] {
  return lines.flatMap((line) => {
    const received = v.parse(ReceivedSchema, JSON.parse(line));
    // Powertools adds to the name: `alertConsumer-PT-…`.
    const named = received.application?.replace(/-PT.*$/, '');
    const principal = received.accessKeyId === 'step' ? 'job' : named;
    if (principal === undefined) return [];
    return callsOf(received).map((call) => ({ principal, ...call }));
  });
}
