// The unpacked bytes of a zstd file, piece by piece. Node's decompressor stops after the first frame without a word; a file may hold several.

import type { FileHandle } from "node:fs/promises"
import { Readable } from "node:stream"
import { createZstdDecompress } from "node:zlib"

const PIECE_BYTES = 256 << 10

/** Rejects where bytes are no zstd. A file that ends inside a frame gives what is there. Leaves the file open. */
export async function* unpackZstd(file: FileHandle, sizeBytes: number): AsyncGenerator<Buffer> {
  for (let position = 0; position < sizeBytes;) {
    const packed = Readable.from(piecesOf(file, position), { objectMode: false })
    const frame = createZstdDecompress()
    packed.on("error", (error) => frame.destroy(error))
    packed.pipe(frame)
    try {
      for await (const piece of frame as AsyncIterable<Buffer>) yield piece
    } finally {
      packed.destroy()
      frame.destroy()
    }
    // How much of the file the frame took.
    if (frame.bytesWritten === 0) return
    position += frame.bytesWritten
  }
}

async function* piecesOf(file: FileHandle, position: number): AsyncGenerator<Buffer> {
  for (let at = position; ;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
