import {
  IdempotencyItemAlreadyExistsError,
  IdempotencyItemNotFoundError,
} from '@aws-lambda-powertools/idempotency';
import { BasePersistenceLayer, IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';

type Status = ReturnType<IdempotencyRecord['getStatus']>;

/**
 * Remembers in memory which alerts were acted on, in place of DynamoDB: the newest so many of them. An alert comes again
 * within seconds (producer and stream) or with an order that is delivered again, so older ones are not missed.
 */
export class MemoryPersistence extends BasePersistenceLayer {
  readonly #capacity: number;
  readonly #statuses = new Map<string, Status>();

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const { idempotencyKey } = record;
    if (this.#statuses.has(idempotencyKey)) {
      throw new IdempotencyItemAlreadyExistsError(
        `${idempotencyKey} is known`,
        await this._getRecord(idempotencyKey),
      );
    }
    this.#statuses.set(idempotencyKey, record.getStatus());
    if (this.#statuses.size <= this.#capacity) return;
    for (const oldest of this.#statuses.keys()) {
      this.#statuses.delete(oldest);
      break;
    }
  }

  protected override async _updateRecord(record: IdempotencyRecord): Promise<void> {
    this.#statuses.set(record.idempotencyKey, record.getStatus());
  }

  protected override async _deleteRecord(record: IdempotencyRecord): Promise<void> {
    this.#statuses.delete(record.idempotencyKey);
  }

  protected override async _getRecord(idempotencyKey: string): Promise<IdempotencyRecord> {
    const status = this.#statuses.get(idempotencyKey);
    if (status === undefined) throw new IdempotencyItemNotFoundError(`${idempotencyKey} is not known`);
    return new IdempotencyRecord({
      idempotencyKey,
      status,
      expiryTimestamp: Math.ceil(Date.now() / 1000) + this.expiresAfterSeconds,
    });
  }
}
