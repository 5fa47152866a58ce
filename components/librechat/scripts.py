"""What LibreChat's pods run before or besides the server: small scripts for the Node of the image."""

CHECK_CREDENTIALS = r"""
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
"""
"""LibreChat does not check them: it replaces an empty one by one that is lost with the pod, and a wrong length fails at
the first encryption. It names the keys and never their values."""

WAIT_FOR_MONGODB = r"""
const net = require("node:net");
const authority = (process.env.MONGO_URI.match(/^mongodb:\/\/(?:[^@/]*@)?([^/?]+)/) || [])[1];
if (!authority) process.exit(0); // mongodb+srv: the driver looks the hosts up
const hosts = authority.split(",").map((host) => host.match(/^(.*?)(?::(\d+))?$/).slice(1));
const attempt = () => hosts.forEach(([host, port]) => {
  const socket = net.connect(Number(port || 27017), host.replace(/^\[|\]$/g, ""));
  socket.setTimeout(5000, () => socket.destroy());
  socket.on("connect", () => process.exit(0)).on("error", (error) => console.log("MongoDB: " + error.code));
});
attempt();
setInterval(attempt, 2000);
"""
"""LibreChat exits when it finds no database for 30 s; waiting first saves the restarts and their growing pauses."""

CREATE_ADMIN = r"""
const { spawn } = require("node:child_process");
const { ADMIN_EMAIL: email, ADMIN_NAME: name, ADMIN_USERNAME: username } = process.env;
const password = (process.env.ADMIN_PASSWORD || "").replace(/\r?\n$/, "");
delete process.env.ADMIN_PASSWORD;

const fail = (message) => {
  console.log(message);
  require("node:fs").writeFileSync(process.env.TERMINATION_LOG || "/dev/termination-log", message);
  process.exit(1);
};

// For an empty one the command makes up another and prints it.
if (password.length < 8 || password.length > 128 || /[\r\n]/.test(password) || !password.trim()) {
  fail("The key `password` of the administrator's Secret needs 8 to 128 characters on one line");
}

(async () => {
  require("./config/helpers"); // the colours that ./config/connect prints with
  await require("./config/connect")();
  const users = require("mongoose").connection.collection("users");
  const known = await users.findOne({ email });
  if (known) {
    console.log(email + " is there already, with the role " + known.role + ", and is left as it is");
    process.exit(0);
  }

  // The command asks for the password, so it is in no list of arguments; it does not echo what comes from a pipe.
  const words = ["config/create-user.js", email, name, username, "--email-verified=true"];
  const command = spawn(process.execPath, words, { stdio: ["pipe", "inherit", "inherit"] });
  command.stdin.on("error", () => {}); // it ended before it asked; its exit code says so
  command.stdin.end(password + "\n");
  const code = await new Promise((resolve) => command.on("close", resolve));
  const created = await users.findOne({ email });
  if (!created) fail(email + ": not created, the command ended with " + code);

  // LibreChat makes only the first account of an empty database an administrator.
  if (created.role !== "ADMIN") await users.updateOne({ email }, { $set: { role: "ADMIN" } });
  console.log(email + " is an administrator");
  process.exit(0);
})().catch((error) => fail(email + ": " + error.name + ", see the log of LibreChat"));
"""
"""Creates the first administrator with the command of the image, `config/create-user.js`. Running it again changes
nothing: an account that is there is not touched, lest somebody who registered with that address become administrator.
An error of the database's driver can hold the URI, so only its name is shown."""
