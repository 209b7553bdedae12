// The request-target that goes to a service: path and query (RFC 9112 section 3.2.1), whatever form
// the client used. Pure; a view of the target as received where it is unchanged, else in the arena.
#pragma once
#include <string_view>

#include "base/http/exchange.h"

namespace vaettir::gateway {

inline std::string_view origin_form(const http::Request& request, http::Arena& arena) {
  const std::size_t size = request.path.size() + (request.has_query ? 1 + request.query.size() : 0);
  if (request.path.data() == request.target.data() && size == request.target.size()) {
    return request.target;
  }
  if (!request.has_query) return request.path;
  return arena.join(request.path, "?", request.query);
}

}  // namespace vaettir::gateway
