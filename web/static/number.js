// Tells of which country the number is that is typed, by its calling code.
"use strict";
const number = document.querySelector("[data-country]");
if (number) {
  const hint = document.getElementById(number.dataset.country);
  const names = new Intl.DisplayNames([document.documentElement.lang], { type: "region" });
  const countries = new Map(hint.dataset.codes.split(",").map((entry) => {
    const [code, ...regions] = entry.split(" ");
    return [code, regions];
  }));

  const told = () => {
    const digits = number.value.replace(/[\s().-]/g, "");
    if (/^\+?0/.test(digits)) return hint.dataset.zero;
    const typed = digits.replace(/^\+/, "");
    for (let length = 4; length > 0; length -= 1) {
      const code = typed.slice(0, length);
      // While a code may still grow, only a whole one is told.
      const regions = code.length === length && countries.get(code);
      if (regions) return `+${code} ${regions.map((region) => names.of(region)).join(", ")}`;
    }
    return typed.length > 3 ? hint.dataset.none : "";
  };

  const show = () => { hint.textContent = told(); };
  number.addEventListener("input", show);
  show();
}
