#include "base/schema/catalog.h"

#include "base/core/text.h"

namespace vaettir::schema {

const CatalogEntry* Catalog::find(std::string_view name) const {
  for (const CatalogEntry* each : entries_) {
    if (equal_ignoring_case(each->name, name)) return each;
  }
  return nullptr;
}

json::Value Catalog::json_schema() const {
  json::ObjectBuilder properties;
  for (const CatalogEntry* each : entries_) {
    properties.set(each->name, each->schema().with("description", each->help));
  }
  return detail::typed("object")
      .with("additionalProperties", false)
      .with("minProperties", 1)
      .with("maxProperties", 1)
      .with("properties", properties.finish());
}

}  // namespace vaettir::schema
