// The page: replace it by yours.

import { arrive, onChange, renew, signIn, signOut } from "./provider.js";

const main = document.querySelector("main");
const find = (selector) => main.querySelector(selector);
const actions = { signIn: () => signIn(), renew: renewByHand, signOut };

function show(name) {
  main.dataset.page = name;
  for (const section of main.querySelectorAll("section")) section.hidden = section.dataset.when !== name;
}

function showUser(user) {
  if (!user) return show("welcome");
  find("[data-name]").textContent = user.profile.name ?? user.profile.sub;
  find("[data-expires-at]").textContent = new Date(user.expires_at * 1000).toLocaleTimeString();
  find('[data-claims="profile"]').textContent = JSON.stringify(user.profile, null, 2);
  return show("claims");
}

function showProblem(problem) {
  find("[data-error]").textContent = problem.error ?? problem.message;
  show("problem");
}

async function renewByHand() {
  await renew();
  find(".notice").textContent = "The tokens were renewed.";
  find(".notice").hidden = false;
}

for (const button of main.querySelectorAll("[data-do]")) {
  button.addEventListener("click", () => actions[button.dataset.do]().catch(showProblem));
}

arrive()
  .then(showUser, showProblem)
  .finally(() => onChange(showUser));
