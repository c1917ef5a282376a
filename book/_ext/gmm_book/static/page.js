// What scrolls sideways (a wide formula or table) must be reachable by keyboard; what does not, must not be a tab stop.
const SCROLLERS = ".gmm-scroll, .pst-scrollable-table-container, .cell_output .text_html";
const mark = (element) => {
  if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
  else element.removeAttribute("tabindex");
};
const observer = new ResizeObserver((entries) => entries.forEach((entry) => mark(entry.target)));
document.querySelectorAll(SCROLLERS).forEach((element) => observer.observe(element));
// Formulas grow when their fonts arrive, which their box does not notice.
document.fonts.ready.then(() => document.querySelectorAll(SCROLLERS).forEach(mark));

// A quiz by jupyterquiz: its answers are one group under the question, and what it says to a choice is read out.
document.querySelectorAll(".Quiz").forEach((quiz) => {
  const [question, answers, feedback] = [".MultipleChoiceQn > div", ".Answer", ".Feedback"].map((part) => quiz.querySelector(part));
  answers.setAttribute("role", "radiogroup");
  answers.setAttribute("aria-labelledby", question.id);
  feedback.setAttribute("role", "status");
});

// Paper is white: a page read in dark mode prints in the light colours.
let theme;
addEventListener("beforeprint", () => {
  theme = document.documentElement.dataset.theme;
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => { document.documentElement.dataset.theme = theme; });
