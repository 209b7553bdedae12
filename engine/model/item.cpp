#include "engine/model/item.h"

#include <cmath>

namespace vaettir::engine {

Pairings::Pairings(std::vector<Pairing> several) {
  if (several.size() == 1) {
    one_ = std::move(several.front());
    count_ = 1;
  } else if (!several.empty()) {
    count_ = static_cast<std::uint32_t>(several.size());
    several_ = std::make_shared<const std::vector<Pairing>>(std::move(several));
  }
}

std::vector<Item>& Items::own() {
  if (!list_) {
    list_ = std::make_shared<std::vector<Item>>();
  } else if (list_.use_count() > 1) {
    list_ = std::make_shared<std::vector<Item>>(*list_);
  }
  return *list_;
}

Items Items::head(std::size_t count) const {
  if (count >= size()) return *this;
  return Items(std::vector<Item>(begin(), begin() + count));
}

std::size_t Items::footprint() const {
  std::size_t bytes = size() * sizeof(Item);
  for (const Item& item : *this) {
    bytes += item.json.footprint() + item.binary.footprint() + item.error.footprint();
  }
  return bytes;
}

Items passed_through(const Items& items) {
  const auto is_in_place = [&](const Item& item) {
    const std::span<const Pairing> paired = item.paired.all();
    const auto index = static_cast<std::uint32_t>(&item - items.begin());
    return paired.size() == 1 && paired[0] == Pairing{index, 0, nullptr};
  };
  if (std::all_of(items.begin(), items.end(), is_in_place)) return items;
  std::vector<Item> out(items.begin(), items.end());
  for (std::size_t i = 0; i < out.size(); ++i) out[i].paired = paired_to(i);
  return Items(std::move(out));
}

namespace {

std::uint32_t position(const json::Value& value) {
  const double number = value.number_or(0);
  return number >= 0 && number <= 4294967295.0 ? static_cast<std::uint32_t>(number) : 0;
}

void read_pairings(const json::Value& value, std::vector<Pairing>& out) {
  if (value.is_number()) {
    out.push_back({position(value), 0, nullptr});
  } else if (value.is_object()) {
    out.push_back({position(value["item"]), position(value["input"]), nullptr});
  } else if (value.is_array()) {
    for (const json::Value& element : value.elements()) read_pairings(element, out);
  }
}

json::Value pairing_value(const Pairing& pairing) {
  json::ObjectBuilder out;
  out.set("item", static_cast<std::size_t>(pairing.item));
  if (pairing.input != 0) out.set("input", static_cast<std::size_t>(pairing.input));
  return out.finish();
}

json::Value pairings_value(const Pairings& paired) {
  if (paired.all().size() == 1) return pairing_value(paired.all().front());
  std::vector<json::Value> several;
  several.reserve(paired.all().size());
  for (const Pairing& pairing : paired.all()) several.push_back(pairing_value(pairing));
  return json::Value::array(std::move(several));
}

}  // namespace

Item item_from_value(const json::Value& value) {
  Item item;
  const json::Value& inner = value["json"];
  if (!inner.is_object()) {
    // A list of plain objects is what people paste as pinned data; anything else has no place to
    // go but a field of its own.
    item.json = value.is_object() && !value.has("json") ? value : json::Value::object({});
    if (!value.is_object()) item.json = item.json.with("value", value);
    return item;
  }
  item.json = inner;
  if (value["binary"].is_object()) item.binary = value["binary"];
  if (!value["error"].is_nothing()) item.error = value["error"];
  std::vector<Pairing> pairings;
  read_pairings(value["pairedItem"], pairings);
  item.paired = Pairings(std::move(pairings));
  return item;
}

json::Value to_value(const Item& item) {
  json::ObjectBuilder out;
  out.set("json", item.json);
  if (item.binary.is_object() && !item.binary.empty()) out.set("binary", item.binary);
  if (item.paired.known()) out.set("pairedItem", pairings_value(item.paired));
  if (!item.error.is_undefined()) out.set("error", item.error);
  return out.finish();
}

Items items_from_value(const json::Value& array) {
  std::vector<Item> items;
  if (array.is_array()) {
    items.reserve(array.size());
    for (const json::Value& element : array.elements()) items.push_back(item_from_value(element));
  }
  return Items(std::move(items));
}

json::Value to_value(const Items& items) {
  std::vector<json::Value> out;
  out.reserve(items.size());
  for (const Item& item : items) out.push_back(to_value(item));
  return json::Value::array(std::move(out));
}

}  // namespace vaettir::engine
