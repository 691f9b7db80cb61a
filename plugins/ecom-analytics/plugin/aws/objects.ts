import * as v from 'valibot';
import { EcomError } from '../../core/error.ts';
import { absent, calling, isNamed } from './aws-failure.ts';
import type { AwsClients } from './clients.ts';

/** An object that exists in a bucket. */
export interface ListedObject {
  readonly key: string;
  readonly bytes: number;
  /** Epoch milliseconds. */
  readonly modifiedAtMs: number;
}

/** Whether a bucket's name can still be had; `unknown` where S3 does not say. */
export type BucketStanding = 'free' | 'readable' | 'elsewhere' | 'unknown';

/** What S3 answers in place of a bucket, as far as its SDK hands it on. */
const RefusalSchema = v.object({
  $metadata: v.object({ httpStatusCode: v.number() }),
  $response: v.optional(v.object({ headers: v.record(v.string(), v.unknown()) })),
});

/** What S3 says of a write whose condition another version does not meet. */
const otherVersion = ['PreconditionFailed', 'ConditionalRequestConflict'] as const;

/** One S3 bucket. */
export class Bucket {
  readonly #clients: Pick<AwsClients, 's3'>;
  readonly name: string;

  constructor(clients: Pick<AwsClients, 's3'>, name: string) {
    this.#clients = clients;
    this.name = name;
  }

