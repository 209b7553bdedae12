// The gateway's middlewares by name: catalog.def lists them, a line each. app/ hands the catalog to
// routes, so that `check` validates settings it may not include; Plan makes filters from it.
#pragma once
#include <string_view>

#include "base/schema/catalog.h"

namespace vaettir::gateway {

struct MiddlewareType;

schema::Catalog middleware_catalog();
// nullptr: no such middleware.
const MiddlewareType* middleware_named(std::string_view name);

}  // namespace vaettir::gateway
