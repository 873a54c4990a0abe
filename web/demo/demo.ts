/** The form of the demonstration sends nothing anywhere. */
document.querySelector("form")?.addEventListener("submit", (event) => {
  event.preventDefault();
  const answer = document.getElementById("answer");
  if (answer) answer.textContent = "Page de démonstration : rien n’est envoyé ni gardé.";
});
