// Makes a component of plugin.js: `node build.js [file]`, by default plugin.component.wasm. It still lacks its manifest.

import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { componentize } from "@bytecodealliance/componentize-js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

const { component } = await componentize({
  sourcePath: here("plugin.js"),
  witPath: here("wit"),
  worldName: "tally",
  // A plugin has no network of its own; `console`, `Date` and `Math.random` stay.
  disableFeatures: ["http", "fetch-event"],
});
await writeFile(process.argv[2] ?? here("plugin.component.wasm"), component);
