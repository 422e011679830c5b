/** Bytes of a binary module: LEB128 integers, little-endian floats, names, and sections with their lengths. */
export class Bytes {
  private readonly list: number[] = [];

  get length(): number {
    return this.list.length;
  }

  byte(value: number): this {
    this.list.push(value & 0xff);
    return this;
  }

  bytes(values: Iterable<number>): this {
    for (const value of values) this.list.push(value & 0xff);
    return this;
  }

  /** Unsigned LEB128, below 2^32. */
  unsigned(value: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** 32) {
      throw new Error(`compiler bug: ${value} is no unsigned word`);
    }
    let rest = value;
    while (rest >= 128) {
      this.byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    return this.byte(rest);
  }

  /** Signed LEB128 of any width. */
  signed(value: bigint): this {
    let rest = value;
    for (;;) {
      const low = Number(rest & 0x7fn);
      rest >>= 7n;
      const done = rest === 0n ? low < 64 : rest === -1n && low >= 64;
      if (done) return this.byte(low);
      this.byte(low + 128);
    }
  }

  /** Of one byte, or a prefix and a number, as the tables write it: `0xfd00c`. */
  opcode(value: number): this {
    return value < 256 ? this.byte(value) : this.byte(value >>> 12).unsigned(value & 0xfff);
  }

  float32(value: number): this {
    return this.bytes(new Uint8Array(Float32Array.of(value).buffer));
  }

  float64(value: number): this {
    return this.bytes(new Uint8Array(Float64Array.of(value).buffer));
  }

  name(text: string): this {
    const encoded = new TextEncoder().encode(text);
    return this.unsigned(encoded.length).bytes(encoded);
  }

  append(other: Bytes): this {
    for (const value of other.list) this.list.push(value);
    return this;
  }

  /** The other bytes with their length before them. */
  sized(other: Bytes): this {
    return this.unsigned(other.length).append(other);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.list);
  }
}
