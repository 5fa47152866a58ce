// The image sets up users on an empty volume only; this also serves a database that is there already.
const admin = connect(`mongodb://${process.env.MONGODB}/admin`);
admin.auth(process.env.MONGO_INITDB_ROOT_USERNAME, process.env.MONGO_INITDB_ROOT_PASSWORD);
const database = admin.getSiblingDB(process.env.MONGO_APP_DATABASE);
const user = process.env.MONGO_BACKUP_USERNAME;
const wanted = {
  pwd: process.env.MONGO_BACKUP_PASSWORD,
  roles: [{ role: "read", db: process.env.MONGO_APP_DATABASE }],
};
if (database.getUser(user)) {
  database.updateUser(user, wanted);
} else {
  database.createUser({ user, ...wanted });
}
print(`user ${user} reads ${process.env.MONGO_APP_DATABASE}, and nothing else`);
