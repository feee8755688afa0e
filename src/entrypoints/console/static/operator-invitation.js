// An operator follows the link: proves the mailbox where that is asked, then sets password and second factor, once.
// The token stands behind the `#` of the address, which no browser sends; it travels in bodies alone.

import { ask } from "./asking.js";
import { drawing } from "./qr.js";

const WEAK = {
  too_short: (least) => `密码至少要有 ${least} 个字符。`,
  too_long: () => "密码最多 128 个字符。",
  well_known: () => "这个密码太常见，很容易被猜到，请换一个。",
  breached: () => "这个密码在别处的数据泄露中出现过，很容易被试到，请换一个。",
  predictable: () => "手机号、生日、键盘上相邻的字母、常见的词加数字，都很容易被猜到，请换一个。",
  contains_address: () => "密码里不能包含邮箱的名字。",
};
const NOT_KNOWN = "没有收到服务器的回答，不能确定是否已经设置成功。你填写的内容都还在，请再点一次“完成设置”。";
const PROBABLY_DONE =
  "链接已经失效：上一次提交很可能已经成功，只是回答没有送到。请直接用新密码和动态验证码登录；恢复码没能显示，需要的话请管理员重新邀请你。";
const COPIED_MILLISECONDS = 3000;
const USED = "used"; // stands in the place of the token once that is worth nothing
const STAGES = ["loading", "unreachable", "incomplete", "gone", "prove", "enroll", "done", "finished"];

const at = (id) => document.getElementById(id);
let token = tokenOf(location.hash); // once the mailbox is proven, the one that takes the place of the link's
let isUnsaved = false; // something would be lost if the page were closed now
let isOutcomeUnknown = false; // a submission was sent, and no answer came

start();

function start() {
  addEventListener("hashchange", () => location.reload());
  addEventListener("beforeunload", (event) => isUnsaved && event.preventDefault());
  addEventListener("offline", tellConnection);
  addEventListener("online", () => {
    tellConnection();
    if (!at("unreachable").hidden) {
      look();
    }
  });
  at("again").addEventListener("click", look);
  at("send").addEventListener("click", sendCode);
  at("prove").addEventListener("submit", prove);
  at("enroll").addEventListener("submit", submit);
  at("enroll").addEventListener("input", () => (isUnsaved = true));
  at("visible").addEventListener("change", showPasswords);
  at("copy-secret").addEventListener("click", () => copy(at("secret").textContent.replaceAll(" ", ""), at("copy-secret")));
  at("copy-codes").addEventListener("click", () => copy(codes().join("\n"), at("copy-codes")));
  at("saved").addEventListener("change", () => (at("finish").disabled = !at("saved").checked));
  at("finish").addEventListener("click", finish);
  tellConnection();
  look();
}

function tokenOf(fragment) {
  try {
    return decodeURIComponent(fragment.slice(1));
  } catch {
    return "";
  }
}

function show(stage) {
  for (const one of STAGES) {
    at(one).hidden = one !== stage;
  }
  document.querySelector("main").setAttribute("aria-busy", String(stage === "loading"));
}

function tellConnection() {
  at("connection").hidden = navigator.onLine;
}

async function look() {
  if (!token) {
    show("incomplete");
    return;
  }
  if (token === USED) {
    show("gone");
    return;
  }
  show("loading");
  const answer = await ask("operator-invitations/looked-at", { token });
  if (answer.done?.needsCode) {
    at("mailbox").textContent = answer.done.email;
    show("prove");
    at("send").focus();
  } else if (answer.done) {
    invite(answer.done);
  } else if (answer.refused && answer.status !== 429) {
    show("gone");
  } else {
    show("unreachable");
  }
}

async function sendCode() {
  clearComplaints();
  at("send").disabled = true;
  const answer = await ask("operator-invitations/codes", { token });
  at("send").disabled = false;
  if (answer.done) {
    at("sent").textContent = "验证码已发送，5 分钟内有效。没有收到？看看垃圾邮件，一分钟后可以再发。";
    at("mailed").focus();
  } else if (answer.refused?.code === "operator.invitation_gone") {
    show("gone");
  } else {
    complain("prove-error", answer.refused ? `${answer.refused.title}。` : "没有收到服务器的回答，请稍后再试。");
  }
}

async function prove(event) {
  event.preventDefault();
  const code = typedCode("mailed");
  clearComplaints();
  if (!/^\d{6}$/.test(code)) {
    complain("mailed-error", "请输入邮件里的六位数字。", at("mailed"));
    at("mailed").focus();
    return;
  }
  at("go-on").disabled = true;
  const answer = await ask("operator-invitations/proven", { token, code });
  at("go-on").disabled = false;
  if (answer.done) {
    token = answer.done.token;
    history.replaceState(null, "", `#${token}`); // whoever loads the page anew goes on where they were
    look();
  } else if (answer.refused?.code === "sign_in.wrong_code") {
    complain("mailed-error", "验证码不对，或者已经过期。", at("mailed"));
    at("mailed").select();
  } else if (answer.refused?.code === "operator.invitation_gone") {
    show("gone");
  } else {
    complain("prove-error", answer.refused ? `${answer.refused.title}。` : "没有收到服务器的回答，请再点一次“下一步”。");
  }
}