  #resource(key: string): string {
    return `arn:aws:s3:::${this.name}/${key}`;
  }

  /** The bytes of an object; undefined where there is none, or no bucket any more. */
  async bytes(key: string): Promise<Uint8Array | undefined> {
    return (await this.#object(key))?.bytes;
  }

  async text(key: string): Promise<string | undefined> {
    const bytes = await this.bytes(key);
    return bytes && Buffer.from(bytes).toString('utf8');
  }

  /** An object as JSON. Throws EcomError `ECOM_OBJECT_INVALID` when it is none. */
  async json(key: string): Promise<unknown> {
    const text = await this.text(key);
    return text === undefined ? undefined : this.#parsed(key, text);
  }

  #parsed(key: string, text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new EcomError(
        'ECOM_OBJECT_INVALID',
        {
          what: 'The object is not JSON',
          where: `s3://${this.name}/${key}`,
          fix: 'Another program has written it. Look at it, and remove it if nobody needs it.',
        },
        { cause },
      );
    }
  }

  async put(key: string, body: string | Uint8Array, contentType = 'application/json'): Promise<void> {
    const s3 = await this.#clients.s3();
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await calling({ action: 's3:PutObject', resource: this.#resource(key) }, () =>
      s3.send(new PutObjectCommand({ Bucket: this.name, Key: key, Body: body, ContentType: contentType })),
    );
  }

  /** Writes an object that is not there yet. Returns false, and leaves it alone, where there is one. */
  async putNew(key: string, body: string): Promise<boolean> {
    return (await this.#putIf(key, body, { IfNoneMatch: '*' }, absent(...otherVersion))) !== undefined;
  }

  /** An object as JSON, with the ETag that tells this version of it from others. Throws as {@link json}. */
  async version(key: string): Promise<{ readonly json: unknown; readonly etag: string } | undefined> {
    const found = await this.#object(key);
    return found && { json: this.#parsed(key, Buffer.from(found.bytes).toString('utf8')), etag: found.etag };
  }

  async #object(key: string): Promise<{ readonly bytes: Uint8Array; readonly etag: string } | undefined> {
    const s3 = await this.#clients.s3();
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    return calling({ action: 's3:GetObject', resource: this.#resource(key) }, async () => {
      const answer = await s3
        .send(new GetObjectCommand({ Bucket: this.name, Key: key }))
        .catch(absent('NoSuchKey', 'NoSuchBucket', 'NotFound'));
      if (answer === undefined) return undefined;
      const bytes = await answer.Body?.transformToByteArray();
      return { bytes: bytes ?? new Uint8Array(), etag: answer.ETag ?? '' };
    });
  }

  /**
   * Writes an object over the version that is known, in one step of S3's: of two writers who know the same version one
   * succeeds. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
   *
   * @param etag of the version that is known; undefined: none
   * @returns the ETag of what is written; undefined, with nothing written, where another version stands there
   */
  async replace(key: string, body: string, etag: string | undefined): Promise<string | undefined> {
    const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
    return this.#putIf(key, body, condition, async (error) => {
      if (!isNamed(error, ...otherVersion, 'NoSuchKey')) throw error;
      // The SDK tries again when an answer is lost; then it is its own first try that stands in its way.
      const found = await this.#object(key);
      return found && Buffer.from(found.bytes).toString('utf8') === body ? found.etag : undefined;
    });
  }

  /** @returns the ETag of what is written, or what `refused` answers */
  async #putIf<T>(
    key: string,
    body: string,
    condition: { readonly IfMatch: string } | { readonly IfNoneMatch: string },
    refused: (error: unknown) => T | Promise<T>,
  ): Promise<string | T> {
    const s3 = await this.#clients.s3();
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    const object = { Bucket: this.name, Key: key, Body: body, ContentType: 'application/json' };
    const put = new PutObjectCommand({ ...object, ...condition });
    return calling({ action: 's3:PutObject', resource: this.#resource(key) }, () =>
      s3.send(put).then(({ ETag = '' }) => ETag, refused),
    );
  }

  async has(key: string): Promise<boolean> {
    const s3 = await this.#clients.s3();
    const { HeadObjectCommand } = await import('@aws-sdk/client-s3');
    const command = new HeadObjectCommand({ Bucket: this.name, Key: key });
    const answer = await calling({ action: 's3:GetObject', resource: this.#resource(key) }, () =>
      s3.send(command).catch(absent('NoSuchKey', 'NotFound')),
    );
    return answer !== undefined;
  }

  /**
   * Whether there is a bucket of this name, anybody's. Without permission S3 answers 403, but names the region of a bucket
   * that is there. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
   */
  async standing(): Promise<BucketStanding> {
    const s3 = await this.#clients.s3();
    const { HeadBucketCommand } = await import('@aws-sdk/client-s3');
    const call = { action: 's3:ListBucket', resource: `arn:aws:s3:::${this.name}` };
    return calling(call, async () => {
      try {
        await s3.send(new HeadBucketCommand({ Bucket: this.name }));
        return 'readable';
      } catch (error) {
        const refusal = v.safeParse(RefusalSchema, error);
        if (!refusal.success) throw error;
        const { $metadata, $response } = refusal.output;
        const status = $metadata.httpStatusCode;
        if (status === 404) return 'free';
        const located = $response?.headers['x-amz-bucket-region'] !== undefined;
        if (status === 301 || (located && [400, 403].includes(status))) return 'elsewhere';
        if (status === 403) return 'unknown';
        throw error;
      }
    });
  }

  /**
   * Every object below a prefix, in the order of their keys.
   *
   * @param after leaves out keys up to this one
   */
  async list(prefix: string, after?: string): Promise<ListedObject[]> {
    const s3 = await this.#clients.s3();
    const { paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
    return calling({ action: 's3:ListBucket', resource: `arn:aws:s3:::${this.name}` }, async () => {
      const listed: ListedObject[] = [];
      const request = {
        Bucket: this.name,
        Prefix: prefix,
        ...(after !== undefined && { StartAfter: after }),
      };
      for await (const page of paginateListObjectsV2({ client: s3 }, request))
        for (const { Key, Size, LastModified } of page.Contents ?? [])
          if (Key !== undefined)
            listed.push({ key: Key, bytes: Size ?? 0, modifiedAtMs: LastModified?.getTime() ?? 0 });
      return listed;
    });
  }

  /**
   * Deletes everything in the bucket, or below a prefix: objects, old versions and delete markers, page by page.
   *
   * @returns how many were deleted; a bucket that is gone already has none
   */
  async empty(prefix = ''): Promise<number> {
    const s3 = await this.#clients.s3();
    const { DeleteObjectsCommand, ListObjectVersionsCommand } = await import('@aws-sdk/client-s3');
    return calling(
      {
        action: 's3:DeleteObject',
        resource: `arn:aws:s3:::${this.name}/*`,
        needs: ['s3:ListBucketVersions', 's3:DeleteObject', 's3:DeleteObjectVersion'],
      },
      async () => {
        let deleted = 0;
        try {
          for (;;) {
            // What is listed is then deleted, so the next first page is the next page.
            const page = await s3.send(
              new ListObjectVersionsCommand({ Bucket: this.name, ...(prefix !== '' && { Prefix: prefix }) }),
            );
            const Objects = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])].flatMap(
              ({ Key, VersionId }) => (Key === undefined ? [] : [{ Key, ...(VersionId && { VersionId }) }]),
            );
            if (Objects.length === 0) return deleted;
            const { Errors } = await s3.send(
              new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects, Quiet: true } }),
            );
            const [first] = Errors ?? [];
            if (first) throw Object.assign(new Error(first.Message), { name: first.Code ?? 'Error' });
            deleted += Objects.length;
          }
        } catch (error) {
          if (!isNamed(error, 'NoSuchBucket')) throw error;
          return deleted;
        }
      },
    );
  }
}
