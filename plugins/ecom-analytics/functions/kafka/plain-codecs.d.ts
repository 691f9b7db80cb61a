declare module 'lz4js' {
  /** Reads an LZ4 frame. */
  export function decompress(frame: Uint8Array): Uint8Array;
}

declare module 'snappyjs' {
  /** Reads a raw snappy block. */
  export function uncompress(block: Uint8Array): Uint8Array;
}
