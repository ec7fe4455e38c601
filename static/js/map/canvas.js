// A canvas over the map's window that follows pans and zoom animations; subclasses draw on it.
const L = window.L;

export const Toile = L.Renderer.extend({
  options: { padding: 0.2 },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
    this._context = this._container.getContext("2d");
  },

  _destroyContainer() {
    cancelAnimationFrame(this._frame);
    this._container.remove();
    delete this._container;
  },

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    const size = this._bounds.getSize();
    const ratio = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this._container.width = size.x * ratio;
    this._container.height = size.y * ratio;
    this._container.style.width = `${size.x}px`;
    this._container.style.height = `${size.y}px`;
    this.viewChanged();
    this._redraw();
  },

  // Asks for one drawing at the next frame, however often it is called.
  requestDraw() {
    cancelAnimationFrame(this._frame);
    this._frame = requestAnimationFrame(() => this._container && !this._map._animatingZoom && this._redraw());
  },

  _redraw() {
    const ratio = window.devicePixelRatio || 1;
    const context = this._context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this._container.width, this._container.height);
    context.setTransform(ratio, 0, 0, ratio, -this._bounds.min.x * ratio, -this._bounds.min.y * ratio);
    this.draw(context);
  },

  // Layer point (the pixels of the map's pane) of a point in world units.
  layerPoint(world) {
    const origin = this._map.getPixelOrigin();
    const side = 256 * 2 ** this._map.getZoom();
    return { x: world.x * side - origin.x, y: world.y * side - origin.y };
  },

  _updatePaths() {},
  viewChanged() {},
  draw() {},
});
