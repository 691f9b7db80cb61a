const emptySize = 1024;

/**
 * Numbers by id: a hash table with open addressing that only grows. Every order's id is looked up, and nearly every one is
 * new: a `Map` then goes to several places in memory that are not cached, this one mostly to one.
 */
export class IdTable {
  #hashes = new Int32Array(emptySize);
  #numbers = new Float64Array(emptySize);
  #ids = new Array<string>(emptySize).fill('');
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number of an id; NaN where it is not there. `hash` is {@link hashId}'s, and not 0. */
  get(id: string, hash: number): number {
    const place = this.#place(id, hash);
    return this.#hashes[place] === 0 ? Number.NaN : (this.#numbers[place] ?? Number.NaN);
  }

  set(id: string, hash: number, number: number): void {
    const place = this.#place(id, hash);
    this.#numbers[place] = number;
    if (this.#hashes[place] !== 0) return;
    this.#hashes[place] = hash;
    this.#ids[place] = id;
    this.#size++;
    // At most half full: then an empty place is near.
    if (this.#size * 2 > this.#hashes.length) this.#grow();
  }

  /** Where the id is, or the empty place where it would be. */
  #place(id: string, hash: number): number {
    const last = this.#hashes.length - 1;
    for (let place = hash & last; ; place = (place + 1) & last) {
      const there = this.#hashes[place];
      if (there === 0 || (there === hash && this.#ids[place] === id)) return place;
    }
  }

  #grow(): void {
    const hashes = this.#hashes;
    const numbers = this.#numbers;
    const ids = this.#ids;
    const size = hashes.length * 2;
    this.#hashes = new Int32Array(size);
    this.#numbers = new Float64Array(size);
    this.#ids = new Array<string>(size).fill('');
    for (let from = 0; from < hashes.length; from++) {
      const hash = hashes[from] ?? 0;
      if (hash === 0) continue;
      let place = hash & (size - 1);
      while (this.#hashes[place] !== 0) place = (place + 1) & (size - 1);
      this.#hashes[place] = hash;
      this.#numbers[place] = numbers[from] ?? Number.NaN;
      this.#ids[place] = ids[from] ?? '';
    }
  }
}
