import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyRecordStatus,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import { KeyMemory } from './key-memory.ts';

/**
 * Remembers in memory which alerts were acted on, in place of DynamoDB: the newest `capacity` of them at least, however
 * long ago that was. An order that is delivered again brings its alerts again, and it may come at any time.
 */
export class MemoryPersistence extends BasePersistenceLayer {
  readonly #inProgress = new Set<string>();
  readonly #done: KeyMemory;

  constructor(capacity: number) {
    super();
    this.#done = new KeyMemory(capacity);
  }

  protected override async _putRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    if (this.#inProgress.has(idempotencyKey) || this.#done.has(hashIn(idempotencyKey))) {
      throw new IdempotencyItemAlreadyExistsError(
        `${idempotencyKey} is known`,
        await this._getRecord(idempotencyKey),
      );
    }
    this.#inProgress.add(idempotencyKey);
  }

  /** It has been acted on: the one update there is. */
  protected override async _updateRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    if (this.#inProgress.delete(idempotencyKey)) this.#done.add(hashIn(idempotencyKey));
  }

  /** It could not be acted on. */
  protected override async _deleteRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    this.#inProgress.delete(idempotencyKey);
  }

  /** Of a key that is known: it is asked for no other. */
  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    return new IdempotencyRecord({
      idempotencyKey,
      status: this.#inProgress.has(idempotencyKey)
        ? IdempotencyRecordStatus.INPROGRESS
        : IdempotencyRecordStatus.COMPLETED,
    });
  }
}

/** A key is `prefix#hash`, and the hash is in Base64. */
function hashIn(idempotencyKey: string): string {
  return idempotencyKey.slice(idempotencyKey.lastIndexOf('#') + 1);
}
