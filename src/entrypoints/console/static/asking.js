// Asking the API. An answer is always one of these: it was done, it was refused, or nobody knows.

const ANSWER_MILLISECONDS = 20_000;

/**
 * POST to the API, at the same place as this page.
 * @returns {Promise<{done: object} | {refused: object, status: number, retrySeconds: number} | {unknown: true}>}
 */
export async function ask(path, body) {
  const aborting = new AbortController();
  const timer = setTimeout(() => aborting.abort(), ANSWER_MILLISECONDS);
  try {
    const answer = await fetch(new URL(`api/v1/${path}`, document.baseURI), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      signal: aborting.signal,
    });
    if (answer.ok) {
      return { done: answer.status === 204 ? {} : await answer.json() };
    }
    const problem = await answer.json();
    if (answer.status >= 500 || typeof problem.code !== "string") {
      return { unknown: true }; // a proxy's page, or a fault after something was done
    }
    return { refused: problem, status: answer.status, retrySeconds: Number(answer.headers.get("Retry-After")) || 0 };
  } catch {
    return { unknown: true };
  } finally {
    clearTimeout(timer);
  }
}