function invite({ email, totpSecret, otpauth, otpauthQr, expiresAt }) {
  at("email").textContent = email;
  at("user").value = email;
  at("until").textContent = new Intl.DateTimeFormat("zh-CN", {
    dateStyle: "long",
    timeStyle: "short",
    timeZone: "Asia/Shanghai",
  }).format(new Date(expiresAt));
  at("secret").textContent = totpSecret.match(/.{1,4}/g).join(" ");
  at("otpauth").href = otpauth;
  at("qr").replaceChildren(drawing(otpauthQr, "验证器扫描的二维码；不能扫描时请使用下面的密钥"));
  show("enroll");
  at("password").focus();
}

function showPasswords() {
  for (const input of [at("password"), at("repeated")]) {
    input.type = at("visible").checked ? "text" : "password";
  }
}

async function submit(event) {
  event.preventDefault();
  const password = at("password").value;
  const code = typedCode("code");
  clearComplaints();
  if (!complaints(password, code)) {
    return;
  }
  wait(true);
  const answer = await ask("operator-invitations/accepted", { token, password, code });
  wait(false);
  if (answer.done) {
    keep(answer.done.recoveryCodes);
  } else if (answer.refused) {
    refuse(answer);
  } else {
    isOutcomeUnknown = true;
    complain("form-error", NOT_KNOWN);
  }
}

function typedCode(id) {
  return at(id).value.normalize("NFKC").replaceAll(/\s/g, ""); // keyboards for Chinese may write １２３
}

function wait(isWaiting) {
  at("submit").disabled = isWaiting;
  at("submit").textContent = isWaiting ? "正在提交……" : "完成设置";
}

/** Say what cannot be right before anybody is asked; whether all of it can. */
function complaints(password, code) {
  const found = [
    [at("password"), [...password].length < at("password").minLength && WEAK.too_short(at("password").minLength)],
    [at("repeated"), at("repeated").value !== password && "两次输入的密码不一样。"],
    [at("code"), !/^\d{6}$/.test(code) && "请输入验证器显示的六位数字。"],
  ].filter(([, words]) => words);
  for (const [input, words] of found) {
    complain(`${input.id}-error`, words, input);
  }
  found[0]?.[0].focus();
  return found.length === 0;
}

function refuse({ refused, retrySeconds }) {
  switch (refused.code) {
    case "member.password_weak":
      complain("password-error", (WEAK[refused.reason] ?? (() => refused.title))(refused.least), at("password"));
      at("password").focus();
      break;
    case "sign_in.wrong_second_factor":
      complain("code-error", "动态验证码不对。它每 30 秒换一次，请输入最新的；总是不对，请检查手机的时间是否准确。", at("code"));
      at("code").select();
      break;
    case "operator.invitation_gone":
      isUnsaved = false;
      if (isOutcomeUnknown) {
        complain("form-error", PROBABLY_DONE);
      } else {
        show("gone");
      }
      break;
    case "too_many_requests":
      complain("form-error", `尝试得太频繁，请在 ${Math.max(1, Math.ceil(retrySeconds / 60))} 分钟后再试。你填写的内容都还在。`);
      break;
    default:
      complain("form-error", `${refused.title}。你填写的内容都还在。`);
  }
}

function complain(id, words, input) {
  at(id).textContent = words;
  at(id).hidden = false;
  input?.setAttribute("aria-invalid", "true");
}

function clearComplaints() {
  for (const id of ["password", "repeated", "code", "mailed"]) {
    at(`${id}-error`).textContent = "";
    at(id).removeAttribute("aria-invalid");
  }
  at("form-error").hidden = true;
  at("prove-error").hidden = true;
}

function keep(recoveryCodes) {
  isUnsaved = true;
  at("enroll").reset();
  at("secret").textContent = "";
  at("otpauth").removeAttribute("href");
  at("qr").replaceChildren();
  at("recovery").replaceChildren(
    ...recoveryCodes.map((code) => {
      const item = document.createElement("li");
      item.textContent = code;
      return item;
    }),
  );
  at("download").href = URL.createObjectURL(new Blob([`${recoveryCodes.join("\n")}\n`], { type: "text/plain" }));
  history.replaceState(null, "", `#${USED}`); // the token is in no history, and whoever comes back is told so
  show("done");
  at("done-title").focus();
}

function codes() {
  return [...at("recovery").children].map((item) => item.textContent);
}

async function copy(text, button) {
  button.dataset.words ??= button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "已复制";
  } catch {
    button.textContent = "不能自动复制，请手动选取";
  }
  at("copied").textContent = button.textContent;
  setTimeout(() => (button.textContent = button.dataset.words), COPIED_MILLISECONDS);
}

function finish() {
  isUnsaved = false;
  URL.revokeObjectURL(at("download").href);
  at("recovery").replaceChildren();
  show("finished");
  at("finished-title").focus();
}
