#include "gateway/middleware/catalog.h"

#include "gateway/middleware/filter.h"

namespace vaettir::gateway {

#define MIDDLEWARE(constant) extern const MiddlewareType constant;
#include "gateway/middleware/catalog.def"
#undef MIDDLEWARE

namespace {

constexpr const MiddlewareType* kMiddlewares[] = {
#define MIDDLEWARE(constant) &constant,
#include "gateway/middleware/catalog.def"
#undef MIDDLEWARE
};

}  // namespace

schema::Catalog middleware_catalog() {
  std::vector<const schema::CatalogEntry*> entries;
  for (const MiddlewareType* each : kMiddlewares) entries.push_back(&each->entry);
  return schema::Catalog(std::move(entries));
}

const MiddlewareType* middleware_named(std::string_view name) {
  for (const MiddlewareType* each : kMiddlewares) {
    if (each->entry.name == name) return each;
  }
  return nullptr;
}

}  // namespace vaettir::gateway
