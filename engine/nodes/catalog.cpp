#include "engine/nodes/catalog.h"

namespace vaettir::engine {

#define NODE(name) std::unique_ptr<const NodeType> make_##name();
#include "engine/nodes/catalog.def"
#undef NODE

namespace {

const NodeDescription& described(std::string_view name) {
  for (const NodeDescription& description : node_tables()) {
    if (description.name == name) return description;
  }
  std::fprintf(stderr, "no file %.*s.node.yml was compiled in\n", static_cast<int>(name.size()),
               name.data());
  std::abort();
}

bool has_version(const NodeDescription& description, double version) {
  return std::find(description.versions.begin(), description.versions.end(), version) !=
         description.versions.end();
}

}  // namespace

Catalog::Catalog() {
#define NODE(name) entries_.push_back({&described(#name), make_##name()});
#include "engine/nodes/catalog.def"
#undef NODE
}

Catalog::~Catalog() = default;

Catalog::Found Catalog::find(std::string_view type, std::optional<double> version) const {
  Found found;
  found.version = version.value_or(0);
  for (const Entry& entry : entries_) {
    if (entry.description->type != type) continue;
    found.known_type = true;
    // Of several tables of one type the newest has the default.
    if (!version && entry.description->default_version >= found.version) {
      found.entry = &entry;
      found.version = entry.description->default_version;
    }
    if (version && has_version(*entry.description, *version)) found.entry = &entry;
  }
  return found;
}

}  // namespace vaettir::engine
