/** Who acts under which role of the stack: functions by their name in serverless.yml, and the job. */
export const rolePrincipals: ReadonlyMap<string, string> = new Map([
  ['ProducerRole', 'producer'],
  ['TestConsumerRole', 'testConsumer'],
  ['AlertConsumerRole', 'alertConsumer'],
  ['EcomBrokersRole', 'ecomBrokers'],
  ['EcomWatchRole', 'ecomWatch'],
  ['EcomReplayRole', 'ecomReplay'],
  ['EMR_EC2_DefaultRole', 'job'],
]);

/** What a role must have although nothing here uses it, and who does use it, or when. */
const elsewhere: readonly { readonly who: RegExp; readonly what: RegExp; readonly why: string }[] = [
  { who: /./, what: /^logs:/, why: "Lambda writes a function's log" },
  { who: /./, what: /^ec2:/, why: 'Lambda places a function, or its poller, in the VPC' },
  {
    who: /^alertConsumer$/,
    what: /^kafka:|^s3:(PutObject|ListBucket)$/,
    why: "Lambda's poller finds the brokers, and keeps batches that fail",
  },
  {
    who: /^alertConsumer$/,
    what: /^dynamodb:(GetItem|DeleteItem)$/,
    why: 'Powertools looks at what it could not claim in one write, and gives up its claim where the action failed',
  },
  {
    who: /^ecomWatch$/,
    what: /^elasticmapreduce:ListSteps$/,
    why: 'it looks for the step of a submission that was ended before its number was written down',
  },
  {
    who: /^ecomWatch$/,
    what: /^s3:PutObject .*\/control\/alerts\/step\.json$/,
    why: 'it writes down the restart of the second application, which real-time alerts have',
  },
  {
    who: /^ecomWatch$/,
    what: /^s3:ListBucket$/,
    why: 'without it S3 answers 403 to the read of an object that is not there',
  },
  {
    who: /^job$/,
    what: /^kafka-cluster:(Alter|Describe)Group$/,
    why: 'Spark names groups, and joins them where offsets are fetched the old way',
  },
  {
    who: /^job$/,
    what: /^s3:(AbortMultipartUpload|ListMultipartUploadParts)$/,
    why: 'files of more than one part are uploaded so; here they are all small',
  },
  {
    who: /^job$/,
    what: /^s3:GetBucketLocation$|^s3:(GetObject|DeleteObject) .*\/(status|control)\/\*$/,
    why: "EMR's own file system asks for the region, looks before it writes, and takes its folders' markers away; here it is S3A",
  },
  {
    who: /^job$/,
    what: /^s3:(Get|Put|Delete)Object .*\/\.unfinished\/\*$/,
    why: 'a compaction writes the files of an hour there before it puts them in place',
  },
  {
    who: /^job$/,
    what: /^s3:DeleteObject .*\/checkpoints\/\*$/,
    why: 'Spark cleans a checkpoint up after a hundred batches; fewer run here',
  },
  {
    who: /^job$/,
    what: /^s3:(GetObject|ListBucket) .*-artifacts-/,
    why: 'spark-submit on EMR reads code and jars itself; here the local cloud hands them to it',
  },
];

/** Whether a role is known to need what nobody here was seen to use. */
export const isNeededElsewhere = (principal: string, action: string, resource: string): boolean =>
  elsewhere.some(
    ({ who, what }) => who.test(principal) && (what.test(action) || what.test(`${action} ${resource}`)),
  );
