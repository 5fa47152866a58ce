
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
