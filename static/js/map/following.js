// « La liste suit la carte »: the list of the page is reloaded for the window of the map.
import { connectBasket } from "../basket.js";
import { boxWords } from "./zone.js";

const WAIT_MS = 250;
const REMEMBERED = "liste-suit-carte";

export class FollowingList {
  // container: id of the element replaced by the same element of the page fetched with bbox=.
  constructor(map, container, box) {
    this.map = map;
    this.container = container;
    this.box = box;
    box.checked = followsAlready();
    box.closest("label").hidden = false;
    box.addEventListener("change", () => {
      remember(box.checked);
      this.update();
    });
    map.on("moveend", () => box.checked && this.#soon());
  }

  #soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.update(), WAIT_MS);
  }

  async update() {
    const address = new URL(location.href);
    address.searchParams.delete("page");
    if (this.box.checked) address.searchParams.set("bbox", boxWords(this.map.getBounds()));
    else address.searchParams.delete("bbox");
    const shown = `${address.pathname}${address.search}`.replaceAll("%2C", ",").replaceAll("%3A", ":");
    this.request?.abort();
    this.request = new AbortController();
    const list = document.getElementById(this.container);
    list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(shown, { signal: this.request.signal, headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(this.container);
      if (!answer.ok || !fresh) return;
      history.replaceState(history.state, "", shown + location.hash);
      list.replaceChildren(...fresh.childNodes);
      connectBasket(list);
      this.#keepInForm(address.searchParams.get("bbox"));
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    } finally {
      list.removeAttribute("aria-busy");
    }
  }

  // The filter form must carry the window too, or the next « Appliquer » would lose it.
  #keepInForm(bbox) {
    for (const form of document.querySelectorAll("[data-filtres]")) {
      let field = form.querySelector("input[name=bbox]");
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name: "bbox" });
        form.append(field);
      }
      field.disabled = !bbox;
      field.value = bbox ?? "";
    }
  }
}

// A window in the address is the map's own if the box was ticked in this tab; otherwise it is a zone.
export function followsAlready() {
  try {
    return sessionStorage.getItem(REMEMBERED) === "1" && new URLSearchParams(location.search).has("bbox");
  } catch {
    return false;
  }
}

function remember(follows) {
  try {
    sessionStorage.setItem(REMEMBERED, follows ? "1" : "0");
  } catch {
    // Storage refused: the box is forgotten at the next page.
  }
}
