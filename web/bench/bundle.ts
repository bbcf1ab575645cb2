// How much JavaScript the page makes a browser load, as it travels.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { build } from "vite"

const BUDGET_KIB = 260

/** One figure, as the benchmark table prints it. */
export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly budget?: string
}

/** Builds the page into a temporary folder and weighs it. */
export async function run(): Promise<readonly BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), "vc-bundle-"))
  try {
    await build({
      root: join(import.meta.dirname, ".."),
      configFile: join(import.meta.dirname, "../vite.config.ts"),
      logLevel: "error",
      build: { outDir: folder, emptyOutDir: true },
    })
    const assets = join(folder, "assets")
    const weigh = async (ends: string): Promise<number> => {
      const names = (await readdir(assets)).filter((name) => name.endsWith(ends))
      const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(join(assets, name)), { level: 9 }).length))
      return sizes.reduce((sum, size) => sum + size, 0) / 1024
    }
    return [
      { name: "web: JavaScript, gzip", value: await weigh(".js"), unit: "KiB", budget: `<= ${BUDGET_KIB}` },
      { name: "web: style sheet, gzip", value: await weigh(".css"), unit: "KiB" },
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
