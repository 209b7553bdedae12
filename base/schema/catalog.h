// Catalog: settings types known by name (the gateway's middlewares), so that a folder which may not
// include them can still validate their configuration. An entry is a constant made from the Config
// struct's fields(); a Catalog is a list of borrowed entries, made by app/ once and passed by
// reference. Settings is what parsing gives: immutable, shared, with a structural hash. Nothing
// here is registered by static constructors.
//
// The gateway builds on it like this:
//   struct MiddlewareType { schema::CatalogEntry entry; std::unique_ptr<Filter> (*make)(const
//   schema::Settings&); }; template <class F, class C> consteval MiddlewareType
//   middleware(std::string_view name, std::string_view help) {
//     return {schema::catalog_entry<C>(name, help), [](const schema::Settings& s) { return
//     std::make_unique<F>(s.as<C>()); }};
//   }
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/core/json.h"
#include "base/schema/json_schema.h"
#include "base/schema/node.h"
#include "base/schema/reader.h"
#include "base/schema/report.h"
#include "base/schema/writer.h"

namespace vaettir::schema {

template <class T>
inline constexpr char kIdentity = 0;  // its address tells types apart

struct CatalogEntry;

// Parsed settings of one entry; empty (false) when the configuration had errors.
class Settings {
 public:
  Settings() = default;
  Settings(const CatalogEntry& type, std::shared_ptr<const void> value, std::uint64_t hash)
      : type_(&type), value_(std::move(value)), hash_(hash) {}
  explicit operator bool() const { return value_ != nullptr; }
  const CatalogEntry& type() const;
  template <class Config>
  const Config& as() const;
  // Equal settings of one type have equal hashes, also across reloads and restarts: what has memory
  // is kept under it.
  std::uint64_t hash() const { return hash_; }
  // With defaults filled in and secrets hidden.
  json::Value shown() const;

 private:
  const CatalogEntry* type_ = nullptr;
  std::shared_ptr<const void> value_;
  std::uint64_t hash_ = 0;
};

struct CatalogEntry {
  std::string_view name;  // "rateLimit": the key in the file
  std::string_view help;  // one line
  const void* identity;
  std::shared_ptr<const void> (*parse)(const Node&, Report&, const Owner&, std::uint64_t& hash);
  json::Value (*shown)(const void*);
  json::Value (*schema)();

  // Errors go to the report. `owner` says whose settings they are and where its key stands.
  Settings read(const Node& node, Report& report, const Owner& owner) const {
    std::uint64_t hash = 0;
    auto value = parse(node, report, owner, hash);
    return value ? Settings(*this, std::move(value), hash) : Settings();
  }
};

inline const CatalogEntry& Settings::type() const {
  CHECK(type_ != nullptr);
  return *type_;
}
inline json::Value Settings::shown() const {
  return value_ ? type_->shown(value_.get()) : json::Value();
}
template <class Config>
const Config& Settings::as() const {
  CHECK(value_ != nullptr && type_->identity == &kIdentity<Config>);
  return *static_cast<const Config*>(value_.get());
}

template <class Config>
consteval CatalogEntry catalog_entry(std::string_view name, std::string_view help) {
  return {
      .name = name,
      .help = help,
      .identity = &kIdentity<Config>,
      .parse = [](const Node& node, Report& report, const Owner& owner,
                  std::uint64_t& hash) -> std::shared_ptr<const void> {
        auto config = std::make_shared<Config>();
        if (!read(node, *config, report, owner)) return nullptr;
        hash = structural_hash(*config);
        return config;
      },
      .shown = [](const void* value) { return write(*static_cast<const Config*>(value)); },
      .schema = [] { return json_schema<Config>(); },
  };
}

class Catalog {
 public:
  Catalog() = default;
  // The entries must outlive the catalog (they are constants).
  explicit Catalog(std::vector<const CatalogEntry*> entries) : entries_(std::move(entries)) {}
  // In any case, as keys of files are; nullptr when unknown.
  const CatalogEntry* find(std::string_view name) const;
  std::span<const CatalogEntry* const> entries() const { return entries_; }
  // {"type": "object", one property per entry}: what one named middleware may be.
  json::Value json_schema() const;

 private:
  std::vector<const CatalogEntry*> entries_;
};

}  // namespace vaettir::schema
