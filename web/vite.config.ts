import { defineConfig } from "vite"

const daemonPort = process.env["VIBECRAFT_PORT"] ?? "4003"
const daemon = { target: `http://127.0.0.1:${daemonPort}`, changeOrigin: true, headers: { origin: `http://127.0.0.1:${daemonPort}` } }

/** Builds to web/dist, which the daemon serves. In development Vite serves the page and hands the contract's calls to the daemon. */
export default defineConfig({
  root: import.meta.dirname,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2023",
    // The page's policy forbids data: fonts, and a file of its own is cached for good.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1", proxy: { "/vibecraft.v1.": daemon, "/grpc.health.v1.": daemon } },
})
