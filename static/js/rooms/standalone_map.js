// The standalone map (catalogue/public/standalone_map.py): a classic script written into the file. Texts become text nodes.
function drawRecords(map, records, corners) {
  const colours = { solution: "#0b5cad", experimentation: "#b54002", operation: "#007553", site: "#8a5f00", besoin: "#b03a7e" };
  const node = (tag, words, name) => Object.assign(document.createElement(tag), { textContent: words, className: name || "" });

  function bubble(group) {
    const box = node("div", "", "bulle");
    for (const { record, place } of group) {
      const link = Object.assign(node("a", record.title), { href: record.url });
      const title = node("p", `${record.number}. `, "bulle-titre");
      title.append(link);
      const proof = record.proof === null ? "" : `Preuve ${record.proof}/5`;
      const lines = [record.kind_label, record.place, record.detail, proof].filter(Boolean);
      box.append(title, node("p", lines.join(" · "), "discret"));
      if (place.trial) {
        const trial = node("p", "Essayée ici : ");
        trial.append(Object.assign(node("a", place.trial), { href: place.url }));
        box.append(trial);
      }
      if (record.summary) box.append(node("p", record.summary));
    }
    return box;
  }

  const places = new Map();
  for (const record of records) {
    if (record.shape) {
      L.geoJSON(record.shape, { interactive: false, style: { color: colours[record.kind], weight: 2.5, fillOpacity: 0.2 } }).addTo(map);
    }
    for (const place of record.places) {
      const key = `${place.lat.toFixed(5)},${place.lon.toFixed(5)}`;
      places.set(key, [...(places.get(key) || []), { record, place }]);
    }
  }
  for (const group of places.values()) {
    const names = group.map(({ record }) => record.title).join(", ");
    const label = group.map(({ record }) => record.number).join(",");
    const size = [Math.max(28, 14 + 8 * label.length), 28];
    const icon = L.divIcon({ html: node("span", label), className: `repere repere-${group[0].record.kind}`, iconSize: size });
    const marker = L.marker([group[0].place.lat, group[0].place.lon], { icon, title: names, alt: names, riseOnHover: true });
    marker.bindPopup(() => bubble(group), { maxWidth: 340 }).addTo(map);
  }
  map.fitBounds(corners, { maxZoom: 13, padding: [36, 36] });
}
