#include "engine/executor/settle.h"

#include <algorithm>
#include <utility>

#include "engine/executor/state.h"

namespace vaettir::engine {
namespace {

// JavaScript's idea of a value that counts as true.
bool truthy(const json::Value& value) {
  switch (value.type()) {
    case json::Type::kUndefined:
    case json::Type::kNull:
      return false;
    case json::Type::kBoolean:
      return value.boolean();
    case json::Type::kNumber:
      return value.number() != 0 && value.number() == value.number();
    case json::Type::kString:
      return !value.string().empty();
    case json::Type::kArray:
    case json::Type::kObject:
      return true;
  }
  return false;
}

// An item that nodes make of an error: nothing but error, message and details.
bool is_error_item(const Item& item) {
  if (!item.error.is_nothing()) return true;
  if (!truthy(item.json["error"])) return false;
  return std::ranges::all_of(item.json.members(), [](const json::Member& member) {
    return member.key() == "error" || member.key() == "message" || member.key() == "details";
  });
}

bool has_items(const Outputs& outputs) {
  return std::ranges::any_of(outputs, [](const Items& items) { return !items.empty(); });
}

// The pairing of an item without one, where it cannot be anything else.
std::optional<Pairing> evident_pairing(const std::vector<Items>& inputs, const Outputs& outputs,
                                       std::size_t index) {
  if (inputs.size() != 1) return std::nullopt;
  if (inputs[0].size() == 1) return paired_to(0);
  if (outputs.size() == 1 && outputs[0].size() == inputs[0].size()) return paired_to(index);
  return std::nullopt;
}

void fill_pairings(const std::vector<Items>& inputs, Outputs& outputs) {
  for (Items& items : outputs) {
    if (std::ranges::all_of(items, [](const Item& item) { return item.paired.known(); })) continue;
    Items filled;
    filled.reserve(items.size());
    for (std::size_t index = 0; index < items.size(); ++index) {
      Item item = items[index];
      if (!item.paired.known()) {
        const std::optional<Pairing> pairing = evident_pairing(inputs, outputs, index);
        if (!pairing) return;  // the rest is as ambiguous as this one
        item.paired = *pairing;
      }
      filled.push_back(std::move(item));
    }
    items = std::move(filled);
  }
}

// The failed item with the fields of the item it was made from below its own.
Item with_origin(Item item, const std::vector<Items>& inputs) {
  if (!item.paired.known()) return item;
  const Pairing& origin = item.paired.all()[0];
  if (origin.input >= inputs.size() || origin.item >= inputs[origin.input].size()) return item;
  json::Value merged = inputs[origin.input][origin.item].json;
  for (const json::Member& member : item.json.members())
    merged = merged.with(member.key(), member.value);
  item.json = std::move(merged);
  return item;
}

void route_errors(const GraphNode& node, const std::vector<Items>& inputs, Outputs& outputs) {
  const std::size_t error_output = node.outputs - 1;
  if (outputs.size() < node.outputs) outputs.resize(node.outputs);
  Items failed = outputs[error_output];
  for (std::size_t output = 0; output < error_output; ++output) {
    Items& items = outputs[output];
    if (std::ranges::none_of(items, is_error_item)) continue;
    Items kept;
    for (const Item& item : items) {
      if (is_error_item(item))
        failed.push_back(with_origin(item, inputs));
      else
        kept.push_back(item);
    }
    items = std::move(kept);
  }
  outputs[error_output] = std::move(failed);
}

// Nodes of old say {$error, $json} where they mean a failed item.
void lift_errors(Outputs& outputs) {
  const auto carries = [](const Item& item) {
    return item.json.has("$error") && item.json.has("$json");
  };
  for (Items& items : outputs) {
    if (std::ranges::none_of(items, carries)) continue;
    Items lifted;
    lifted.reserve(items.size());
    for (Item item : items) {
      if (carries(item)) {
        item.error = item.json["$error"];
        item.json = json::ObjectBuilder().set("error", item.error["message"]).finish();
      }
      lifted.push_back(std::move(item));
    }
    items = std::move(lifted);
  }
}

Items one_empty_item(const std::vector<Items>& inputs) {
  std::vector<Pairing> all;
  for (std::uint32_t input = 0; input < inputs.size(); ++input)
    for (std::size_t item = 0; item < inputs[input].size(); ++item) {
      Pairing pairing = paired_to(item);
      pairing.input = input;
      all.push_back(std::move(pairing));
    }
  Item item;
  item.json = json::Value::object({});
  if (all.size() == 1)
    item.paired = Pairings(std::move(all[0]));
  else if (!all.empty())
    item.paired = Pairings(std::move(all));
  return Items({std::move(item)});
}

// Members that lie in both by sharing cost nothing; one level is enough for nodes that add fields
// to their items.
std::size_t beyond(const json::Value& value, const json::Value& origin) {
  if (is_shared_with(value, origin)) return 0;
  if (!value.is_object() || !origin.is_object()) return value.footprint();
  std::size_t bytes = sizeof(json::Value) * 2 * value.size();
  for (const json::Member& member : value.members())
    if (!is_shared_with(member.value, origin[member.key()])) bytes += member.value.footprint();
  return bytes;
}

}  // namespace

bool looks_failed(const Outputs& outputs) {
  return !outputs.empty() && !outputs[0].empty() && truthy(outputs[0][0].json["error"]);
}

Outputs settle(const GraphNode& node, const std::vector<Items>& inputs, Outputs outputs) {
  if (!has_items(outputs) && node.always_output_data) {
    if (outputs.empty()) outputs.resize(1);
    outputs[0] = one_empty_item(inputs);
  }
  fill_pairings(inputs, outputs);
  if (node.on_error == OnError::kContinueErrorOutput && !outputs.empty() && node.outputs > 1)
    route_errors(node, inputs, outputs);
  lift_errors(outputs);
  return outputs;
}

Items with_lineage(const Items& items, std::uint32_t input) {
  const auto in_place = [&](std::size_t index) {
    const std::span<const Pairing> all = items[index].paired.all();
    return all.size() == 1 && all[0].item == index && all[0].input == input && !all[0].overwrite;
  };
  std::size_t first = 0;
  while (first < items.size() && in_place(first)) ++first;
  if (first == items.size()) return items;
  Items own;
  own.reserve(items.size());
  for (std::size_t index = 0; index < items.size(); ++index) {
    Item item = items[index];
    Pairing pairing = paired_to(index);
    pairing.input = input;
    item.paired = Pairings(std::move(pairing));
    own.push_back(std::move(item));
  }
  return own;
}

std::size_t added_bytes(const std::vector<Items>& inputs, const Outputs& outputs) {
  const json::Value no_origin;
  std::size_t bytes = 0;
  for (const Items& items : outputs) {
    const bool passed_on = std::ranges::any_of(
        inputs, [&](const Items& input) { return input.begin() == items.begin(); });
    if (passed_on) continue;
    for (const Item& item : items) {
      const json::Value* origin = &no_origin;
      if (item.paired.known()) {
        const Pairing& pairing = item.paired.all()[0];
        if (pairing.input < inputs.size() && pairing.item < inputs[pairing.input].size())
          origin = &inputs[pairing.input][pairing.item].json;
      }
      bytes += sizeof(Item) + beyond(item.json, *origin) + item.binary.footprint();
    }
  }
  return bytes;
}

}  // namespace vaettir::engine
