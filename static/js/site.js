// What every page does when scripts run. Each module enhances a page that works without it.
import { completeSearchBoxes } from "./completion.js";
import { foldFilters } from "./filtres.js";
import { closeMenuOnEscape } from "./menu.js";
import { connectBasket } from "./panier.js";

closeMenuOnEscape();
foldFilters();
connectBasket();
completeSearchBoxes();
