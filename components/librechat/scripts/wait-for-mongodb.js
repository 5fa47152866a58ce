
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
