// A button that prints, for browsers that run scripts; the others have their own menu.
const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
