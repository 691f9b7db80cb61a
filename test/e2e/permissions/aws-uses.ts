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

/** Source: service authorization reference, AWS Lambda, and the API of each request. */
function lambdaCall({ method, url }: Received): Call {
  const { pathname } = new URL(url, 'http://localhost');
  const [, kind = '', named = '', what = ''] =
    /^\/\d{4}-\d\d-\d\d\/(functions|event-source-mappings)\/([^/]+)\/?([\w-]*)/.exec(pathname) ?? [];
  const name = decodeURIComponent(named).split(':function:').at(-1) ?? '';
  if (kind === 'event-source-mappings') {
    const action = { GET: 'GetEventSourceMapping', PUT: 'UpdateEventSourceMapping' }[method];
    if (action === undefined) throw new Error(`Which permission of Lambda is this? ${method} ${url}`);
    return {
      action: `lambda:${action}`,
      resource: `arn:aws:lambda:${region}:${account}:event-source-mapping:${name}`,
    };
  }
  const actions: Readonly<Record<string, string>> = {
    'GET ': 'GetFunction',
    'GET configuration': 'GetFunctionConfiguration',
    'GET versions': 'ListVersionsByFunction',
    'POST invocations': 'InvokeFunction',
    'PUT code': 'UpdateFunctionCode',
    'PUT configuration': 'UpdateFunctionConfiguration',
  };
  const action = actions[`${method} ${what}`];
  if (action === undefined) throw new Error(`Which permission of Lambda is this? ${method} ${url}`);
  return { action: `lambda:${action}`, resource: `arn:aws:lambda:${region}:${account}:function:${name}` };
}

/** Source: service authorization reference, Amazon MSK, and the API of each request. */
function kafkaCall({ method, url }: Received): Call {
  const { pathname } = new URL(url, 'http://localhost');
  const [, kind = '', arn = '', below = ''] =
    /^\/(?:api\/)?v\d\/(clusters|tags)\/([^/]+)\/?(.*)$/.exec(pathname) ?? [];
  const what = below.replace(/^topics\/.+/, 'topic');
  const actions: Readonly<Record<string, string>> = {
    'GET clusters ': pathname.startsWith('/api/v2') ? 'DescribeClusterV2' : 'DescribeCluster',
    'GET clusters bootstrap-brokers': 'GetBootstrapBrokers',
    'GET clusters topics': 'ListTopics',
    'POST clusters topics': 'CreateTopic',
    'GET clusters topic': 'DescribeTopic',
    'PUT clusters topic': 'UpdateTopic',
    'DELETE clusters topic': 'DeleteTopic',
    'POST tags ': 'TagResource',
    'DELETE tags ': 'UntagResource',
  };
  const action = actions[`${method} ${kind} ${what}`];
  if (action === undefined) throw new Error(`Which permission of MSK is this? ${method} ${url}`);
  const resource = action === 'GetBootstrapBrokers' ? '*' : decodeURIComponent(arn);
  return { action: `kafka:${action}`, resource };
}

function cloudFormationCall({ body, target = '' }: Received): Call {
  const form = new URLSearchParams(body);
  const action = form.get('Action') ?? target.split('.').at(-1) ?? '';
  const name = form.get('StackName') ?? form.get('ChangeSetName') ?? '';
  const stack = name.startsWith('arn:')
    ? name
    : `arn:aws:cloudformation:${region}:${account}:stack/${name}/1`;
  return { action: `cloudformation:${action}`, resource: action === 'ValidateTemplate' ? '*' : stack };
}

const TableSchema = v.object({ TableName: v.string() });
const LogGroupSchema = v.object({ logGroupName: v.string() });
const RepositoriesSchema = v.object({ repositoryNames: v.array(v.string()) });
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
  if (service === 'kafka') return [kafkaCall(received)];
  if (service === 'lambda') return [lambdaCall(received)];
  if (service === 'cloudformation') return [cloudFormationCall(received)];
  if (service === 'logs') {
    const { logGroupName } = v.parse(LogGroupSchema, JSON.parse(body));
    const resource = operation.startsWith('Describe')
      ? '*'
      : `arn:aws:logs:${region}:${account}:log-group:${logGroupName}`;
    return [{ action: `logs:${operation}`, resource }];
  }
  if (service === 'ecr') {
    const repository = v.parse(RepositoriesSchema, JSON.parse(body)).repositoryNames[0];
    return [
      { action: `ecr:${operation}`, resource: `arn:aws:ecr:${region}:${account}:repository/${repository}` },
    ];
  }
  // Anyone may ask who they are.
  if (service === 'sts') return [];
  throw new Error(`Which permission is this? ${service} ${method} ${url} ${target}`);
}

/** Who the commands are, by the name that the test gives them. */
export const deployer = 'deployer';

/** Of Spark's, of the functions' and of the commands'. */
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
