// Snapshot: what one generation of the configuration and of the targets says; immutable, published
// to all loops at once. Each loop keeps one reference in its Plan; a running exchange keeps the
// plan it began with. LiveTable counts how many route tables are in use (vaettir_route_tables).
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/observe/metrics.h"
#include "routes/table.h"

namespace vaettir::gateway {

struct TargetHealth;

struct LiveTable {
  std::shared_ptr<const routes::RouteTable> table;
  std::map<std::string, std::string, std::less<>> offline_pages;  // target -> content of its file
  observe::Counted counted;
};

// Where a target is at this moment.
struct TargetAddress {
  routes::ServerUrl url;
  std::shared_ptr<TargetHealth> health;  // shared by all loops, anew when the address changes
};
using TargetAddresses = std::map<std::string, TargetAddress, std::less<>>;

struct Snapshot {
  std::uint64_t generation = 0;
  std::shared_ptr<const LiveTable> live;
  std::shared_ptr<const TargetAddresses> targets;

  const routes::RouteTable& table() const { return *live->table; }
};

}  // namespace vaettir::gateway
