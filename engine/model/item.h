// Item: one record that flows between nodes: its JSON, references to its files and where it came
// from. Items: the list on one output: copied by counting, shared between nodes, never changed once
// shared. Values; an execution's loop owns them.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/core/json.h"

namespace vaettir::engine {

// Which output of which run of which node (n8n: previousNode, previousNodeOutput, previousNodeRun).
struct Source {
  std::uint32_t node = 0;  // index in Workflow::nodes()
  std::uint32_t output = 0;
  std::uint32_t run = 0;
  friend bool operator==(const Source&, const Source&) = default;
};

// The input item that an output item was made from.
struct Pairing {
  std::uint32_t item = 0;   // position in the list of that input
  std::uint32_t input = 0;  // main input of the node that made the item
  // Names the source directly where the node's own inputs do not lead there (sub-workflows, pinned
  // data).
  std::shared_ptr<const Source> overwrite;
  friend bool operator==(const Pairing& a, const Pairing& b) {
    return a.item == b.item && a.input == b.input && bool(a.overwrite) == bool(b.overwrite) &&
           (!a.overwrite || *a.overwrite == *b.overwrite);
  }
};

// None (unknown), one (the usual case, without a heap cell) or several pairings of one item.
class Pairings {
 public:
  Pairings() = default;
  Pairings(Pairing one) : one_(std::move(one)), count_(1) {}  // NOLINT: a pairing is pairings
  explicit Pairings(std::vector<Pairing> several);
  bool known() const { return count_ > 0; }
  std::span<const Pairing> all() const {
    return several_ ? std::span<const Pairing>(*several_) : std::span(&one_, count_);
  }

 private:
  Pairing one_;
  std::uint32_t count_ = 0;
  std::shared_ptr<const std::vector<Pairing>> several_;
};

struct Item {
  json::Value json;    // an object
  json::Value binary;  // n8n's {key: BinaryData}, contents by reference only; undefined without
  Pairings paired;
  json::Value
      error;  // serialised node error; routes the item to the error output (undefined: none)
};

// Paired to item `index` of input 0.
inline Pairing paired_to(std::size_t index) {
  return Pairing{static_cast<std::uint32_t>(index), 0, nullptr};
}

class Items {
 public:
  Items() = default;
  explicit Items(std::vector<Item> items)
      : list_(std::make_shared<std::vector<Item>>(std::move(items))) {}

  std::size_t size() const { return list_ ? list_->size() : 0; }
  bool empty() const { return size() == 0; }
  const Item& operator[](std::size_t index) const { return (*list_)[index]; }
  const Item* begin() const { return list_ ? list_->data() : nullptr; }
  const Item* end() const { return begin() + size(); }
  // For whoever builds the list: others that share it keep what they have.
  void push_back(Item item) { own().push_back(std::move(item)); }
  void reserve(std::size_t count) { own().reserve(count); }
  // The first `count` items.
  Items head(std::size_t count) const;
  // Bytes kept alive; shared parts count each time.
  std::size_t footprint() const;

 private:
  std::vector<Item>& own();
  std::shared_ptr<std::vector<Item>> list_;
};

// What a node run gives: one list for each output.
using Outputs = std::vector<Items>;

// The same items, each paired to its own position: what a node that passes items through gives.
// Shares the list where it is so already.
Items passed_through(const Items& items);

// Reads and writes n8n's shape {json, binary?, pairedItem?, error?}. A plain object without `json`
// is taken as the json itself (211 of 8,136 public files have such pinned items). Names in
// sourceOverwrite are looked up by whoever knows the workflow and left out here.
Item item_from_value(const json::Value& value);
json::Value to_value(const Item& item);
Items items_from_value(const json::Value& array);
json::Value to_value(const Items& items);

}  // namespace vaettir::engine
