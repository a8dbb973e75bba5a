// Calls a service and publishes an event through a sidecar: Node 18 or later, without packages.
//
//     node client.mjs John
const sidecar = `http://${process.env.MICRO_SIDECAR_ADDRESS ?? "127.0.0.1:8081"}`;
const token = process.env.MICRO_SIDECAR_TOKEN;

/** Sends a request, and returns the JSON of the response; throws an error with the text of the service's. */
async function send(method, path, value) {
  const headers = { "Content-Type": "application/json" };
  if (token) headers.Authorization = `Bearer ${token}`;
  const body = value === undefined ? undefined : JSON.stringify(value);
  const response = await fetch(sidecar + path, { method, headers, body, signal: AbortSignal.timeout(10_000) });
  const text = await response.text();
  const json = text ? JSON.parse(text) : undefined;
  if (!response.ok) throw new Error(`${json.code} ${json.id}: ${json.detail}`);
  return json;
}

const name = process.argv[2] ?? "World";
console.log(await send("POST", "/shop/say/hello", { name }));
try {
  await send("POST", "/shop/say/hello", {});
} catch (error) {
  console.log(`error: ${error.message}`);
}
await send("POST", "/broker?topic=user.created", { name });
