// Compile JSON Schemas with ajv in its strict mode; `make validate` runs this with NODE_PATH set.
const fs = require("fs");
const Ajv = require("ajv/dist/2020").default;
const formats = require("ajv-formats").default;

let wrong = 0;
for (const path of process.argv.slice(2)) {
  const ajv = new Ajv({ strict: true, allErrors: true });
  formats(ajv);
  try {
    ajv.compile(JSON.parse(fs.readFileSync(path, "utf-8")));
  } catch (error) {
    wrong += 1;
    console.error(`${path}: ${error.message}`);
  }
}
console.log(`${process.argv.length - 2 - wrong} of ${process.argv.length - 2} schemas compile`);
process.exit(wrong || process.argv.length < 3 ? 1 : 0);
