/** Bytes of a binary module: LEB128 integers, little-endian floats, names, and sections with their lengths. */
export class Bytes {
  private room = new Uint8Array(64);
  private used = 0;

  get length(): number {
    return this.used;
  }

  byte(value: number): this {
    if (this.used === this.room.length) this.grow(1);
    this.room[this.used] = value;
    this.used += 1;
    return this;
  }

  bytes(values: ArrayLike<number>): this {
    this.grow(values.length);
    this.room.set(values, this.used);
    this.used += values.length;
    return this;
  }

  /** Room for so many more. */
  private grow(count: number): void {
    const needed = this.used + count;
    if (needed <= this.room.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.room.length));
    larger.set(this.room);
    this.room = larger;
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

  /** Signed LEB128 of a word. */
  word(value: number): this {
    let rest = value | 0;
    for (;;) {
      const low = rest & 0x7f;
      rest >>= 7;
      if (rest === (low < 64 ? 0 : -1)) return this.byte(low);
      this.byte(low + 128);
    }
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
    return this.bytes(other.room.subarray(0, other.used));
  }

  /** The other bytes with their length before them. */
  sized(other: Bytes): this {
    return this.unsigned(other.length).append(other);
  }

  finish(): Uint8Array<ArrayBuffer> {
    return this.room.slice(0, this.used);
  }
}
