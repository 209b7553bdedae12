// Catalog: every node type this program has, by type and version. Made once by app/ (or a test),
// outlives every workflow prepared with it; immutable, any thread. Its list is catalog.def.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/nodes/node.h"

namespace vaettir::engine {

class Catalog {
 public:
  Catalog();
  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;
  ~Catalog();

  struct Entry {
    const NodeDescription* description = nullptr;
    std::unique_ptr<const NodeType> type;
  };
  struct Found {
    const Entry* entry = nullptr;  // nullptr: no such type, or not in this version
    double version = 0;            // the one asked for, or the type's default
    bool known_type = false;       // there are other versions
  };
  Found find(std::string_view type, std::optional<double> version) const;
  std::span<const Entry> entries() const { return entries_; }

 private:
  std::vector<Entry> entries_;
};

}  // namespace vaettir::engine
