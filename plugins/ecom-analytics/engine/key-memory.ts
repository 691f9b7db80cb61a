const emptySize = 1024;

/** SHA-256 hashes in Base64, by their first 64 bits: a hash table with open addressing that only grows. */
class KeySet {
  /** 0 where a place is empty. */
  #low = new Int32Array(emptySize);
  #high = new Int32Array(emptySize);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(low: number, high: number): boolean {
    return this.#low[this.#place(low, high)] !== 0;
  }

  add(low: number, high: number): void {
    const place = this.#place(low, high);
    this.#low[place] = low;
    this.#high[place] = high;
    this.#size++;
    if (this.#size * 2 > this.#low.length) this.#grow();
  }

  #place(low: number, high: number): number {
    const last = this.#low.length - 1;
    for (let place = low & last; ; place = (place + 1) & last) {
      const there = this.#low[place];
      if (there === 0 || (there === low && this.#high[place] === high)) return place;
    }
  }

  #grow(): void {
    const low = this.#low;
    const high = this.#high;
    this.#low = new Int32Array(low.length * 2);
    this.#high = new Int32Array(low.length * 2);
    for (let from = 0; from < low.length; from++) {
      const lowThere = low[from] ?? 0;
      const highThere = high[from] ?? 0;
      if (lowThere === 0) continue;
      const place = this.#place(lowThere, highThere);
      this.#low[place] = lowThere;
      this.#high[place] = highThere;
    }
  }
}

/**
 * Remembers keys that are SHA-256 hashes in Base64: the newest `capacity` of them for certain, and up to twice as many. It
 * takes 16 to 32 bytes for each. Two keys are taken for one where 64 bits are equal, once in some hundred thousand runs
 * that fill the memory.
 */
export class KeyMemory {
  readonly #capacity: number;
  #current = new KeySet();
  #previous = new KeySet();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  has(key: string): boolean {
    const [low, high] = bitsOf(key);
    return this.#current.has(low, high) || this.#previous.has(low, high);
  }

  /** @param key one that is not there */
  add(key: string): void {
    const [low, high] = bitsOf(key);
    this.#current.add(low, high);
    if (this.#current.size < this.#capacity) return;
    this.#previous = this.#current;
    this.#current = new KeySet();
  }
}

/** The first 64 bits, of which the low ones are not 0. */
function bitsOf(key: string): [low: number, high: number] {
  const bytes = Buffer.from(key, 'base64');
  return [bytes.readInt32LE(0) || 1, bytes.readInt32LE(4)];
}
