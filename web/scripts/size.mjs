// Prints how much JavaScript a pupil's first screen needs, gzipped: the page's own modules and the check that comes first.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const wanted = new Set();

function add(key) {
  if (wanted.has(key)) return;
  wanted.add(key);
  for (const imported of manifest[key].imports ?? []) add(imported);
}

add("classe.html");
add("src/features/check/check.tsx");
let bytes = 0;
for (const key of wanted) {
  const { file } = manifest[key];
  if (file.endsWith(".js")) bytes += gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;
}
console.log(
  JSON.stringify({
    figure: "pupil_first_screen_gzip_bytes",
    value: bytes,
    unit: "bytes",
    load: "classe.html and check",
  }),
);
