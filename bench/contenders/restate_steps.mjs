// Durable steps that do nothing, with Restate: one invocation in sequence, and a hundred at once.
//
// Starts a server of its own on loopback, with its data in the folder that is given, and ends it.
// Prints a line of JSON: steps a second, and microseconds of processor time a step of the server and
// of this process together.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// Node 20 has it not, and the SDK takes it for granted.
Promise.withResolvers ??= () => {
  const all = {};
  all.promise = new Promise((resolve, reject) => Object.assign(all, { resolve, reject }));
  return all;
};

process.env.RESTATE_LOGGING = "ERROR";
const restate = await import("@restatedev/restate-sdk");

const STEPS_IN_SEQUENCE = 500;
const INVOCATIONS = 100;
const STEPS_EACH = 50;
const [INGRESS, ADMIN, NODE, SERVICE] = [18080, 19070, 15122, 19080];

const folder = process.argv[2];
const bench = restate.service({
  name: "bench",
  handlers: {
    steps: async (context, count) => {
      for (let number = 0; number < count; number++) {
        await context.run(`step ${number}`, () => number);
      }
      return count;
    },
  },
});
await restate.endpoint().bind(bench).listen(SERVICE);

const require = createRequire(import.meta.url);
const version = require("@restatedev/restate-server/package.json").version;
const server = spawn("node_modules/.bin/restate-server", ["--base-dir", folder, "--node-name", "bench"], {
  stdio: "ignore",
  env: {
    ...process.env,
    RESTATE_INGRESS__BIND_ADDRESS: `127.0.0.1:${INGRESS}`,
    RESTATE_ADMIN__BIND_ADDRESS: `127.0.0.1:${ADMIN}`,
    RESTATE_BIND_ADDRESS: `127.0.0.1:${NODE}`,
    RESTATE_LOG_FILTER: "error",
    DO_NOT_TRACK: "1",
  },
});

async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

async function registered() {
  for (let tries = 0; tries < 600; tries++) {
    try {
      return await post(`http://127.0.0.1:${ADMIN}/deployments`, {
        uri: `http://127.0.0.1:${SERVICE}`,
      });
    } catch (error) {
      if (tries === 599) throw error;
      await new Promise((then) => setTimeout(then, 100));
    }
  }
}

const invoke = (count) => post(`http://127.0.0.1:${INGRESS}/bench/steps`, count);

// The package's own starter runs the server as a child.
function serverProcesses() {
  const children = readFileSync(`/proc/${server.pid}/task/${server.pid}/children`, "utf8");
  return [server.pid, ...children.split(" ").filter(Boolean).map(Number)];
}

function serverCpu() {
  const ticks = (id) => {
    const stat = readFileSync(`/proc/${id}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  };
  return serverProcesses().reduce((sum, it) => sum + ticks(it), 0);
}

function cpu() {
  const own = process.cpuUsage();
  return (own.user + own.system) / 1e6 + serverCpu();
}

async function measured(work, steps) {
  const [began, used] = [performance.now(), cpu()];
  await work();
  const [wall, spent] = [(performance.now() - began) / 1e3, cpu() - used];
  return { steps_per_s: steps / wall, cpu_us: (spent * 1e6) / steps };
}

try {
  await registered();
  await invoke(20);
  const sequence = await measured(() => invoke(STEPS_IN_SEQUENCE), STEPS_IN_SEQUENCE);
  const all = () => Promise.all(Array.from({ length: INVOCATIONS }, () => invoke(STEPS_EACH)));
  const at_once = await measured(all, INVOCATIONS * STEPS_EACH);
  console.log(JSON.stringify({ version, sequence, at_once }));
} finally {
  serverProcesses().forEach((it) => process.kill(it));
}
process.exit(0);
