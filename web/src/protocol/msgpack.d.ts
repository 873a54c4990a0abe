declare module "notepack.io" {
  export function encode(value: unknown): Uint8Array<ArrayBuffer>;
  export function decode(bytes: ArrayBuffer): unknown;
}
declare module "socket.io-msgpack-parser" {
  export const protocol: number;
  export const Encoder: unknown;
  export const Decoder: unknown;
}
