// How much JavaScript the pages need before they can be used, gzipped. `--check` says nothing unless a budget is exceeded.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

function packed(file) {
  return gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
}

/** The key of a module that is fetched when it is needed; one that others share has a key of its own making. */
function lazyKey(name) {
  const found = Object.entries(manifest).find(
    ([, chunk]) => chunk.name === name && chunk.file.endsWith(".js"),
  );
  if (!found) throw new Error(`no lazy module ${name} in the manifest`);
  return found[0];
}

/** The files of these entries and of all that they import at once. */
function bytesOf(...entries) {
  const wanted = new Set();
  function add(key) {
    if (wanted.has(key)) return;
    wanted.add(key);
    for (const imported of manifest[key].imports ?? []) add(imported);
  }
  for (const entry of entries) add(entry);
  const files = [...wanted].map((key) => manifest[key].file).filter((file) => file.endsWith(".js"));
  return files.reduce((sum, file) => sum + packed(file), 0);
}

const talk = ["aide.html", lazyKey("session"), lazyKey("talk")];
const figures = [
  {
    figure: "pupil_first_screen_gzip_bytes",
    value: bytesOf("classe.html", "src/features/check/check.tsx"),
    budget: 100_000,
    load: "classe.html and check",
  },
  {
    figure: "widget_gzip_bytes",
    value: bytesOf("aide.html"),
    budget: 40_000,
    load: "aide.html, first screen",
  },
  {
    figure: "widget_talk_gzip_bytes",
    value: bytesOf(...talk),
    budget: 60_000,
    load: "aide.html with all of a talk: connection, documents, co-writing; not video",
  },
  { figure: "widget_loader_gzip_bytes", value: packed("aide.js"), budget: 3_000, load: "aide.js" },
];
const over = figures.filter(({ value, budget }) => value > budget);
for (const one of process.argv.includes("--check") ? over : figures) {
  console.log(JSON.stringify({ ...one, unit: "bytes" }));
}
process.exitCode = over.length > 0 ? 1 : 0;
