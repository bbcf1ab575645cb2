// Makes the smallest program that looks like an agent to the kernel: a real ELF executable, under any name, that takes any arguments
// and sleeps until a signal ends it. It costs some kilobytes, so hundreds may run at once.

import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"

/** `pause()` for ever. */
const X64 = [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7]
/** `ppoll(0, 0, 0, 0)` for ever. */
const ARM64 = [0xd2800000, 0xd2800001, 0xd2800002, 0xd2800003, 0xd2800928, 0xd4000001, 0x17fffffa]
const LOAD_ADDRESS = 0x400000
const HEADERS = 64 + 56

const machineCode = (): { machine: number; code: Buffer } => {
  if (process.arch === "x64") return { machine: 62, code: Buffer.from(X64) }
  const code = Buffer.alloc(ARM64.length * 4)
  for (const [at, word] of ARM64.entries()) code.writeUInt32LE(word, at * 4)
  return { machine: 183, code }
}

const elf = (): Buffer => {
  const { machine, code } = machineCode()
  const size = HEADERS + code.length
  const header = Buffer.alloc(HEADERS)
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(machine, 18)
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS + HEADERS), 24)
  header.writeBigUInt64LE(64n, 32)
  header.writeUInt16LE(64, 52)
  header.writeUInt16LE(56, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt32LE(1, 64)
  header.writeUInt32LE(5, 68)
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS), 80)
  header.writeBigUInt64LE(BigInt(LOAD_ADDRESS), 88)
  header.writeBigUInt64LE(BigInt(size), 96)
  header.writeBigUInt64LE(BigInt(size), 104)
  header.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([header, code])
}

/** Writes the program to `path`, folders included; one that is there stays. */
export const writeIdleProgram = (path: string): string => {
  if (existsSync(path)) return path
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, elf(), { mode: 0o755 })
  return path
}
