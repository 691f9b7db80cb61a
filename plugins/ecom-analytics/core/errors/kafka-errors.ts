import type { ErrorEntries } from './error-entry.ts';

export const kafka = {
  ECOM_BROKERS_INVALID: {
    means: 'The list of bootstrap brokers is empty, or an entry is not `host:port`.',
    causes: ['the port is missing', 'a space or another separator in place of a comma'],
    fix: 'Write `host:port`, several separated by commas. Amazon MSK with IAM listens on port 9098.',
    see: 'running-locally.md#send-orders-to-a-kafka-cluster',
  },
  ECOM_BROKERS_MISSING: {
    means: 'A function does not know where Kafka is: `ECOM_BOOTSTRAP_BROKERS` is not set.',
    causes: [
      'the function was started by hand, without the variable',
      '`environment` of the function in `serverless.yml` was replaced',
    ],
    fix: 'Deploy the stage, which sets the variable. By hand, set it to `host:port`, or use `npm run invoke`, which starts a broker.',
    see: 'running-locally.md#try-a-function',
  },
  ECOM_CLUSTER_ARN_INVALID: {
    means: 'The value of `--cluster-arn` is not the ARN of an MSK cluster.',
    causes: ['a name in place of the ARN', 'an ARN that was cut off when it was copied'],
    fix: 'Copy the ARN from the MSK console, or from `aws kafka list-clusters-v2`.',
  },
  ECOM_CLUSTER_AUTH: {
    means: 'The MSK cluster does not accept IAM authentication, which the functions and Spark sign in with.',
    causes: ['an existing cluster whose security settings have IAM switched off'],
    fix: 'Turn IAM on; the message has the command. MSK takes some minutes for it.',
    see: 'deploy.md#use-clusters-that-you-have',
  },
  ECOM_CLUSTER_BUSY: {
    means: 'The MSK cluster is being created or changed, and its topics cannot be changed meanwhile.',
    causes: ['an update of the cluster, by you or by AWS’s maintenance'],
    fix: 'Wait until the MSK console shows the cluster as active, then run the command again; it resumes where it stopped.',
  },
  ECOM_CLUSTER_GONE: {
    means: 'The MSK cluster is being deleted, or has failed.',
    causes: ['somebody deleted the cluster that `msk.existing` names'],
    fix: 'Name another cluster in `msk.existing.clusterArn`, or let the stage create one with `msk.create`.',
    see: 'troubleshoot.md#another-kafka-cluster',
  },
  ECOM_CLUSTER_NOT_FOUND: {
    means: 'MSK does not know a cluster with this ARN.',
    causes: [
      'a cluster of another account or region than the credentials',
      'a cluster that was deleted',
      'a typing error',
    ],
    fix: 'Compare with `aws kafka list-clusters-v2`, in the region of the ARN.',
  },
  ECOM_CLUSTER_UNKNOWN: {
    means: 'MSK did not answer with the brokers of the cluster that `--cluster-arn` names.',
    causes: [
      'the cluster does not accept IAM authentication',
      'credentials that do not allow `kafka:GetBootstrapBrokers`',
      'an ARN of another account or region',
    ],
    fix: 'Check the three causes in this order; the message quotes MSK’s answer.',
  },
  ECOM_DEAD_LETTERS_SLOW: {
    means: 'The function that reads dead letters did not reach the end of the topic in time.',
    causes: ['brokers that are slow or cannot be reached', 'very large records'],
    fix: 'Run the command again with a smaller `--max`. `sls ecom doctor` shows whether the brokers can be reached.',
    see: 'operate.md#records-that-were-refused',
  },
  ECOM_KAFKA_AUTH: {
    means: 'The brokers refuse the streaming job’s sign-in or one of its actions.',
    causes: [
      'the instance role of an existing EMR cluster lacks the policy that the deploy attaches',
      '`--auth` does not fit the listener',
    ],
    fix: 'Deploy the stage again. The role needs `kafka-cluster:Connect` on the cluster and the actions on the topics.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_KAFKA_AUTHENTICATION: {
    means: 'The brokers refuse the sign-in of a function or the producer.',
    causes: [
      'the role lacks `kafka-cluster:Connect`',
      'credentials that have expired',
      'a plain local broker that was signed in to with IAM',
    ],
    fix: 'Allow `kafka-cluster:Connect` on the cluster. For a plain local broker set `ECOM_KAFKA_AUTH=none`.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_KAFKA_AUTH_INVALID: {
    means: '`ECOM_KAFKA_AUTH` or `--auth` is neither `iam` nor `none`.',
    causes: ['a typing error', 'the name of another mechanism, such as SCRAM, which is not supported'],
    fix: 'Use `iam` for Amazon MSK, or `none` for a plain local broker.',
  },
  ECOM_KAFKA_DENIED: {
    means: 'Kafka accepts the sign-in but does not allow the action on the topic or group.',
    causes: ['a role that was changed by hand', 'a topic or a prefix that is newer than the last deploy'],
    fix: 'Deploy the stage again: the plugin grants its functions what they need. `sls ecom doctor` shows what they reach.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_KAFKA_FAILED: {
    means: 'Kafka failed for a reason that is none of the known ones. The message quotes it.',
    causes: [
      'brokers that restart or are short of disk',
      'a setting of the cluster that refuses the record or request',
    ],
    fix: 'Look at the brokers and their log, then run the command again.',
    see: 'operate.md#logs',
  },
  ECOM_KAFKA_UNREACHABLE: {
    means: 'No connection to the brokers could be made, or they did not answer in time.',
    causes: [
      'on AWS, a security group that does not allow the function or cluster to reach the brokers on port 9098',
      'a machine outside of the cluster’s network',
      'brokers that are down or overloaded',
      'a wrong address',
    ],
    fix: 'Check the address and that the brokers are up, then the security groups. `sls ecom doctor` tries it from inside the network.',
    see: 'troubleshoot.md#authentication',
  },
  ECOM_LEDGER: {
    means: 'The ledger of topics, in which the stage remembers the topics that it owns, cannot be read.',
    causes: ['a newer version of the plugin wrote it', 'somebody changed the object'],
    fix: 'Update ecom-analytics. If there is no newer version, delete the object: the topics are then adopted again as existing ones.',
    see: 'deploy.md#topics',
  },
  ECOM_RECORD_TOO_LARGE: {
    means: 'The brokers refuse a record because it is larger than the topic allows.',
    causes: ['an order with very long texts', 'a small `max.message.bytes` of the topic'],
    fix: 'Send less in one record, or raise `max.message.bytes` under `topics.*.configs`.',
    see: 'operate.md#tune',
  },
  ECOM_REGION_MISSING: {
    means: 'Signing in to MSK needs the region of the cluster, and the environment names none.',
    causes: ['the function or the producer runs outside of Lambda, without `AWS_REGION`'],
    fix: 'Set `AWS_REGION`. For a plain local broker set `ECOM_KAFKA_AUTH=none`, or pass `--auth none`.',
  },
  ECOM_REPLAY_FILE: {
    means:
      'The file for `dead-letters replay` is missing or empty, or one of its lines is not a repaired record. Nothing was sent.',
    causes: [
      'an order that is still not valid; the message says why',
      'two lines for the same record',
      'a file that is not JSON lines',
    ],
    fix: 'Correct the line that the message names. `sls ecom dead-letters list --json` shows what to repair.',
    see: 'operate.md#records-that-were-refused',
  },
  ECOM_REPLAY_UNKNOWN: {
    means:
      'The file for `dead-letters replay` has a line about a record that was not refused. Nothing was sent.',
    causes: ['a wrong `partition` or `offset`', 'the file of another stage'],
    fix: 'Take partition and offset from `sls ecom dead-letters list --json`.',
    see: 'operate.md#records-that-were-refused',
  },
  ECOM_TOPIC_API: {
    means: 'The stage is set to make topics through the MSK topic API, and the cluster does not have it.',
    causes: ['MSK Serverless', 'a cluster with Kafka before 3.6'],
    fix: 'Set `topics.through: auto`, and run the command from where the brokers can be reached.',
    see: 'deploy.md#use-clusters-that-you-have',
  },
  ECOM_TOPIC_CONFIG: {
    means:
      'The cluster does not take a config of a topic. The message names it and quotes the broker. The topic has kept what it had.',
    causes: [
      'a config that the cluster’s Kafka version does not know',
      'a config that the kind of cluster does not allow, as on MSK Serverless',
      'a value outside of its range',
    ],
    fix: 'Change or remove it under `topics.*.configs`, and deploy again.',
    see: 'troubleshoot.md#topic-not-found',
  },
  ECOM_TOPIC_DELETE_YES: {
    means: '`sls ecom topics delete` was called without a confirmation. Nothing was deleted.',
    causes: [],
    fix: 'Add `--yes` to delete the topic with every record in it, or `--keep` to leave it on the cluster and only stop managing it.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_DIFFERENCES: {
    means: '`sls ecom doctor` found topics that differ from the configuration.',
    causes: ['a configuration that is not deployed yet', 'somebody changed a topic by hand'],
    fix: '`sls ecom topics plan` shows the differences; `sls deploy` or `sls ecom topics apply` fixes what can be fixed.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_MISSING: {
    means: 'The topic does not exist, or the role may not see it: Kafka gives the same answer to both.',
    causes: [
      'the topics were not made yet',
      'a topic that was made less than a minute ago',
      'a role without `kafka-cluster:DescribeTopic`',
      '`topics.prefix` was changed without a deploy',
    ],
    fix: 'Deploy the stage, or run `sls ecom topics apply`. If `sls ecom topics plan` shows that the topic exists, look at the role.',
    see: 'troubleshoot.md#topic-not-found',
  },
  ECOM_TOPIC_NAME_LENGTH: {
    means: 'The name of a topic is too long for the tag by which a stage claims it on the cluster.',
    causes: ['a long `topics.prefix`'],
    fix: 'Shorten `topics.prefix`; the message says how many characters a name may have.',
  },
  ECOM_TOPIC_NOT_OWNED: {
    means: '`topics delete` was asked for a topic that does not belong to this stage. Nothing was deleted.',
    causes: ['a typing error', 'the topic of another stage on the same cluster'],
    fix: 'Name one of the topics that the message lists.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_OWNED: {
    means: 'Another stage on the same cluster already owns a topic of this name. Nothing was changed.',
    causes: ['two stages that share a cluster and have the same `topics.prefix`'],
    fix: 'Give this stage topics of its own, for example with `topics.prefix: dev-`.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_RENAME: {
    means: 'A topic has another name than when the stage was last deployed, and Kafka cannot rename topics.',
    causes: ['`topics.prefix` or the name in `pipeline/` was changed'],
    fix: 'Go back to the old name. Or stop managing the old topic with `sls ecom topics delete --topic NAME --keep`, and deploy with a new checkpoint.',
    see: 'troubleshoot.md#checkpoint-recovery',
  },
  ECOM_TOPIC_REPLICATION: {
    means:
      'A topic has another replication factor than the configuration asks for, which a deploy does not change.',
    causes: [
      'a cluster with a different number of brokers than before',
      'a topic that existed before the stage',
    ],
    fix: 'Ask for the factor that it has, or reassign its replicas with Kafka’s `kafka-reassign-partitions.sh`.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_SHRINK: {
    means:
      'The configuration asks for fewer partitions than a topic has, and Kafka cannot remove partitions.',
    causes: [
      '`topics.*.partitions` was lowered',
      'a topic that existed before the stage has more partitions',
    ],
    fix: 'Ask for as many as it has, or for a new set of topics with another `topics.prefix`, and let the old ones run out.',
    see: 'deploy.md#topics',
  },
  ECOM_TOPIC_SLOW: {
    means: 'A change to a topic did not show on the cluster in time. It may still arrive.',
    causes: ['brokers that are busy', 'the topic API, which may give an outdated answer for about a minute'],
    fix: 'Look at the cluster in the MSK console, then run the command again; it resumes where it stopped.',
    see: 'troubleshoot.md#topic-not-found',
  },
} satisfies ErrorEntries;
