// How the tests talk to Node: a job comes as JSON on standard input, and what came of it goes out as JSON.

export async function work(doing) {
  const pieces = [];
  for await (const piece of process.stdin) pieces.push(piece);
  const job = JSON.parse(Buffer.concat(pieces).toString());
  process.stdout.write(JSON.stringify(await doing(job)));
}

/** Does one step after the other: each names what is to be done, and the rest of it says with what. */
export async function steps(wanted, doings) {
  const results = [];
  for (const { step, ...rest } of wanted) results.push(await doings[step](rest));
  return results;
}
