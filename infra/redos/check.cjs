// Reads patterns as JSON from standard input, writes recheck's verdict on each as a line of JSON.
// The first argument is the folder that holds node_modules, the second milliseconds a pattern.
const { createRequire } = require("node:module");
const { readFileSync } = require("node:fs");
const { check } = createRequire(`${process.argv[2]}/`)("recheck");

(async () => {
  for (const { source, flags } of JSON.parse(readFileSync(0, "utf8"))) {
    const { status, attack } = await check(source, flags, { timeout: Number(process.argv[3]) });
    // The attack's text is made again from its parts, as long as it is needed.
    const parts = attack ? { pumps: attack.pumps, suffix: attack.suffix } : null;
    process.stdout.write(`${JSON.stringify({ status, attack: parts })}\n`);
  }
  process.exit(0);
})();
