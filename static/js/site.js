// What every page does when scripts run. Each module enhances a page that works without it.
import { completeSearchBoxes } from "./completion.js";
import { foldFilters } from "./filters.js";
import { closeMenuOnEscape } from "./menu.js";
import { connectBasket } from "./basket.js";

closeMenuOnEscape();
foldFilters();
connectBasket();
completeSearchBoxes();
