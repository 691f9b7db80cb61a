import type { DesiredTopic } from './desired.ts';

/** A topic as it is on the cluster. */
export interface ActualTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** As far as the cluster reports them; keys that nobody declared are among them. */
  readonly configs: Readonly<Record<string, string>>;
}

/** The topics of one cluster, through whichever door: the MSK topic API or a Kafka admin client. */
export interface TopicStore {
  /** How it is reached, for messages. */
  readonly door: string;
  /** Those of the named topics that exist. A read that is denied is an error, never an absence. */
  read(names: readonly string[]): Promise<ActualTopic[]>;
  /** Makes a topic and waits until it is there. One that exists already is left as it is, and `false` is the answer. */
  create(topic: DesiredTopic): Promise<boolean>;
  /** Raises the number of partitions and waits until it shows. */
  addPartitions(name: string, partitions: number): Promise<void>;
  /** Sets these configs, leaves others as they are where the door allows it, and waits until they show. */
  setConfigs(name: string, configs: Readonly<Record<string, string>>): Promise<void>;
  /** Deletes a topic and waits until it is gone. One that is gone already is no error. */
  delete(name: string): Promise<void>;
  close(): Promise<void>;
}
