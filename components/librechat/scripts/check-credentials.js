
const rules = {
  JWT_SECRET: [/^.{32,}$/, "needs 32 characters or more"],
  JWT_REFRESH_SECRET: [/^.{32,}$/, "needs 32 characters or more"],
  CREDS_KEY: [/^[0-9a-fA-F]{64}$/, "needs 64 hexadecimal characters"],
  CREDS_IV: [/^[0-9a-fA-F]{32}$/, "needs 32 hexadecimal characters"],
  MONGO_URI: [/^mongodb(\+srv)?:\/\/.+$/, "needs a URI, mongodb://user:password@host:27017/database"],
};
const wrong = Object.keys(rules).filter((key) => !rules[key][0].test(process.env[key] || ""));
if (wrong.length) {
  const message = wrong.map((key) => key + " of LibreChat's Secret " + rules[key][1]).join("; ");
  console.log(message);
  require("node:fs").writeFileSync(process.env.TERMINATION_LOG || "/dev/termination-log", message);
  process.exit(1);
}
